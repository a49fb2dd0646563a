"""Days that can be meant; times of day, in whole minutes since midnight, and spans.

Odoo keeps times as hours (7.5), people write them as 07:30.
"""

#: Nobody alive was born before, and no month can be added to a day of the year 9999.
YEARS = range(1900, 3000)


def is_of_our_time(day):
    """Tell whether a day can be meant, rather than a slip of the pen or an attack.

    :param day: date or datetime
    """
    return day.year in YEARS


def to_minutes(hours):
    """Return whole minutes since midnight.

    :param hours: hours since midnight, e.g. 7.5, as float or Decimal
    :return int: minutes, rounded to the nearest, so that 7.1666667 is 7:10
    """
    return round((hours or 0) * 60)


def label(minutes):
    """Return minutes since midnight as `HH:MM`; the end of the day is 24:00.

    :param int minutes: since midnight
    """
    hour, minute = divmod(minutes, 60)
    return f"{hour:02d}:{minute:02d}"


def hours_label(hours):
    """Return hours since midnight as `HH:MM`.

    :param hours: as of `to_minutes`
    """
    return label(to_minutes(hours))


def joined(spans):
    """Return spans in order, those that touch or overlap as one, empty ones left out.

    :param spans: iterable of ``(begin, end)``, in whatever unit
    :return tuple: of ``(begin, end)``
    """
    result = []
    for begin, end in sorted(spans):
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        elif begin < end:
            result.append((begin, end))
    return tuple(result)


def overlapping(spans):
    """Tell whether any two of the half-open spans overlap.

    :param spans: iterable of ``(begin, end)``
    :return bool: true when two share more than an instant
    """
    ordered = sorted(spans)
    return any(
        following[0] < previous[1]
        for previous, following in zip(ordered, ordered[1:], strict=False)
    )
