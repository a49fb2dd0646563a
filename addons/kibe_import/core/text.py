"""From text to comparable text (specification section 1.1)."""

import re
import unicodedata

# Blanks do not count either: «Mère/père» is «Mère / père».
from ...exchange_run.core.text import fold_tight as fold  # noqa: F401

# «Ã» or «Â» followed by a character that is the second byte of a UTF-8 pair.
MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
BLANKS = " \t\r\n\f\v\u00a0\u202f"
#: Line breaks, also as Excel writes a carriage return, and the blanks that no
#: keyboard types: within a text they are one space.
INNER_BLANKS = re.compile("(?:_x000D_|[\r\n\f\v\u2028\u2029])+ *|[\u00a0\u202f]")
SPECIAL = re.compile(r"\?+|-+|\*+|\.+|x{2,}|X{2,}")


def clean(value):
    """Return a text on one line, trimmed of every kind of blank, in composed form.

    >>> clean("\\u00a0 Mélany ")
    'Mélany'
    >>> clean("Anne_x000D_\\n(divorcée) Favre")
    'Anne (divorcée) Favre'
    """
    value = INNER_BLANKS.sub(" ", value).strip(BLANKS)
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def collapse(value):
    """Return a name with its blanks reduced to single spaces.

    >>> collapse("Pré\\u00a0:  MATIN")
    'Pré : MATIN'
    """
    return " ".join(clean(value).replace("\u00a0", " ").replace("\u202f", " ").split())


def is_mojibake(value):
    """Say whether a text shows the marks of a double conversion, as «FranÃ§ais»."""
    return bool(MOJIBAKE.search(value))


def repair(value):
    """Return what a doubly converted text meant, or the text itself.

    >>> repair("FranÃ§ais")
    'Français'
    """
    for encoding in ("windows-1252", "iso-8859-1"):
        try:
            return value.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return value


def is_special(value):
    """Say whether a text is a marker such as `?`, `-`, `xxx`, `***` (V09)."""
    return bool(SPECIAL.fullmatch(value))
