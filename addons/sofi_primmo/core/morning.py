"""How a residence's last nights went, said in one word; plain Python."""

from dataclasses import dataclass
from datetime import timedelta

#: What needs somebody most comes first.
STATES = ("late", "failed", "unsettled", "waiting", "left_out", "fine", "simulated")
#: States that somebody has to do something about.
TROUBLE = STATES[:5]
#: A file that Primmo has not taken for longer than this is said to wait.
WAITING_DAYS = 2
#: Nights that are drawn.
NIGHTS = 14
#: A month ago, on the same weekday.
MONTH = timedelta(days=28)


@dataclass(frozen=True)
class Facts:
    """What is known of a residence's last night.

    :param bool simulated: the night only simulates here
    :param bool served: an export came through in the last hours, with a file or without
    :param bool failed: the last run failed here
    :param int unsettled: files that did not reach their end, or differ from SOFI
    :param int waiting_days: how long the oldest file has waited for Primmo
    :param int left_out: charges that the last export left out
    """

    simulated: bool = False
    served: bool = True
    failed: bool = False
    unsettled: int = 0
    waiting_days: int = 0
    left_out: int = 0


def state(facts):
    """Return the word for a residence's morning: one of `STATES`.

    :param Facts facts: what is known
    """
    if facts.simulated:
        return "simulated"
    if facts.failed:
        return "failed"
    if not facts.served:
        return "late"
    if facts.unsettled:
        return "unsettled"
    if facts.waiting_days > WAITING_DAYS:
        return "waiting"
    return "left_out" if facts.left_out else "fine"


def nights(amounts, today):
    """Return the last nights, the latest last.

    :param dict amounts: {day: amount in the file's currency}
    :param date today: the last of them
    :return: list of (day, amount)
    """
    days = [today - timedelta(days=back) for back in range(NIGHTS - 1, -1, -1)]
    return [(day, amounts.get(day, 0)) for day in days]


def last_night(amounts, today):
    """Return the latest day with a file of the last nights, its amount, and before.

    :param dict amounts: {day: amount}
    :param date today: no later day counts
    :return: (day or None, amount, amount of the same weekday four weeks before)
    """
    day = max((day for day in amounts if day <= today), default=None)
    if day is None:
        return None, 0, 0
    return day, amounts[day], amounts.get(day - MONTH, 0)
