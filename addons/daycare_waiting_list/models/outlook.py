"""Who is where in the months to come: counted in memory, from what was read at once."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo.addons.daycare.core.occupancy import Band, Cell, Presence, cell
from odoo.addons.exchange_run.core import clock

from ..core.moves import Leg, legs

#: Months that are shown, and for which a place must stay free.
MONTHS = 12
WHOLE_DAY = (0, 24 * 60)


@dataclass(frozen=True)
class Stay:
    """Who comes on a weekday, in one group, between two days.

    :ivar leg: the group and the days, both included
    :ivar key: id of the child, or that of a request with a minus for an offer
    :ivar presences: what is taken, as `daycare` counts it
    """

    leg: Leg
    key: int
    presences: tuple


class Outlook:
    """Places taken in all groups of a company, for the months to come.

    :ivar months: first days of the months, this one first
    :ivar end: last day that is looked at
    :ivar groups: {id: group}
    """

    def __init__(self, today, groups):
        first = today.replace(day=1)
        self.today = today
        self.months = [first + relativedelta(months=n) for n in range(MONTHS)]
        self.end = first + relativedelta(months=MONTHS, days=-1)
        self.groups = {group.id: group for group in groups}
        self._steps = groups._steps()
        self._stays = defaultdict(list)
        self._bands = {group.id: _bands(group) for group in groups}
        self._cells = {}

    def add(self, key, leg, birthdate, lines):
        """Count a placement or an offer in the groups that its child passes through.

        :param int key: of :class:`Stay`
        :param Leg leg: the placement
        :param birthdate: None: what follows is planned already, nobody moves by age
        :param lines: its weekdays, with ``day``, ``slot_ids`` and ``_spans()``
        """
        for part in legs(leg, birthdate, self._steps, self.today):
            for line in lines:
                slots = frozenset(line.slot_ids.ids)
                if slots and part.group == leg.group:
                    presences = (Presence(key, slots),)
                else:  # the next group has slots of its own
                    spans = clock.joined(line._spans()) or [WHOLE_DAY]
                    presences = tuple(Presence(key, frozenset(), *s) for s in spans)
                self._stays[part.group, line.day].append(Stay(part, key, presences))

    def cell(self, group, month, day, spans=(WHOLE_DAY,), without=None):
        """Return the fullest moment of a weekday in a month.

        :param int group: id of the group
        :param date month: its first day
        :param int day: 1 for Monday
        :param tuple spans: times of the day that are looked at, in minutes
        :param int without: key of a stay that does not count
        :return: `daycare`'s Cell: places taken and there are at that moment, and keys
            of all who come in the month
        """
        asked = (group, month, day, spans, without)
        if asked not in self._cells:
            self._cells[asked] = self._count(*asked)
        return self._cells[asked]

    def _count(self, group, month, day, spans, without):
        following = month + relativedelta(months=1)
        stays = [
            stay
            for stay in self._stays[group, day]
            if stay.key != without
            and stay.leg.first < following
            and stay.leg.last >= month
        ]
        bands = [
            band
            for band in self._bands[group]
            if any(clock.overlapping([s, (band.begin, band.end)]) for s in spans)
        ]
        found = [
            cell(band, [p for stay in present for p in stay.presences])
            for present in _together(stays, month, day)
            for band in bands
        ]
        fullest = min(found, key=_rank, default=Cell(0, 0, ()))
        keys = {key for one in found for key in one.children}
        return Cell(fullest.taken, fullest.places, tuple(sorted(keys)))

    def free_from(self, request):
        """Return from when on a wish can be met, as far as the forecast reaches.

        :param request: `daycare.request` with a group and weekdays
        :return: the first day, or False
        """
        begin, found = max(request.date_from, self.today), False
        for month in self.months:
            day = max(month, begin)
            if day < month + relativedelta(months=1):
                found = self._fits(request, day, month) and (found or day)
        return found

    def _fits(self, request, day, month):
        """Tell whether all wished days are free from a day to the end of its month."""
        last = request.date_to or date.max
        if day > last:
            return True
        wish = Leg(request.group_id.id, request.date_from, last)
        following = month + relativedelta(months=1)
        there = {
            part.group
            for part in legs(wish, request.birthdate, self._steps, self.today)
            if part.first < following and part.last >= day
        }
        for group in there:
            for line in request.line_ids:
                spans = tuple(line._spans()) or (WHOLE_DAY,)
                without = -request._origin.id if request.state == "offered" else None
                free = self.cell(group, month, line.day, spans, without).free
                if free is not None and free < 1:
                    return False
        return True


def _bands(group):
    """Return the slots of a group's day, or the day where it books by hours."""
    if group.mode != "slots" or not group.slot_ids:
        return [Band(0, *WHOLE_DAY, group.capacity)]
    return [
        Band(
            slot.id,
            clock.to_minutes(slot.hour_from),
            clock.to_minutes(slot.hour_to),
            slot.capacity or group.capacity,
        )
        for slot in group.slot_ids
    ]


def _together(stays, month, day):
    """Return who is there at once on the dates of a weekday in a month, each once."""
    first = month + timedelta(days=(day - 1 - month.weekday()) % 7)
    dates = [first + timedelta(days=7 * n) for n in range(5)]
    return {
        tuple(stay for stay in stays if stay.leg.first <= date <= stay.leg.last)
        for date in dates
        if date.month == month.month
    }


def _rank(found):
    """Order cells by the places left; where they are not limited, by those taken."""
    return (found.free is None, found.free or 0, -found.taken)
