"""The *numéro d'assurance maladie* (NAM): check, build a temporary one (spec 7)."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from .exceptions import CodedError

_FORMAT = re.compile(r"[A-Z]{4}[0-9]{8}")
# RAMQ's newer code has a letter as differentiator, without I and O (spec 7.1).
_FORMAT_LETTER = re.compile(r"[A-Z]{4}[0-9]{6}[A-HJ-NP-Z][0-9]")
_WEIGHTS = (1, 3, 7, 9, 1, 7, 1, 3, 4, 5, 7, 6, 9, 1)
_LIGATURES = str.maketrans(
    {"Œ": "OE", "Æ": "AE", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D"}
    | {"Þ": "TH", "Ħ": "H", "Ŧ": "T", "Ŋ": "N"}
)
#: What a NAM may be, from the least worth to the most.
KINDS = ("none", "temporary", "doubtful", "real")
_SAINT = re.compile(r"^(?:STE|SAINTE?S?)[^A-Z]+")


class NamError(CodedError):
    """A temporary NAM cannot be built; `.code` is `missing_required`."""


@dataclass(frozen=True, slots=True)
class NamCheck:
    """What a NAM says.

    :ivar str status: `valid`, `temporary`, `format`, `date`, `sequence` or
        `check_digit`
    :ivar str hint: `letter` when the format fails only for a letter in position 11
    :ivar str | None sex: `M` or `F`, None when it cannot be read
    :ivar date | None birth_date: as far as the number tells
    """

    status: str
    hint: str = ""
    sex: str | None = None
    birth_date: date | None = None


def normalize(nam):
    """Return a NAM as typed in upper case, without blanks and hyphens."""
    return re.sub(r"[\s\-]+", "", nam or "").upper()


def has_format(nam):
    """Tell whether the text is AAAA99999999 (spec 7.1 [S1])."""
    return isinstance(nam, str) and bool(_FORMAT.fullmatch(nam))


def is_temporary(nam):
    """Tell whether a NAM is a temporary one: a real one never ends in 00."""
    return has_format(nam) and nam[10:] == "00"


def check(nam, today, birth_date=None, allow_letter=False):
    """Check a NAM (spec 7.1, 7.2).

    :param str nam: as written, compared strictly with AAAA99999999
    :param date today: tells the century
    :param date birth_date: known date of birth; its century is then taken
    :param bool allow_letter: accept a letter as differentiator
    :rtype: NamCheck
    """
    letter = isinstance(nam, str) and bool(_FORMAT_LETTER.fullmatch(nam))
    if not has_format(nam) and not (letter and allow_letter):
        return NamCheck("format", hint="letter" if letter else "")
    sex = "F" if int(nam[6:8]) > 50 else "M"
    births = _birth_dates(nam, today, birth_date)
    if not births:
        return NamCheck("date", sex=sex)
    if nam[10] == "0":
        status = "temporary" if nam[11] == "0" else "sequence"
        # A temporary NAM does not tell the sex: the +50 is optional there.
        return NamCheck(status, birth_date=births[0])
    for born in births:
        if check_digit(nam, born, sex) == int(nam[11]):
            return NamCheck("valid", sex=sex, birth_date=born)
    return NamCheck("check_digit", sex=sex, birth_date=births[0])


def kind(nam, today, birth_date=None):
    """Return how much a NAM is worth, one of `KINDS`, whose order is that worth.

    `doubtful` is all that may be somebody's number although it is not proved: a wrong
    check digit, another province's number, a NAM with a blank.

    :param str nam: as written, may be empty
    :param date today: tells the century
    :param date birth_date: known date of birth
    """
    if not nam:
        return "none"
    status = check(normalize(nam), today, birth_date, allow_letter=True).status
    return {"temporary": "temporary", "valid": "real"}.get(status, "doubtful")


def is_worse(nam, present, today, birth_date=None):
    """Tell whether a NAM is worth less than the one it would replace (spec 6.1).

    :param str nam: the new one
    :param str present: the one that stands
    """
    ranks = [KINDS.index(kind(n, today, birth_date)) for n in (nam, present)]
    return ranks[0] < ranks[1]


def check_digit(nam, born, sex):
    """Return the check digit of the first 11 characters (spec 7.2).

    :param str nam: at least its first 11 characters
    :param date born: date of birth with its century
    :param str sex: `M` or `F`
    :rtype: int
    """
    text = f"{nam[:4]}{born:%Y}{sex}{born:%m}{nam[8:11]}"
    weighted = zip(text.encode("cp037"), _WEIGHTS, strict=True)
    return sum(code * weight for code, weight in weighted) % 10


def temporary(
    last_name,
    first_name,
    birth_date,
    sex=None,
    female_plus50=False,
    saint_as_st=False,
):
    """Build a temporary NAM (spec 7.3 [S1]).

    :param str last_name: name on file, the birth name where known
    :param str first_name: first name
    :param date birth_date: date of birth
    :param str sex: `F` matters only with `female_plus50`
    :param bool female_plus50: add 50 to a woman's month (off by the convention)
    :param bool saint_as_st: write Saint, Sainte as ST (off by the convention)
    :return: 12 characters ending in 00
    :rtype: str
    :raises NamError: `missing_required` when a part is missing or has no letter
    """
    surname = letters(last_name, saint_as_st)
    initial = _only_letters(first_name)[:1]
    if not surname or not initial or not birth_date:
        raise NamError("missing_required")
    month = birth_date.month + (50 if female_plus50 and sex == "F" else 0)
    return f"{surname}{initial}{birth_date:%y}{month:02d}{birth_date:%d}00"


def letters(last_name, saint_as_st=False):
    """Return the three letters of a last name, padded with X, or "" without any.

    :param str last_name: as on file
    :param bool saint_as_st: write Saint, Sainte, Saints, Saintes as ST
    """
    text = plain(last_name)
    if saint_as_st:
        text = _SAINT.sub("ST", text.strip())
    text = re.sub(r"[^A-Z]", "", text)
    return text[:3].ljust(3, "X") if text else ""


def plain(text):
    """Return a text in upper case without accents and ligatures."""
    text = (text or "").upper().translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def comparison_key(nam):
    """Return what two NAMs are compared by.

    Temporary ones are compared without their +50, so that a variant typed elsewhere
    still meets (spec 6.1 [C]).
    """
    if not is_temporary(nam):
        return nam
    return f"{nam[:6]}{int(nam[6:8]) % 50:02d}{nam[8:10]}00"


def disagreements(nam, last_names, first_name, sex, birth_date):
    """Compare a NAM of valid format with a person's record (spec 7.2 [C]).

    :param str nam: 12 characters
    :param last_names: usual name and birth name, empty ones are ignored
    :param str first_name: first name
    :param str sex: `M`, `F` or None
    :param date birth_date: or None
    :return: among `letters`, `sex`, `birth_date`
    :rtype: list[str]
    """
    found = []
    expected = {letters(name, st) for name in last_names if name for st in (0, 1)}
    initial = _only_letters(first_name)[:1]
    if nam[:3] not in expected or (initial and nam[3] != initial):
        found.append("letters")
    month = int(nam[6:8])
    if sex and not is_temporary(nam) and (month > 50) != (sex == "F"):
        found.append("sex")
    written = f"{nam[4:6]}{month % 50:02d}{nam[8:10]}"
    if birth_date and written != f"{birth_date:%y%m%d}":
        found.append("birth_date")
    return found


def mask(nam):
    """Return a NAM as those may see it who do not need it (spec 12)."""
    return f"{nam[:4]} ••••••••" if nam else ""


def _only_letters(text):
    return re.sub(r"[^A-Z]", "", plain(text))


def _birth_dates(nam, today, birth_date):
    """Return the possible dates of birth, the likeliest first (spec 7.2, step 4)."""
    year, month, day = int(nam[4:6]), int(nam[6:8]) % 50, int(nam[8:10])
    if birth_date and birth_date.year % 100 == year:
        years = [birth_date.year]
    else:
        recent = today.year - (today.year - year) % 100
        if (recent, month, day) > (today.year, today.month, today.day):
            recent -= 100
        years = [recent, recent - 100]
    return [born for y in years if (born := _date(y, month, day))]


def _date(year, month, day):
    try:
        return date(year, month, day)
    except ValueError:
        return None
