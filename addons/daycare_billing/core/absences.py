"""What of an absence is credited: from a day on, with or without certificate.

An absence is made of the days on which the child would have come: open days of its
placements. Days in a row with one reason are one absence, however they were entered: a
day on which the child came ends it, a week-end or a closed day does not.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ...exchange_run.core.money import ZERO


@dataclass(frozen=True, slots=True)
class Reason:
    """The rule of a reason: `percent` of the price after `free_days` of absence.

    `calendar` counts every day since the first one, else the reserved days.
    `from_first` credits the first days, too, once there are more than `free_days`.
    `certificate` asks for one; `services` leaves out meals and the like from the first
    day on, and without certificate.
    """

    key: object
    percent: Decimal = ZERO
    free_days: int = 0
    calendar: bool = False
    from_first: bool = False
    certificate: bool = False
    services: bool = False


@dataclass(frozen=True, slots=True)
class Absence:
    """A child stays away between two dates, both included."""

    reason: Reason
    date_from: date
    date_to: date
    certificate: bool = False

    def covers(self, day):
        """Tell whether the child is away on a date."""
        return self.date_from <= day <= self.date_to


@dataclass(frozen=True, slots=True)
class Credits:
    """What the absences of a child take off.

    `percents` maps dates to the percent of the price that is credited; `unserved` are
    the dates without services. `uncertified` are first days of absences of which
    something would be credited if there were a certificate.
    """

    percents: dict
    unserved: frozenset = frozenset()
    uncertified: tuple = ()


NOTHING = Credits({})


def credits_of(absences, is_reserved):
    """Return what the absences of a child take off.

    :param absences: list of Absence; of two on one day the first counts
    :param is_reserved: callable that tells of a date whether the child would come
    :return: Credits
    """
    percents, unserved, uncertified = {}, set(), []
    for run in _runs(absences, is_reserved):
        reason = run[0][1].reason
        if reason.services:
            unserved.update(day for day, _absence in run)
        credited = _credited_days([day for day, _absence in run], reason)
        if reason.certificate and not any(absence.certificate for _, absence in run):
            uncertified += credited[:1] and [run[0][0]]
        else:
            percents.update(dict.fromkeys(credited, reason.percent))
    return Credits(percents, frozenset(unserved), tuple(uncertified))


def _runs(absences, is_reserved):
    """Return lists of (date, Absence): days in a row with one reason."""
    if not absences:
        return []
    runs, reason = [], None
    day = min(absence.date_from for absence in absences)
    last = max(absence.date_to for absence in absences)
    while day <= last:
        if is_reserved(day):
            own = next((absence for absence in absences if absence.covers(day)), None)
            if own and own.reason == reason:
                runs[-1].append((day, own))
            elif own:
                runs.append([(day, own)])
            reason = own and own.reason
        day += timedelta(days=1)
    return runs


def _credited_days(days, reason):
    """Return those of the days of one absence that are credited, certificate or not."""
    if not reason.percent:
        return []
    numbers = [
        (day - days[0]).days + 1 if reason.calendar else number
        for number, day in enumerate(days, start=1)
    ]
    over = [
        day
        for number, day in zip(numbers, days, strict=True)
        if number > reason.free_days
    ]
    return days if over and reason.from_first else over
