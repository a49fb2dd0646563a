"""openIMIS' form of the taxes of a bill or line."""

from .money import exact, round_money


def tax_analysis(taxes):
    """Return taxes in openIMIS' form.

    Section 2: a dict with `lines` (label, rate, base, amount as text) and `total`,
    which is the sum of the lines. None without taxes.

    :param taxes: list of dicts with code, label, rate, base and amount
    :return: dict or None
    """
    if not taxes:
        return None
    lines = [
        {
            "code": tax["code"],
            "label": tax["label"],
            "rate": str(exact(tax["rate"])),
            "base": str(round_money(exact(tax["base"]))),
            "amount": str(round_money(exact(tax["amount"]))),
        }
        for tax in taxes
    ]
    total = sum(round_money(exact(tax["amount"])) for tax in taxes)
    return {"lines": lines, "total": str(total)}
