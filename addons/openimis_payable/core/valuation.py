"""What a claim is worth: from its items and services to one payable."""

from dataclasses import dataclass
from decimal import Decimal

from ...exchange_run.core.money import CENT, ZERO, round_to, split_by_largest_remainder


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """Item or service of a claim; quantities and prices unrounded, no currency.

    None is an amount that nobody gave; zero is an amount like any other. Each counts
    on its own: a reviewer who approves quantity 0 and says nothing of the price has
    approved nothing.

    :ivar origin: P price list, O provider's own, R relative, empty not known
    """

    qty_provided: Decimal
    price_asked: Decimal
    price_adjusted: Decimal | None = None
    qty_approved: Decimal | None = None
    price_approved: Decimal | None = None
    price_valuated: Decimal | None = None
    remunerated: Decimal | None = None
    reduction: Decimal = ZERO
    origin: str = "P"
    rejected: bool = False

    @property
    def claimed(self):
        """Amount the facility asked for, unrounded."""
        return self.qty_provided * self.price_asked

    @property
    def quantity(self):
        """Quantity that counts for payment: approved, else provided."""
        return first_given(self.qty_approved, self.qty_provided)

    @property
    def price(self):
        """Unit price that counts for payment, before valuation.

        Section 4: approved, else adjusted, else asked.
        """
        return first_given(self.price_approved, self.price_adjusted, self.price_asked)

    @property
    def effective(self):
        """Amount before valuation, unrounded; 0 for a rejected line."""
        return ZERO if self.rejected else self.quantity * self.price

    @property
    def is_settled(self):
        """Whether the line says itself what it is worth, whatever its origin."""
        return (
            self.rejected
            or self.remunerated is not None
            or self.price_valuated is not None
        )

    @property
    def needs_index(self):
        """Whether the line is worth nothing certain without a relative index."""
        return self.origin == "R" and not self.is_settled

    @property
    def needs_origin(self):
        """Whether nobody said if the price is relative, and it matters."""
        return not self.origin and not self.is_settled


def first_given(*amounts):
    """Return the first amount that was given, zero or not; the last if none was."""
    for amount in amounts:
        if amount is not None:
            return amount
    return amounts[-1]


@dataclass(frozen=True, slots=True)
class Valuation:
    """Result for one claim, rounded: net = claimed - discount.

    :ivar tuple line_claims: what was claimed by each line
    :ivar tuple line_nets: what is paid for each line
    """

    claimed: Decimal
    net: Decimal
    line_claims: tuple
    line_nets: tuple
    indexed: bool

    @property
    def discount(self):
        """Difference between claimed and net; negative when more is paid."""
        return self.claimed - self.net


def line_net(line, index=None):
    """Return what one line is paid with, before it is rounded.

    Sections 3.1 and 4: the remunerated amount, else quantity x valuated price,
    else quantity x price (x index for relative prices) less deductible and
    ceilings.

    :param ClaimLine line: the line
    :param Decimal index: relative index of product and period
    :return: Decimal, unrounded, never negative unless remunerated so
    :raises LookupError: a relative price without an index
    """
    if line.rejected:
        return ZERO
    if line.remunerated is not None:
        return line.remunerated
    if line.price_valuated is not None:
        return line.quantity * line.price_valuated
    amount = line.effective
    if line.origin == "R":
        if index is None:
            raise LookupError("relative price without index")
        amount *= index
    return max(amount - line.reduction, ZERO)


def _rounded(lines, amounts, quantum):
    """Return the amounts rounded: half up, relative prices together.

    Relative prices are shares of a pot. Rounded each for itself they would add up
    to another amount than the claim's share: 32.88 + 49.32 instead of 82.19
    (section 3.1).

    :param lines: list of ClaimLine
    :param amounts: unrounded Decimals, one for each line
    :param Decimal quantum: smallest unit of the currency
    :return: list of Decimals in the order of `lines`
    """
    nets = [round_to(amount, quantum) for amount in amounts]
    shares = [place for place, line in enumerate(lines) if line.needs_index]
    if len(shares) > 1:
        parts = [amounts[place] for place in shares]
        total = round_to(sum(parts), quantum)
        split = split_by_largest_remainder(total, parts, quantum)
        for place, part in zip(shares, split, strict=True):
            nets[place] = part
    return nets


def valuate(lines, index_of=None, quantum=CENT):
    """Valuate a claim.

    :param lines: list of (key, ClaimLine); the key names the line's index
    :param index_of: dict {key: Decimal index}
    :param Decimal quantum: smallest unit of the currency
    :return: Valuation
    :raises LookupError: a relative price whose index is not in `index_of`
    """
    indexes = index_of or {}
    amounts = [line_net(line, indexes.get(key)) for key, line in lines]
    nets = tuple(_rounded([line for _key, line in lines], amounts, quantum))
    claims = tuple(round_to(line.claimed, quantum) for _key, line in lines)
    return Valuation(
        claimed=sum(claims, ZERO),
        net=sum(nets, ZERO),
        line_claims=claims,
        line_nets=nets,
        indexed=any(line.needs_index for _key, line in lines),
    )


def header_disagrees(header, lines_amount, line_count, quantum=CENT):
    """Tell whether a header amount differs from its lines by more than rounding.

    :param Decimal header: amount of the header; 0 means not given
    :param Decimal lines_amount: sum of the rounded lines
    :param int line_count: number of lines, each of which may hide half a quantum
    :return: bool
    """
    return bool(header) and abs(header - lines_amount) > quantum * line_count / 2
