from odoo import models
from odoo.exceptions import UserError


class AccountPaymentLine(models.Model):
    """A bill in a batch that somebody approves."""

    _inherit = "account.payment.line"

    def _openimis_check_changeable(self):
        """Refuse to change what a batch pays while it is approved, or once it is.

        :raises UserError: naming the batch
        """
        result = super()._openimis_check_changeable()
        if self.order_id._is_engine_writing():
            return result
        # sudo: whether there are approvals decides, whoever sees them
        for order in self.order_id.sudo():
            if order.state == "draft" and order.review_ids:
                raise UserError(
                    self.env._(
                        "Batch %s is under approval, or approved: what it pays stays. "
                        "Press “Restart Validation” first.",
                        order.name,
                    )
                )
        return result
