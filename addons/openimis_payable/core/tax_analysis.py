"""openIMIS' form of the taxes of a bill or line."""

from ...exchange_run.core.money import CENT, exact, round_to


def tax_analysis(taxes, quantum=CENT):
    """Return taxes in openIMIS' form.

    Section 2: a dict with `lines` (label, rate, base, amount as text) and `total`,
    which is the sum of the lines. None without taxes.

    :param taxes: list of dicts with code, label, rate, base and amount
    :param Decimal quantum: smallest unit of the currency
    :return: dict or None
    """
    if not taxes:
        return None
    amounts = [round_to(exact(tax["amount"]), quantum) for tax in taxes]
    lines = [
        {
            "code": tax["code"],
            "label": tax["label"],
            "rate": str(exact(tax["rate"])),
            "base": str(round_to(exact(tax["base"]), quantum)),
            "amount": str(amount),
        }
        for tax, amount in zip(taxes, amounts, strict=True)
    ]
    return {"lines": lines, "total": str(sum(amounts))}
