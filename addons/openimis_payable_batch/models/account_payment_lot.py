from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountPaymentLot(models.Model):
    """A part of a batch: made by confirming it, and never changed."""

    _name = "account.payment.lot"
    _inherit = ["account.payment.lot", "exchange.engine.mixin"]

    order_id = fields.Many2one(engine=True)
    date = fields.Date(engine=True)
    currency_id = fields.Many2one(engine=True)
    payment_ids = fields.One2many(engine=True)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_confirmed(self):
        """Keep the parts of a batch: what they hold would be missing in its file."""
        if self._is_engine_writing():
            return
        for order in self.order_id.filtered("openimis_is_batch"):
            raise UserError(
                self.env._(
                    "The lots of batch %s belong to its payments. Cancel the batch.",
                    order.name,
                )
            )
