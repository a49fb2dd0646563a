"""Months, quarters and years that payment rules count in."""

from calendar import monthrange
from datetime import date, timedelta

MONTHS = {"M": 1, "Q": 3, "Y": 12}


def month_end(day):
    """Return the last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def window_start(end, months):
    """Return the first day of the window of `months` months that ends with `end`.

    :param date end: a day of the window's last month
    :param int months: 1 to 12
    :return: date; the year changes where it must (August, 4 months: 1 May)
    """
    month = end.month - months + 1
    return date(end.year - (month < 1), month + 12 * (month < 1), 1)


def relative_periods(date_from, date_to, kind):
    """List the periods of relative prices that end within a closing.

    Section 3.2: a quarter is closed in months 3, 6, 9 and 12, a year in December.

    :param date date_from: first day of the closing
    :param date date_to: last day of the closing
    :param str kind: M, Q or Y
    :return: list of (first day, last day)
    """
    months = MONTHS[kind]
    periods = []
    day = month_end(date_from)
    while day <= date_to:
        if day.month % months == 0:
            periods.append((window_start(day, months), day))
        day = month_end(day + timedelta(days=1))
    return periods


def is_due(date_to, periodicity):
    """Tell whether a plan pays in a closing that ends on `date_to`.

    Section 4: only when the month is divisible by the periodicity.
    """
    return date_to.month % periodicity == 0


def overlap_days(start, end, window_from, window_to):
    """Count the days two periods share, first and last included; 0 when apart."""
    return max(0, (min(end, window_to) - max(start, window_from)).days + 1)


def period_of(day, kind):
    """Return the month, quarter or year (M, Q, Y) that a day lies in.

    :return: tuple (first day, last day)
    """
    months = MONTHS[kind]
    last_month = (day.month - 1) // months * months + months
    end = month_end(day.replace(day=1, month=last_month))
    return window_start(end, months), end
