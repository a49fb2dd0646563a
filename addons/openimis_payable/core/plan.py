"""Commission, fee and cash rules of a payment plan, as plain values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import HUNDRED
from .periods import is_due
from .rates import rate_amount


@dataclass(frozen=True, slots=True)
class Plan:
    """Payment plan of a product."""

    id: int
    code: str
    rate: Decimal
    lump_sum: Decimal
    periodicity: int
    date_from: date | None = None
    date_to: date | None = None
    origin: str = ""
    payer: int | None = None
    partner: int | None = None

    def is_valid(self, start, end):
        """Tell whether the plan is in force some day of a period."""
        return (self.date_from or start) <= end and (self.date_to or end) >= start

    def pays(self, start, end):
        """Tell whether the plan pays in a closing of this period."""
        return self.is_valid(start, end) and is_due(end, self.periodicity)

    def amount(self, base, quantum):
        """Return the commission or fee on `base`, rounded."""
        return rate_amount(base, self.rate, quantum)

    @property
    def unit_price(self):
        """Rate as a factor: what one unit of value earns."""
        return self.rate / HUNDRED
