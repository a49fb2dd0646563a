"""From bytes to text, and from text to comparable text (specification section 1.1)."""

import codecs
import re
import unicodedata

# Blanks do not count either: «Mère/père» is «Mère / père».
from ...exchange_run.core.text import fold_tight as fold  # noqa: F401

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# «Ã» or «Â» followed by a character that is the second byte of a UTF-8 pair.
MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
BLANKS = " \t\r\n\f\v\u00a0\u202f"
#: Line breaks, also as Excel writes a carriage return, and the blanks that no
#: keyboard types: within a text they are one space.
INNER_BLANKS = re.compile("(?:_x000D_|[\r\n\f\v\u2028\u2029])+ *|[\u00a0\u202f]")
SPECIAL = re.compile(r"\?+|-+|\*+|\.+|x{2,}|X{2,}")


class NotText(ValueError):
    """The bytes are no text at all (C17)."""


def decode(raw):
    """Return the text of a file and the encoding it really has.

    The order is that of the specification: nothing is ever read in a wrong
    encoding silently.

    :param bytes raw: content of a CSV or XML file
    :return: (text, encoding) with encoding one of `ascii`, `iso-8859-1`,
        `windows-1252`, `utf-8`, `utf-8-sig`, `utf-16`
    :raises NotText: binary content
    """
    if raw.startswith(codecs.BOM_UTF8):
        return _strict(raw, "utf-8-sig"), "utf-8-sig"
    if raw.startswith(UTF16):
        return _strict(raw, "utf-16"), "utf-16"
    if b"\0" in raw:
        raise NotText
    if raw.isascii():
        return raw.decode("ascii"), "ascii"
    if _is_utf8(raw):
        return raw.decode("utf-8"), "utf-8"
    if any(0x80 <= byte <= 0x9F for byte in raw):
        try:
            return raw.decode("windows-1252"), "windows-1252"
        except UnicodeDecodeError:
            raise NotText from None
    return raw.decode("iso-8859-1"), "iso-8859-1"


def _is_utf8(raw):
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _strict(raw, encoding):
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise NotText from None


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
