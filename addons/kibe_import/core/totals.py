"""Totals that an accountant ticks off (specification section 5.2, point 5)."""

import collections
import datetime
from decimal import Decimal

from .operation import COUNTED_AS, Action

# So many debtors are named; the others are one row.
NAMED = 20
WHOLE_DAY = 10_000  # unit of the weights of the slots


def income_totals(plan):
    """Return what the income pages written come to, for each basis.

    :param Plan plan: what the import will do
    :return: dict basis (`monthly`, `annual`) → exact sum of the amounts as Decimal,
        number of confidential pages, which have no amount
    """
    sums, confidential = {}, 0
    for operation in plan.operations:
        values = operation.values
        if operation.entity == "income" and "amount" in values:
            basis = values["basis"]
            sums[basis] = sums.get(basis, Decimal()) + values["amount"]
            confidential += values["confidential"]
    return sums, confidential


def children_per_debtor(debtors, shown=NAMED):
    """Return how many children each debtor pays for, those with most first.

    :param dict debtors: child → (guardian id, name) who pays after the import, or None
    :param int shown: so many debtors are named
    :return: dict with `named`, a list of (name, number of children), `others`, the
        number of the debtors left, `others_children`, the number of their children, and
        `without`, the number of the children nobody pays for: each child counts once
    """
    counts = collections.Counter(debtors.values())
    without = counts.pop(None, 0)
    ranked = sorted((-number, name, key) for (key, name), number in counts.items())
    others = ranked[shown:]
    return {
        "named": [(name, -number) for number, name, _key in ranked[:shown]],
        "others": len(others),
        "others_children": -sum(number for number, _name, _key in others),
        "without": without,
    }


def presences(plan):
    """Return the bookings of each group before and after the import.

    A place is a whole day a week: the sum of the weights of the slots booked. A
    presence by hours has no weight. Pages of different periods are never together:
    what counts is the fullest week.

    :param Plan plan: what the import will do to the placements
    :return: list of (group code, weekly presences before, after, weekly places before,
        after), the places exact as Decimal
    """
    pages = {}
    for operation in plan.operations:
        if operation.entity == "sector" and operation.group:
            before, after = pages.setdefault(operation.group.code, ([], []))
            actions = COUNTED_AS.get(operation.action, (operation.action,))
            if Action.DELETED in actions:
                before.append(operation)
            if Action.CREATED in actions:
                after.append(operation)
    totals = []
    for code, (before, after) in sorted(pages.items()):
        (lines_before, old), (lines_after, new) = map(_fullest_week, (before, after))
        places = (Decimal(old) / WHOLE_DAY, Decimal(new) / WHOLE_DAY)
        totals.append((code, lines_before, lines_after, *places))
    return totals


def _fullest_week(pages):
    """Return the most lines, and the most weight, that are in force on one day."""
    changes = collections.defaultdict(lambda: [0, 0])
    for page in pages:
        lines, weight = len(page.lines), _weight(page)
        begin = page.values.get("date_from", datetime.date.min).toordinal()
        end = page.values.get("date_to", datetime.date.max).toordinal()
        for day, sign in ((begin, 1), (end + 1, -1)):
            changes[day][0] += sign * lines
            changes[day][1] += sign * weight
    lines = weight = most_lines = most_weight = 0
    for day in sorted(changes):
        lines, weight = lines + changes[day][0], weight + changes[day][1]
        most_lines, most_weight = max(most_lines, lines), max(most_weight, weight)
    return most_lines, most_weight


def _weight(operation):
    weights = {slot.number: slot.weight for slot in operation.group.slots}
    return sum(
        weights.get(number, 0) for line in operation.lines for number in line.numbers
    )
