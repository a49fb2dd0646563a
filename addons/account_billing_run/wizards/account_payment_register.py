from odoo import models

from ..models.results import obeying


class AccountPaymentRegister(models.TransientModel):
    """Payments settle what bills others at the rate their dialog shows."""

    _inherit = "account.payment.register"

    def _billing_reached(self, *_args):
        """Return the documents that a call is about, see `obeying`."""
        return self.line_ids.move_id

    @obeying
    def _create_payments(self):
        return super()._create_payments()
