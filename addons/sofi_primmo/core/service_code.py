"""Grammar of the six-digit service codes (spec 5.1 [S1]).

Characters 1 to 4 are the type, the last character decides how often, the fifth is
its argument.
"""

import re
from dataclasses import dataclass

from .const import ServiceType
from .exceptions import CodedError

# [0-9] and not \d, which would let other alphabets' digits in.
_FORMAT = re.compile(r"[0-9]{6}")
_FAMILIES = (
    (2000, 2199, ServiceType.SAC),
    (1000, 1169, ServiceType.SAC_BAIL),
    (1170, 1199, ServiceType.BAIL),
)
_MINUTES = {2: 15, 5: 30, 7: 45, 8: 60}


class ServiceCodeError(CodedError):
    """A code that is not synchronized.

    `.code` is `format`, `prefix`, `frequency_code`, `duration`, `zero_frequency`
    or `weekly_gt_7`.
    """


@dataclass(frozen=True, slots=True)
class ServiceCode:
    """A valid service code.

    :ivar str text: the six digits
    :ivar ServiceType type: `sac`, `sac_bail` or `bail`
    :ivar int | None frq: times a day (*fréquence quotidienne*)
    :ivar int | None frh: times a week (*fréquence hebdomadaire*)
    :ivar int | None duration: minutes of one block
    """

    text: str
    type: ServiceType
    frq: int | None = None
    frh: int | None = None
    duration: int | None = None


def parse(code):
    """Read a service code.

    :param str code: compared as text, without any trimming
    :rtype: ServiceCode
    :raises ServiceCodeError: with `.code` naming the rule it breaks (spec 5.1)
    """
    if not isinstance(code, str) or not _FORMAT.fullmatch(code):
        raise ServiceCodeError("format")
    family = _family(int(code[:4]))
    if family == ServiceType.BAIL:  # the frequency rules do not apply [S1]
        return ServiceCode(code, family)
    return ServiceCode(code, family, *_frequency(int(code[4]), int(code[5])))


def is_six_digits(code):
    """Tell whether Primmo could book the code at all (spec 4.4)."""
    return isinstance(code, str) and bool(_FORMAT.fullmatch(code))


def _family(prefix):
    for first, last, family in _FAMILIES:
        if first <= prefix <= last:
            return family
    raise ServiceCodeError("prefix")


def _frequency(argument, kind):
    """Return (times a day, times a week, minutes) for digits 5 and 6."""
    if kind == 1:
        return None, None, None
    if kind == 9:
        return 1, None, None
    if kind == 3:
        return None, None, _minutes(argument)
    if kind == 0:
        return _positive(argument), 7, None
    if kind == 5:
        return 1, _weekly(argument), None
    raise ServiceCodeError("frequency_code")


def _positive(argument):
    if not argument:
        raise ServiceCodeError("zero_frequency")
    return argument


def _weekly(argument):
    if argument > 7:
        raise ServiceCodeError("weekly_gt_7")
    return _positive(argument)


def _minutes(argument):
    if argument not in _MINUTES:
        raise ServiceCodeError("duration")
    return _MINUTES[argument]
