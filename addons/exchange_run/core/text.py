"""Texts that people type, compared and written where not every character is safe."""

import re
import unicodedata
from decimal import Decimal

from babel import Locale

#: What makes a spreadsheet read a cell as a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
#: What PostgreSQL keeps in no text: NUL, halves of pairs of letters.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: What a file name must not hold on Windows, on Unix, or in a header of HTTP.
_UNSAFE_IN_NAMES = re.compile(r"""[\x00-\x1f\x7f<>:"/\\|?*]+""")


def without_accents(text):
    """Return a text whose letters have lost their accents, and are plain ones.

    :param str text: in any form of Unicode
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def fold(text):
    """Return a text reduced to what two spellings of one label share.

    Accents, case, kinds of blanks and a trailing dot do not count.

    :param text: the text, or ``False``/``None``
    :return str: folded text, empty for an empty value
    """
    folded = without_accents(without_accents(text or "").casefold())
    return " ".join(folded.split()).rstrip(". ")


def fold_tight(text):
    """Return a text folded as by `fold`, and without any blanks."""
    return fold(text).replace(" ", "")


def is_formula(text):
    """Tell whether a spreadsheet would compute a text that is put into a cell."""
    return text.startswith(FORMULA_STARTS)


def spreadsheet_safe(value):
    """Return the text of a cell of a CSV file that no spreadsheet computes.

    :param value: of the cell; a number stays one, with its sign
    :rtype: str
    """
    text = str(value)
    if not isinstance(value, str) or not is_formula(text):
        return text
    return f"'{text}"


def file_safe(text, longest=100):
    """Return a text that every system takes as (part of) a file name.

    :param str text: such as a name that a person has typed
    :param int longest: cut after so many characters
    :return: the text with a dash for each run of forbidden characters
    """
    return _UNSAFE_IN_NAMES.sub("-", text).strip(". ")[:longest].rstrip(". ")


def storable(value):
    """Return a value of JSON without what PostgreSQL refuses to keep.

    NUL and halves of letters (lone surrogates) come with damaged files and careless
    programs. One of them would undo whatever is written together with it, so U+FFFD
    takes its place.

    :param value: text, number, list or dict, nested as it may be
    """
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def is_singular(number, lang):
    """Tell whether a language puts the noun after a number into the singular.

    English says «0.5 days» and «1 day», French «0,5 jour» and «1,5 jour».

    :param number: what is counted, an int or a Decimal
    :param str lang: code as Odoo has it, such as fr_CH; empty for English
    """
    plain = Decimal(number).normalize()
    return Locale.parse(lang or "en_US").plural_form(plain) == "one"
