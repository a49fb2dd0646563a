"""Capitation: a pot per product, shared by six weighted indicators."""

from dataclasses import dataclass
from decimal import Decimal

from ...exchange_run.core.money import (
    CENT,
    HUNDRED,
    ZERO,
    round_to,
    split_by_largest_remainder,
)

#: the six indicators in openIMIS' order, named as the product's weights
INDICATORS = (
    "population",
    "nb_families",
    "insured_population",
    "nb_insured_families",
    "nb_visits",
    "adjusted_amount",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What one facility gets for one indicator."""

    facility: object
    indicator: str
    quantity: Decimal
    unit_price: Decimal
    weight: Decimal
    discount_rate: Decimal
    amount: Decimal

    @property
    def gross(self):
        """Quantity x unit price before the discount, rounded to the amount's cents."""
        return self.quantity * self.unit_price


def capitate(allocated, share, weights, facilities, quantum=CENT):
    """Share the allocated contribution of one product among facilities.

    Section 3.2 and the source document: unit price = allocated / sum of the
    indicator, discount rate = 1 - share x weight. The amounts of one indicator are
    rounded by largest remainder over its pot, and the pots over the whole, so
    that all parts add up to the cent.

    :param Decimal allocated: allocated contribution of the period
    :param Decimal share: percent of it paid by capitation
    :param dict weights: {indicator: percent}
    :param dict facilities: {facility: {indicator: Decimal}}
    :param Decimal quantum: smallest unit of the currency
    :return: list of Part, by facility, only indicators with weight and quantity
    """
    sums = {
        indicator: sum((f.get(indicator, ZERO) for f in facilities.values()), ZERO)
        for indicator in INDICATORS
    }
    used = [i for i in INDICATORS if weights.get(i) and sums[i]]
    rates = {i: share / HUNDRED * weights[i] / HUNDRED for i in used}
    raw_pots = [allocated * rates[i] for i in used]
    whole = round_to(sum(raw_pots, ZERO), quantum)
    pots = split_by_largest_remainder(whole, raw_pots, quantum) if used else []
    parts = [
        part
        for indicator, pot in zip(used, pots, strict=True)
        for part in _share_pot(
            indicator,
            pot,
            allocated,
            rates[indicator],
            weights[indicator],
            sums[indicator],
            facilities,
            quantum,
        )
    ]
    order = {facility: index for index, facility in enumerate(facilities)}
    return sorted(parts, key=lambda part: order[part.facility])


def _share_pot(indicator, pot, allocated, rate, weight, total, facilities, quantum):
    """Split one indicator's pot among the facilities that have something of it."""
    holders = [f for f, values in facilities.items() if values.get(indicator)]
    quantities = [facilities[f][indicator] for f in holders]
    raw = [pot * quantity / total for quantity in quantities]
    amounts = split_by_largest_remainder(pot, raw, quantum)
    return [
        Part(
            facility=facility,
            indicator=indicator,
            quantity=quantity,
            unit_price=allocated / total,
            weight=weight,
            discount_rate=1 - rate,
            amount=amount,
        )
        for facility, quantity, amount in zip(holders, quantities, amounts, strict=True)
    ]
