"""Several debtors share what is left to pay, in percent: separated parents.

The source knows one debtor a month; the rule is that of a judgment or an agreement:
each of the others pays a percentage, the debtor of the child's file the rest.
"""

from dataclasses import dataclass
from decimal import Decimal

from ...exchange_run.core.money import ZERO, split_by_largest_remainder

WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True)
class Share:
    """What another debtor pays, in percent; `name` is what explanations call them."""

    payer: object
    percent: Decimal
    name: str = ""


def divide(amount, debtor, shares):
    """Share out an amount.

    :param Decimal amount: francs and centimes, of either sign
    :param debtor: who pays what the others leave
    :param shares: list of Share, at most 100 % together
    :return: dict payer -> Decimal francs, the debtor first; nobody with nothing to pay
    """
    percents = percents_of(debtor, shares)
    # Of the size alone: what credits a month mirrors it to the centime.
    whole = abs(amount)
    parts = split_by_largest_remainder(
        whole, [whole * percent / WHOLE for percent in percents.values()]
    )
    return {
        payer: part.copy_sign(amount)
        for payer, part in zip(percents, parts, strict=True)
        if part
    }


def percents_of(debtor, shares):
    """Return what each pays, in percent.

    :return: dict payer -> Decimal, the debtor first
    """
    percents = {debtor: WHOLE - sum((share.percent for share in shares), ZERO)}
    for share in shares:
        percents[share.payer] = percents.get(share.payer, ZERO) + share.percent
    return percents
