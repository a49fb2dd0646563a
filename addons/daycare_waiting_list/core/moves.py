"""Which group a child is in by its age, and from which day on."""

from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta


@dataclass(frozen=True, slots=True)
class Step:
    """Where children of a group go when they are old enough.

    :ivar group: id of the next group
    :ivar months: age in whole months from which on a child is in the next group
    """

    group: int
    months: int


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a stay: one group between two days, both included."""

    group: int
    first: date
    last: date


def move_day(birthdate, months):
    """Return the day on which a child changes the group: a first of a month.

    It is the first on which the child has the age, as places are given by whole months.

    :param date birthdate: born, or expected
    :param int months: the age
    :rtype: date
    """
    day = birthdate + relativedelta(months=months)
    return day if day.day == 1 else day.replace(day=1) + relativedelta(months=1)


def legs(leg, birthdate, steps, today):
    """Return the groups a child passes through during a placement.

    Whoever is placed in a group at an age above its own was placed there on purpose:
    that child stays. Whoever should have moved before today moves on the next first of
    a month.

    :param Leg leg: the placement, in the group it names
    :param birthdate: date, or None: the child stays
    :param dict steps: {group: :class:`Step`}
    :param date today: what is before it has happened
    :return: list of :class:`Leg` in order, which together last as long as the placement
    """
    parts, seen = [], {leg.group}
    coming = today.replace(day=1) + relativedelta(months=1)
    while birthdate and leg.group in steps:
        step = steps[leg.group]
        day = move_day(birthdate, step.months)
        if day <= leg.first or step.group in seen:
            break
        day = max(day, coming, leg.first + timedelta(days=1))
        if day > leg.last:
            break
        parts.append(Leg(leg.group, leg.first, day - timedelta(days=1)))
        leg = Leg(step.group, day, leg.last)
        seen.add(step.group)
    return [*parts, leg]
