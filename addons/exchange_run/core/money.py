"""Exact numbers: Decimal in, Decimal out, rounded as accountants do."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from functools import cache

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
CENT = Decimal("0.01")
#: Beyond it digits are only what division left of a fraction: 6.8249…9 is 6.825.
NOISE = Decimal("1e-12")
#: Keeps every digit while rounding, however large the amount.
_WIDE = Context(prec=60, rounding=ROUND_HALF_UP)


def exact(value, digits=None):
    """Return a number as the Decimal its shortest text says.

    :param value: int, str, Decimal, or a float read from the database
    :param int digits: decimals the number is kept with: a sum of floats has more, of
        which none counts; all by default
    :return: Decimal; 0 for None, False and the empty text
    """
    number = Decimal(str(value)) if value else ZERO
    return number if digits is None else _round(number, _unit(digits))


def settle(number):
    """Return a number without the noise of divisions that have no end.

    :param Decimal number: exact to many more digits than are ever asked for
    """
    return _round(number, NOISE)


def round_to(amount, step=CENT):
    """Round half up to a multiple of `step`.

    :param Decimal amount: of either sign (half goes away from zero)
    :param Decimal step: for example 0.05 or 0.01; zero leaves the amount as it is
    :return: Decimal, a multiple of `step` with the decimals it needs, two at least
    """
    if not step:
        return amount
    if units := _decimal_units(step):  # nearly always, and no division is needed
        noise, unit = units
        return _round(_round(amount, noise), unit)
    steps = _round(settle(_WIDE.divide(amount, step)), ONE)
    rounded = _WIDE.multiply(steps, step)
    return _round(rounded, CENT) if step >= CENT else rounded


def split_by_largest_remainder(total, parts, quantum=CENT):
    """Round parts so that they add up to a total.

    Each part is rounded down; what is missing goes, one quantum each, to the
    parts that lost most, the first of equals first.

    :param Decimal total: what the parts must add up to, a multiple of `quantum`
    :param parts: unrounded Decimals that add up to about `total`
    :param Decimal quantum: smallest unit of the currency
    :return: list of Decimals in the order of `parts`, adding up to `total`
    :raises ValueError: the parts are further from the total than rounding explains
    """
    sizes = [settle(part / quantum) for part in parts]
    floors = [size.quantize(ONE, ROUND_FLOOR) for size in sizes]
    missing = int(total / quantum - sum(floors))
    if not 0 <= missing <= len(sizes):
        raise ValueError(f"the parts add up to {sum(sizes) * quantum}, not to {total}")
    losses = [size - floor for size, floor in zip(sizes, floors, strict=True)]
    order = sorted(range(len(sizes)), key=lambda place: -losses[place])
    for place in order[:missing]:
        floors[place] += 1
    return [floor * quantum for floor in floors]


def split_nearly(total, parts, quantum=CENT):
    """Round parts that add up to a total but for the total's own rounding.

    The part that is furthest from zero bears the difference.

    :param Decimal total: what the parts must add up to, a multiple of `quantum`
    :param list parts: unrounded Decimals, one at least
    :param Decimal quantum: smallest unit of the currency
    :return: list of Decimals in the order of `parts`, adding up to `total`
    """
    shares = split_by_largest_remainder(round_to(sum(parts), quantum), parts, quantum)
    furthest = max(range(len(parts)), key=lambda place: abs(parts[place]))
    shares[furthest] += total - sum(shares)
    return shares


def share_of(percent):
    """Return a percentage as a factor: 30 gives Decimal 0.3."""
    return Decimal(percent) / HUNDRED


def plain(number):
    """Return a number as text without useless zeros: 1.50 gives "1.5", 4.00 "4"."""
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@cache
def _decimal_units(step):
    """Return (what is noise, unit) of rounding to 0.01, 0.001 …; else None."""
    unit = step.normalize()
    is_decimal = unit <= CENT and unit.as_tuple().digits == (1,)
    return (NOISE * unit, unit) if is_decimal else None


@cache
def _unit(digits):
    return ONE.scaleb(-digits)


def _round(number, exponent):
    return number.quantize(exponent, context=_WIDE)
