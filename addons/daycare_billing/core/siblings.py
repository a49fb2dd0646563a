"""Who is whose sibling, and what it takes off the price (6.5)."""

from ...exchange_run.core.money import ZERO
from .tariff import SIBLING_EACH, SIBLING_NONE


def households(children):
    """Group children into households.

    Siblings share the main guardian, or the same couple, whoever of it is main. A
    common debtor makes nobody a sibling.

    :param children: child -> (main guardian, secondary guardian or None)
    :return: list of lists of children, in order of appearance
    """
    parent = {}

    def root(key):
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for child, (main, secondary) in children.items():
        anchor = root(("main", main) if main else ("child", child))
        if main and secondary:
            parent[root(("couple", frozenset((main, secondary))))] = anchor
    grouped = {}
    for child, (main, _secondary) in children.items():
        key = root(("main", main) if main else ("child", child))
        grouped.setdefault(key, []).append(child)
    return list(grouped.values())


def ranks(totals):
    """Rank the placed children of a household, dearest first.

    :param totals: list of (child, amount before rebate, birth date or None); children
        without anything due are not placed and stay out
    :return: dict child -> rank from 1; at equal amounts the elder comes first
    """
    placed = [entry for entry in totals if entry[1]]
    placed.sort(key=lambda entry: (-entry[1], str(entry[2] or "9999"), str(entry[0])))
    return {entry[0]: rank for rank, entry in enumerate(placed, start=1)}


def rebate_percent(tariff, rank, count):
    """Return the rebate of a child in percent.

    :param Tariff tariff: `siblings` holds (rank, percent): the row of the highest rank
        not above the child's rank applies (`from_second`), or not above the number of
        placed children, to each of them (`each`)
    :param int rank: of the child, from 1
    :param int count: placed children of the household
    :return: Decimal
    """
    if tariff.sibling_mode == SIBLING_NONE or count < 2:
        return ZERO
    reached = count if tariff.sibling_mode == SIBLING_EACH else rank
    rows = [row for row in tariff.siblings if row[0] <= reached and row[0] > 1]
    return max(rows)[1] if rows else ZERO
