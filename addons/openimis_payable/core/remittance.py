"""What a third party is told of a payment: what it settles, and what was not paid."""

from dataclasses import dataclass
from decimal import Decimal

from ...exchange_run.core.money import CENT, ZERO, exact, round_to


@dataclass(frozen=True, slots=True)
class Settled:
    """A bill that a payment settles, whole or in part; credit notes are negative.

    :ivar bill: record of the bill
    :ivar Decimal total: what the bill owes in all
    :ivar Decimal claimed: before discounts, deductions and taxes
    :ivar Decimal here: what this payment pays of it
    :ivar tuple others: (name, amount) of what else settled a part of it: credit notes
        and advances that were set off, other payments
    """

    bill: object
    total: Decimal
    claimed: Decimal
    here: Decimal
    others: tuple

    @property
    def still_open(self):
        """What is still owed."""
        return self.total - self.here - sum((sum_ for _name, sum_ in self.others), ZERO)


@dataclass(frozen=True, slots=True)
class NotPaid:
    """An item or service that was asked for and not paid in full.

    :ivar dict item: details of the payable line, which say why
    """

    claim: str
    code: str
    name: str
    asked: Decimal
    paid: Decimal
    item: dict

    @property
    def difference(self):
        """What was asked for in vain."""
        return self.asked - self.paid

    @property
    def is_rejected(self):
        """Whether it was rejected, not only approved for less."""
        return "rejection_reason" in self.item


def not_paid(claim, items, quantum=CENT):
    """Return those items and services of a claim that are not paid as asked.

    :param str claim: its number
    :param list items: details of a payable line: code, name, quantity, price and net as
        text, `rejection_reason` for those that were rejected
    :param Decimal quantum: smallest unit of the currency
    :return: list of NotPaid
    """
    rows = []
    for item in items:
        asked = round_to(exact(item["quantity"]) * exact(item["price"]), quantum)
        row = NotPaid(
            claim=claim,
            code=item["code"],
            name=item["name"],
            asked=asked,
            paid=exact(item["net"]),
            item=item,
        )
        if row.is_rejected or row.difference > 0:
            rows.append(row)
    return rows


def allocated(amount, owed):
    """Share out what was paid over what is owed, in order.

    :param Decimal amount: what was paid
    :param list owed: Decimals
    :return: list of Decimals in the order of `owed`, none larger than it
    """
    shares = []
    for debt in owed:
        share = min(amount, debt)
        shares.append(share)
        amount -= share
    return shares
