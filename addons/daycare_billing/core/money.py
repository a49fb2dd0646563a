"""Exact rounding of Swiss francs."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
FIVE_CENTIMES = Decimal("0.05")
#: Beyond it digits are only what division left of a fraction: 6.8249…9 is 6.825.
NOISE = Decimal("1e-12")
MEASURE = Decimal("0.0001")


def round_to(amount, step):
    """Round half up to a multiple of `step`.

    :param Decimal amount: francs, of either sign (half goes away from zero)
    :param Decimal step: for example 0.05 or 0.01; zero leaves the amount as it is
    :return: Decimal, a multiple of `step` with at least two decimals
    """
    if not step:
        return amount
    steps = settle(amount / step)
    rounded = steps.quantize(ONE, rounding=ROUND_HALF_UP) * step
    return rounded.quantize(CENT) if step >= CENT else rounded


def settle(number):
    """Return a number without the noise of divisions that have no end.

    :param Decimal number: exact to many more digits than are ever asked for
    """
    return number.quantize(NOISE, rounding=ROUND_HALF_UP)


def measured(number):
    """Return a measure, such as hours or days, as people read it: 1.3167."""
    return plain(round_to(number, MEASURE))


def share_of(percent):
    """Return a percentage as a factor: 30 gives Decimal 0.3."""
    return Decimal(percent) / HUNDRED


def plain(number):
    """Return a number as text without useless zeros: 1.50 gives "1.5", 4.00 "4"."""
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(number, digits=2):
    """Return a stored number as Decimal.

    :param float number: value of a field that keeps `digits` decimals
    """
    return Decimal(f"{number or 0:.{digits}f}")
