"""Totals that an accountant ticks off (specification section 5.2, point 5)."""

import collections
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
    presence by hours has no weight.

    :param Plan plan: what the import will do to the placements
    :return: list of (group code, weekly presences before, after, weekly places before,
        after), the places exact as Decimal
    """
    totals = {}
    for operation in plan.operations:
        if operation.entity == "sector" and operation.group:
            row = totals.setdefault(operation.group.code, [0, 0, 0, 0])
            for action in COUNTED_AS.get(operation.action, (operation.action,)):
                if action in (Action.DELETED, Action.CREATED):
                    after = action is Action.CREATED
                    row[after] += len(operation.lines)
                    row[2 + after] += _weight(operation)
    return [
        (code, before, after, Decimal(old) / WHOLE_DAY, Decimal(new) / WHOLE_DAY)
        for code, (before, after, old, new) in sorted(totals.items())
    ]


def _weight(operation):
    weights = {slot.number: slot.weight for slot in operation.group.slots}
    return sum(
        weights.get(number, 0) for line in operation.lines for number in line.numbers
    )
