"""Times of day, kept as hours in Odoo (7.5) and counted as minutes here (450)."""

DAY = 24 * 60


def to_minutes(hours):
    """Return whole minutes since midnight.

    :param float hours: hours since midnight, e.g. 7.5
    :return int: minutes, rounded to the nearest, so that 7.1666667 is 7:10
    """
    return round((hours or 0.0) * 60)


def label(hours):
    """Return a time of day as ``HH:MM``.

    :param float hours: hours since midnight
    :return str: e.g. ``07:30``
    """
    hour, minute = divmod(to_minutes(hours), 60)
    return f"{hour:02d}:{minute:02d}"


def overlapping(intervals):
    """Tell whether any two of the half-open intervals overlap.

    :param intervals: iterable of ``(begin, end)`` in minutes
    :return bool: true when two share at least a minute
    """
    ordered = sorted(intervals)
    return any(
        following[0] < previous[1]
        for previous, following in zip(ordered, ordered[1:], strict=False)
    )
