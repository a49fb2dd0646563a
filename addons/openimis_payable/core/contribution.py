"""How much of the premiums belongs to a period, and the index it gives."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import HUNDRED
from .periods import overlap_days


@dataclass(frozen=True, slots=True)
class Premium:
    """Contribution paid on a policy."""

    amount: Decimal
    paid: date
    effective: date
    expiry: date

    @property
    def start(self):
        """First day the premium covers."""
        return max(self.paid, self.effective)


def allocated_contribution(premiums, first_day, last_day):
    """Return the part of premiums that belongs to a period, unrounded.

    Section 3.2 (3): amount x days of the overlap / days covered.

    :param premiums: iterable of Premium
    :param date first_day: first day of the period
    :param date last_day: last day of the period
    :return: Decimal, unrounded, in the premiums' currency
    """
    total = Decimal(0)
    for premium in premiums:
        if premium.paid > premium.expiry:
            continue
        days = overlap_days(premium.start, premium.expiry, first_day, last_day)
        covered = (premium.expiry - premium.start).days or 1
        total += premium.amount * days / covered
    return total


def relative_index(allocated, base, distribution=HUNDRED, weight=HUNDRED):
    """Return the relative index of a product and period, unrounded.

    Section 4: distribution x weight x allocated / amount at relative prices. It
    is 1 without contribution or without lines at relative prices, and may exceed 1.

    :param Decimal allocated: allocated contribution
    :param Decimal base: amount of all lines at relative prices
    :param Decimal distribution: percent of the month
    :param Decimal weight: percent that relative prices share
    :return: Decimal
    """
    if not base or not allocated:
        return Decimal(1)
    return allocated * distribution / HUNDRED * weight / HUNDRED / base
