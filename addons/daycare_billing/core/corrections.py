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


def split(amounts, debtor, subsidies):
    """Share the care of a child between the debtor and third parties.

    Percentages count on the full amount of each group, in the given order; an amount a
    month is given once, whatever the number of groups. Nobody pays more than what is
    left: the parts always add up.

    :param amounts: dict group -> Decimal francs, not negative
    :param debtor: who pays the rest
    :param subsidies: list of Subsidy
    :return: dict group -> list of (payer, Decimal), subsidies first, the debtor last,
        no empty parts
    """
    available = [subsidy.value for subsidy in subsidies]
    return {
        group: _split_group(amount, debtor, subsidies, available)
        for group, amount in amounts.items()
    }


def _split_group(amount, debtor, subsidies, available):
    """Share the amount of one group; `available` loses the francs that are given."""
    parts, left = [], amount
    for number, subsidy in enumerate(subsidies):
        if subsidy.mode == PERCENT:
            part = min(round_to(amount * share_of(subsidy.value), CENT), left)
        else:
            part = min(available[number], left)
            available[number] -= part
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
