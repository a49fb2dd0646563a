"""The remaining rules of the Primmo-SOFI convention (spec 8 [S1])."""

import re
from collections import Counter
from datetime import date, datetime

from ...exchange_run.core.clock import is_of_our_time
from . import nam as nam_module
from .exceptions import CodedError

_BUILDING = re.compile(r"(?<![A-Za-z0-9])SOFI(?![A-Za-z0-9])", re.IGNORECASE)
_SUFFIX = re.compile(r"[0-9]+[A-Za-z]")
_TITLES_F = ("MME", "MME.", "MRS", "MS", "MLLE", "MADAME", "MADEMOISELLE")
_LANGUAGES = {
    **dict.fromkeys(("FR", "F", "FRANCAIS", "FRENCH"), "Fr"),
    **dict.fromkeys(("EN", "E", "ANGLAIS", "ENGLISH"), "En"),
    **dict.fromkeys(("AU", "AUTRE", "OTHER"), "Au"),
}
_SEXES = {
    **dict.fromkeys(
        ("M", "H", "HOMME", "MASCULIN", "MALE", "M.", "MR", "MONSIEUR"), "M"
    ),
    **dict.fromkeys(("F", "FEMME", "FEMININ", "FEMALE", *_TITLES_F), "F"),
    **dict.fromkeys(("A", "AUTRE", "OTHER", "X"), "A"),
}
_YES = frozenset(("1", "-1", "OUI", "O", "VRAI", "TRUE", "YES", "Y", "X"))
_NO = frozenset(("", "0", "NON", "N", "FAUX", "FALSE", "NO"))
_DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d-%m-%Y", "%Y%m%d")
_MIDNIGHT = re.compile(r"[ T]00:00(:00(\.0+)?)?$")
_REQUIRED_ALL = ("last_name", "first_name", "sex", "birth_date", "language")
_REQUIRED_RESIDENT = ("entry_date", "nam", "unit")


def is_synchronized(building_class):
    """Tell whether a building's *Classe* field names SOFI as a word.

    :param str building_class: content of the field in Primmo
    :rtype: bool
    """
    return bool(_BUILDING.search(building_class or ""))


def required_fields(accepted):
    """Return the fields a tenant must have.

    :param bool accepted: True for a resident, False for a prospect
    :rtype: tuple[str, ...]
    """
    return _REQUIRED_ALL + (_REQUIRED_RESIDENT if accepted else ())


def language(text):
    """Return `Fr`, `En` or `Au`.

    :raises CodedError: `language_unknown`
    """
    return _lookup(_LANGUAGES, text, "language_unknown")


def sex(text):
    """Return `M`, `F` or `A` (*Autre*, which the convention does not support).

    :raises CodedError: `sex_unknown`
    """
    return _lookup(_SEXES, text, "sex_unknown")


def boolean(text):
    """Return the truth of a tick box as lists write it.

    :raises CodedError: `boolean_unknown`
    """
    key = nam_module.plain(text).strip()
    if key not in _YES | _NO:
        raise CodedError("boolean_unknown")
    return key in _YES


def day(value):
    """Return a date from a text or a spreadsheet's date, None when empty.

    :param value: `str`, `date`, `datetime` or None
    :rtype: date | None
    :raises CodedError: `date_unknown`
    """
    if isinstance(value, datetime):
        value = value.date()
    found = value if isinstance(value, date) else _written_day(str(value or "").strip())
    if found and not is_of_our_time(found):
        raise CodedError("date_unknown")
    return found


def _written_day(text):
    """Return the date a text says, None when it is empty.

    :raises CodedError: `date_unknown`
    """
    text = _MIDNIGHT.sub("", text)
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(text, pattern).date()
        except ValueError:
            continue
    if text:
        raise CodedError("date_unknown")
    return None


def is_expired(expiry, today):
    """Tell whether a NAM's expiry (`YYYY-MM`) is past; the month itself is not.

    :param str expiry: `YYYY-MM`
    :param date today: the day to compare with
    :rtype: bool
    :raises CodedError: `expiry_format`
    """
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", expiry):
        raise CodedError("expiry_format")
    return expiry < f"{today:%Y-%m}"


def has_suffix(room_number):
    """Tell whether a room number ends in a letter, which is advised against."""
    return bool(_SUFFIX.fullmatch(room_number or ""))


def duplicates(numbers):
    """Return the room or unit numbers that are written more than once.

    Numbers are texts: `0204` and `204` are two rooms (spec 8 [C]).

    :param numbers: iterable of texts
    :rtype: set[str]
    """
    return {number for number, times in Counter(numbers).items() if times > 1}


def _lookup(table, text, code):
    try:
        return table[nam_module.plain(text).strip()]
    except KeyError:
        raise CodedError(code) from None
