"""What remains to be billed: due today less billed before, and who pays it (6.6)."""

from dataclasses import dataclass
from decimal import Decimal

from .money import CENT, ZERO, round_to, share_of

PERCENT, AMOUNT = "percent", "amount"


@dataclass(frozen=True, slots=True)
class Subsidy:
    """A third party's part of the care of a child: a percentage, or francs a month."""

    payer: object
    mode: str
    value: Decimal


def split(amount, debtor, subsidies):
    """Share an amount between the debtor and third parties.

    Percentages count on the full amount, in the given order, and nobody pays more than
    what is left: the parts always add up to the amount.

    :param Decimal amount: francs, not negative
    :param debtor: who pays the rest
    :param subsidies: list of Subsidy
    :return: list of (payer, Decimal), subsidies first, the debtor last, no empty parts
    """
    parts, left = [], amount
    for subsidy in subsidies:
        part = subsidy.value
        if subsidy.mode == PERCENT:
            part = round_to(amount * share_of(subsidy.value), CENT)
        part = min(part, left)
        if part > ZERO:
            parts.append((subsidy.payer, part))
            left -= part
    if left:
        parts.append((debtor, left))
    return parts


def difference(due, billed):
    """Compare what is due today with what was billed.

    :param due: dict key -> Decimal francs
    :param billed: dict of the same keys -> Decimal francs
    :return: dict key -> due - billed, where it is not zero, in order of the keys of
        `due`, then of those only billed
    """
    keys = [*due, *(key for key in billed if key not in due)]
    compared = {key: due.get(key, ZERO) - billed.get(key, ZERO) for key in keys}
    return {key: amount for key, amount in compared.items() if amount}
