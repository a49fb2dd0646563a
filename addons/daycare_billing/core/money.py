"""Swiss francs, and numbers as the fields of the daycare keep them."""

from decimal import Decimal

from ...exchange_run.core import money

FIVE_CENTIMES = Decimal("0.05")
MEASURE = Decimal("0.0001")


def measured(number):
    """Return a measure, such as hours or days, as people read it: 1.3167."""
    return money.plain(money.round_to(number, MEASURE))


def exact(number, digits=2):
    """Return a stored number as Decimal.

    :param float number: value of a field that keeps `digits` decimals
    """
    return money.exact(number, digits)
