"""What posted documents say of each calculated line.

A document is an invoice, a credit note made from it, or a copy of one. Most of its
lines say which calculated line they bill. What somebody added by hand says nothing: it
belongs to all that the document bills, by their amounts.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ...exchange_run.core.money import ZERO, split_nearly


@dataclass(slots=True)
class Document:
    """A posted invoice or credit note, in francs as the debtor owes them.

    `lines` maps calculated lines to what the document says of them, negative on a
    credit note. `other` is what stands there besides, `rounding` the 5 centimes.
    """

    root: object
    lines: dict = field(default_factory=dict)
    other: Decimal = ZERO
    rounding: Decimal = ZERO


@dataclass(slots=True)
class Family:
    """An invoice with its credit notes: what remains of it for each calculated line."""

    amounts: dict = field(default_factory=dict)
    roundings: dict = field(default_factory=dict)


def families(documents, billed):
    """Sum up documents.

    :param documents: list of Document, the root of a family before its credit notes
    :param billed: dict root -> {calculated line: amount as calculated}, to share out
        what names no line
    :return: dict root -> Family; sums are exactly those of the documents
    """
    found = {}
    for document in documents:
        family = found.setdefault(document.root, Family())
        weights = document.lines or family.amounts or billed.get(document.root, {})
        _add(family.amounts, document.lines)
        _add(family.amounts, share_out(document.other, weights))
        _add(family.roundings, share_out(document.rounding, weights))
    return found


def share_out(amount, weights):
    """Share out an amount to the centime, by the size of weights.

    :param Decimal amount: francs, of either sign
    :param weights: dict key -> Decimal; where all are zero, the first takes it all
    :return: dict key -> Decimal whose sum is the amount; empty without keys or amount
    """
    if not amount or not weights:
        return {}
    sizes = {key: abs(weight) for key, weight in weights.items()}
    total = sum(sizes.values(), ZERO)
    if not total:
        return {next(iter(sizes)): amount}
    # Of the size alone: what credits an invoice mirrors it to the centime.
    whole = abs(amount)
    parts = split_nearly(whole, [whole * size / total for size in sizes.values()])
    return {key: part.copy_sign(amount) for key, part in zip(sizes, parts, strict=True)}


def _add(sums, amounts):
    for key, amount in amounts.items():
        sums[key] = sums.get(key, ZERO) + amount
