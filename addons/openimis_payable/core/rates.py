"""Commission and payment fees: a rate on an amount."""

from ...exchange_run.core.money import CENT, HUNDRED, round_to


def rate_amount(base, rate, quantum=CENT):
    """Return the commission or fee on an amount.

    Sections 3.3 and 3.4; decimals in the rate count.

    :param Decimal base: premium or policy value
    :param Decimal rate: percent
    :param Decimal quantum: smallest unit of the currency
    :return: Decimal, rounded half up
    """
    return round_to(base * rate / HUNDRED, quantum)
