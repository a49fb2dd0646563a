"""From sector pages to the shares of days reserved in a month (6.2 no. 3, 6.3, 6.4).

A day is cut once for all pages of a child: a slot or an hour that two overlapping pages
both reserve counts once, and a child never takes more than one full day a day.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from ...exchange_run.core.clock import joined
from ...exchange_run.core.money import ONE, ZERO, share_of


@dataclass(frozen=True, slots=True)
class Presence:
    """What is reserved on a day: slots, or hours.

    `slots` are sorted (slot id, percent of a day), `hours` sorted (from, to) in decimal
    hours, of whole minutes, that do not overlap.
    """

    slots: tuple = ()
    hours: tuple = ()

    def __bool__(self):
        return bool(self.slots or self.hours)

    def __or__(self, other):
        return presence(self.slots + other.slots, self.hours + other.hours)

    def __sub__(self, other):
        if not other:
            return self
        taken = {slot for slot, _percent in other.slots}
        free = tuple(slot for slot in self.slots if slot[0] not in taken)
        return Presence(free, subtract(self.hours, other.hours))

    def share(self, reference_hours, minimum_share=ZERO):
        """Share of a day, at most 1.

        :param Decimal reference_hours: hours that make a full day
        :param Decimal minimum_share: floor for a presence by the hour
        """
        total = sum((share_of(percent) for _slot, percent in self.slots), ZERO)
        if self.hours:
            total += max(self.minutes / (reference_hours * 60), minimum_share)
        return min(total, ONE)

    @property
    def priced(self):
        """The presence without slots that are worth nothing, such as a meal's."""
        if all(percent for _slot, percent in self.slots):
            return self
        return Presence(tuple(slot for slot in self.slots if slot[1]), self.hours)

    @property
    def minutes(self):
        """Whole minutes of a presence by the hour, as Decimal."""
        return Decimal(sum(round((end - begin) * 60) for begin, end in self.hours))

    def books(self, slots):
        """Tell whether one of some slots is booked.

        By the hour, a slot is booked from half of it on, as in deliveries of Kibé.

        :param dict slots: slot id -> (from, to) in whole minutes of the day
        """
        return any(slot in slots for slot, _percent in self.slots) or any(
            2 * self._minutes_between(begin, end) >= end - begin
            for begin, end in slots.values()
        )

    def _minutes_between(self, begin, end):
        spans = [(round(start * 60), round(stop * 60)) for start, stop in self.hours]
        return sum(max(0, min(stop, end) - max(start, begin)) for start, stop in spans)


def presence(slots=(), hours=()):
    """Return a Presence of (slot id, percent) and (from, to), doubles merged."""
    return Presence(tuple(sorted(set(slots))), joined(hours))


def subtract(hours, taken):
    """Return the parts of `hours` outside `taken`, both sorted and merged."""
    for begin, end in taken:
        hours = [
            part
            for start, stop in hours
            for part in ((start, min(stop, begin)), (max(start, end), stop))
            if part[1] > part[0]
        ]
    return tuple(hours)


NOTHING = Presence()


@dataclass(frozen=True, slots=True)
class Page:
    """A sector page: a child's reserved week in one group, dates inclusive.

    `week` maps the weekday (0 = Monday) to a Presence; `date_to` may be None. An
    `extra` page is a day beside the placements («dépannage»).
    """

    key: object
    group: object
    date_from: date
    date_to: date | None
    week: dict = field(hash=False)
    extra: bool = False

    def covers(self, day):
        """Tell whether the page is in force on a date, its first and last included."""
        return self.date_from <= day and (self.date_to is None or day <= self.date_to)

    @property
    def priced(self):
        """The page without slots that are worth nothing."""
        week = {weekday: presence.priced for weekday, presence in self.week.items()}
        if week == self.week:
            return self
        return replace(self, week={day: own for day, own in week.items() if own})

    @property
    def pattern(self):
        """What makes two pages of a group the same week."""
        return self.group, tuple(sorted(self.week.items(), key=lambda item: item[0]))


