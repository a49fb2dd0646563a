"""What remains to be billed: due today less billed before (6.6)."""

from ...exchange_run.core.money import ZERO


def difference(due, billed):
    """Compare what is due today with what was billed.

    :param due: dict key -> Decimal francs
    :param billed: dict of the same keys -> Decimal francs
    :return: dict key -> due - billed, where it is not zero, in order of the keys of
        `due`, then of those only billed
    """
    keys = [*due, *(key for key in billed if key not in due)]
    compared = {key: due.get(key, ZERO) - billed.get(key, ZERO) for key in keys}
    return {key: amount for key, amount in compared.items() if amount}
