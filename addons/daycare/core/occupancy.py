"""Places taken and free in a group, slot by slot (kibe 2.3 and 6.2)."""

from dataclasses import dataclass

from ...exchange_run.core.clock import joined


@dataclass(frozen=True, slots=True)
class Band:
    """A row of the week grid: a slot, or an hour of the day.

    :ivar key: slot id, or the minute it begins with
    :ivar begin: first minute since midnight
    :ivar end: minute it ends before
    :ivar places: children it can receive; 0 when not limited
    """

    key: int
    begin: int
    end: int
    places: int


@dataclass(frozen=True, slots=True)
class Presence:
    """One child on one day: slots, or the minutes between ``begin`` and ``end``."""

    child: int
    slots: frozenset = frozenset()
    begin: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """What a band holds on a day.

    :ivar taken: places needed at once
    :ivar places: places there are, 0 when not limited
    :ivar children: ids of the children who come, sorted
    """

    taken: int
    places: int
    children: tuple

    @property
    def free(self):
        """Places left, negative when overbooked, ``None`` when not limited."""
        return self.places - self.taken if self.places else None

    @property
    def level(self):
        """How full it is: ``empty``, ``open``, ``last``, ``full`` or ``over``."""
        if not self.taken:
            return "empty"
        if self.free is None or self.free > max(1, self.places // 10):
            return "open"
        if self.free > 0:
            return "last"
        return "over" if self.free < 0 else "full"


def cell(band, presences):
    """Return what a band holds.

    A child with two presences in the band takes one place. Children booked by hours
    who follow one another share a place.

    :param Band band: the band
    :param presences: iterable of :class:`Presence` of one day
    :return Cell: places taken and children
    """
    spans = {}
    for presence in presences:
        span = _span(band, presence)
        if span:
            spans.setdefault(presence.child, []).append(span)
    merged = [span for child in spans.values() for span in joined(child)]
    return Cell(peak(merged), band.places, tuple(sorted(spans)))


def _span(band, presence):
    """Return the minutes of a presence in a band, or ``None``."""
    if presence.slots:
        return (band.begin, band.end) if band.key in presence.slots else None
    begin, end = max(band.begin, presence.begin), min(band.end, presence.end)
    return (begin, end) if begin < end else None


def peak(spans):
    """Return how many half-open spans overlap at most.

    :param spans: iterable of ``(begin, end)``
    :return int: largest number of spans that share a minute
    """
    events = sorted(event for begin, end in spans for event in ((begin, 1), (end, -1)))
    highest = current = 0
    for _minute, change in events:
        current += change
        highest = max(highest, current)
    return highest


def hour_bands(presences, places):
    """Return one band an hour from the first to the last minute booked.

    :param presences: iterable of :class:`Presence` of the week, booked by hours
    :param int places: places of the group, 0 when not limited
    :return list: of :class:`Band`; 07:00 to 18:00 when nothing is booked
    """
    booked = [presence for presence in presences if presence.end]
    first = min((presence.begin for presence in booked), default=7 * 60) // 60
    last = -(-max((presence.end for presence in booked), default=18 * 60) // 60)
    return [
        Band(hour * 60, hour * 60, (hour + 1) * 60, places)
        for hour in range(first, last)
    ]
