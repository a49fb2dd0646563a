from time import monotonic

from odoo import models


class ExchangeTransaction(models.AbstractModel):
    """The time of a turn, beside that of the scheduler."""

    _inherit = "exchange.transaction"

    def _commit(self, units=0):
        time_left = super()._commit(units)
        until = self.env.context.get("exchange_until")
        return time_left if until is None else max(until - monotonic(), 0)
