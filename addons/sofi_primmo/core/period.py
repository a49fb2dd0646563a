"""Start and end of the search for charges (spec 3.4)."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...exchange_run.core.clock import is_of_our_time
from .exceptions import SofiConfigError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@dataclass(frozen=True, slots=True)
class Period:
    """Instants in UTC; None means no limit.

    :ivar datetime | None start: first instant
    :ivar datetime | None end: first instant after the period
    """

    start: datetime | None = None
    end: datetime | None = None

    def parameters(self):
        """Return (from, to) as the interface writes them, None where unlimited."""
        return tuple(
            moment and write_instant(moment) for moment in (self.start, self.end)
        )

    def within(self, other):
        """Return what this period and another one have in common.

        :rtype: Period
        :raises SofiConfigError: `period_order`, when that is nothing
        """
        start = max(filter(None, (self.start, other.start)), default=None)
        end = min(filter(None, (self.end, other.end)), default=None)
        if start and end and start >= end:
            raise SofiConfigError("nothing in common", code="period_order")
        return Period(start, end)

    def __contains__(self, moment):
        return (not self.start or self.start <= moment) and (
            not self.end or moment < self.end
        )


def read(start, end, timezone):
    """Read the two limits as the script's configuration writes them [S0].

    A date means the whole day in the residence's time zone, an instant is exact; both
    ends are included.

    :param str start: `YYYY-MM-DD`, `YYYY-MM-DDTHH:mm:ssZ` or empty
    :param str end: likewise
    :param str timezone: IANA name
    :rtype: Period
    :raises SofiConfigError: `period_format` or `period_order`
    """
    zone = ZoneInfo(timezone)
    first = _moment(start, zone, days=0, seconds=0)
    last = _moment(end, zone, days=1, seconds=1)
    if first and last and first >= last:
        raise SofiConfigError("start after end", code="period_order")
    return Period(first, last)


def read_instant(text):
    """Read an instant of the interface, `2025-11-03T14:05:00Z`.

    :raises ValueError: when it is none, has no time zone, or is of another time
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("instant without time zone")
    if not is_of_our_time(moment):
        raise ValueError("instant of another time")
    return moment.astimezone(UTC)


def write_instant(moment):
    """Write an instant for the interface."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text, zone, days, seconds):
    text = (text or "").strip()
    if not text:
        return None
    try:
        if _DAY.fullmatch(text):
            # Wall-clock days: a day of clock change has 23 or 25 hours.
            whole = date.fromisoformat(text) + timedelta(days=days)
            if not is_of_our_time(whole):
                raise ValueError("day of another time")
            return datetime.combine(whole, time(), zone).astimezone(UTC)
        if _INSTANT.fullmatch(text):
            return read_instant(text) + timedelta(seconds=seconds)
    except (ValueError, OverflowError) as error:
        raise _malformed(text) from error
    raise _malformed(text)


def _malformed(text):
    return SofiConfigError(f"not a date or instant: {text}", code="period_format")