@dataclass(frozen=True, slots=True)
class Piece:
    """The share of one day that is due for one page."""

    day: date
    page: Page
    presence: Presence
    share: Decimal


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month with its closed days by group (None for all groups)."""

    first: date
    last: date
    closed: dict = field(hash=False)

    @classmethod
    def of(cls, day, closed=None):
        """Return the month of `day`; `closed` maps a group, or None, to dates."""
        first = day.replace(day=1)
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return cls(first, last, closed or {})

    @property
    def days(self):
        """Every date of the month."""
        return [
            self.first + timedelta(days=n)
            for n in range((self.last - self.first).days + 1)
        ]

    def is_closed(self, group, day):
        """Tell whether the group, or the whole daycare, is closed on a date."""
        return day in self.closed.get(group, ()) or day in self.closed.get(None, ())


def is_open(page, month, day):
    """Tell whether a child may come on a date: an extra day is one on which it came."""
    return page.extra or not month.is_closed(page.group, day)


def is_reserved(pages, month, day):
    """Tell whether a child has a place on a date, and its group is open.

    :param pages: Page list of one child
    :param Month month: with the closed days; of any length
    """
    return any(
        page.covers(day) and page.week.get(day.weekday()) and is_open(page, month, day)
        for page in pages
    )


def cut(pages, month, tariffs):
    """Cut the month into the pieces of days a child has reserved, then the extra ones.

    :param pages: Page list of one child
    :param Month month: its closed days play no part here
    :param tariffs: group -> Tariff, for the length of a day
    :return: (list of Piece by day, number of days on which placements were capped)
    """
    overlapping = sorted(
        (p for p in pages if p.week and _touches(p, month)),
        key=lambda page: (page.extra, page.date_from, str(page.key)),
    )
    pieces, capped = [], 0
    if not overlapping:
        return pieces, capped
    for day in month.days:
        of_day, cut_short = _cut_day(overlapping, day, tariffs)
        pieces += of_day
        capped += cut_short
    return pieces, capped


def days_booking(pages, month, slots):
    """Return the open dates of a month on which one of some slots is booked.

    :param pages: Page list of one child
    :param Month month: the month, with its closed days
    :param dict slots: group -> {slot id: (from, to) in minutes}
    """
    return [
        day
        for day in month.days
        if any(
            page.covers(day)
            and is_open(page, month, day)
            and page.week.get(day.weekday(), NOTHING).books(slots.get(page.group, {}))
            for page in pages
        )
    ]


def _touches(page, month):
    return page.date_from <= month.last and (
        page.date_to is None or page.date_to >= month.first
    )


def _cut_day(pages, day, tariffs):
    taken, left, pieces, capped = Presence(), ONE, [], False
    weekday = day.weekday()
    for page in pages:
        wanted = page.week.get(weekday)
        if not wanted or not page.covers(day):
            continue
        free = wanted - taken
        tariff = tariffs[page.group]
        asked = wanted.share(tariff.reference_hours, tariff.minimum_share)
        due = free.share(tariff.reference_hours, tariff.minimum_share) if free else ZERO
        due = min(due, left)
        # what an extra day has in common with a placement is meant to count once
        capped = capped or (due < asked and not page.extra)
        if due:
            pieces.append(Piece(day, page, free, due))
            taken, left = taken | free, left - due
    return pieces, capped


def week_share(page, tariff):
    """Days a week of a page: the sum of its weekdays' shares."""
    return sum(
        (
            p.share(tariff.reference_hours, tariff.minimum_share)
            for p in page.week.values()
        ),
        ZERO,
    )


def full_month_share(page, month, tariff):
    """Days the page would reserve if it ran over the whole month."""
    shares = {
        weekday: presence.share(tariff.reference_hours, tariff.minimum_share)
        for weekday, presence in page.week.items()
    }
    return sum((shares.get(day.weekday(), ZERO) for day in month.days), ZERO)
