"""Exact money: Decimal in, Decimal out."""

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def exact(value):
    """Return a number as the Decimal its shortest text says.

    :param value: int, str, Decimal, or a float read from the database
    :return: Decimal; 0 for None, False and the empty text
    """
    return Decimal(str(value)) if value else Decimal(0)


def round_money(amount, quantum=CENT):
    """Round half up (away from zero), as accountants do.

    :param Decimal amount: amount, unrounded
    :param Decimal quantum: smallest unit of the currency
    :return: Decimal multiple of `quantum`
    """
    return (amount / quantum).quantize(Decimal(1), ROUND_HALF_UP) * quantum


def split_by_largest_remainder(total, parts, quantum=CENT):
    """Round parts so that they add up to a total.

    Each part is rounded down; what is missing goes, one quantum each, to the
    parts that lost most, the first of equals first. openimis.md section 10.

    :param Decimal total: what the parts must add up to, a multiple of `quantum`
    :param parts: unrounded Decimals that add up to about `total`
    :param Decimal quantum: smallest unit of the currency
    :return: list of Decimals in the order of `parts`, adding up to `total`
    :raises ValueError: the parts are further from the total than rounding explains
    """
    parts = list(parts)
    floors = [(part / quantum).quantize(Decimal(1), ROUND_FLOOR) for part in parts]
    missing = int(total / quantum - sum(floors))
    if not 0 <= missing <= len(parts):
        raise ValueError(f"the parts add up to {sum(parts)}, not to {total}")
    losses = [part / quantum - floor for part, floor in zip(parts, floors, strict=True)]
    order = sorted(range(len(parts)), key=lambda i: -losses[i])
    for index in order[:missing]:
        floors[index] += 1
    return [floor * quantum for floor in floors]


def split_nearly(total, parts, quantum=CENT):
    """Round parts that add up to a total but for the total's own rounding.

    The part that is furthest from zero bears the difference.

    :param Decimal total: what the parts must add up to, a multiple of `quantum`
    :param list parts: unrounded Decimals, one at least
    :param Decimal quantum: smallest unit of the currency
    :return: list of Decimals in the order of `parts`, adding up to `total`
    """
    whole = round_money(sum(parts), quantum)
    shares = split_by_largest_remainder(whole, parts, quantum)
    furthest = max(range(len(parts)), key=lambda place: abs(parts[place]))
    shares[furthest] += total - whole
    return shares
