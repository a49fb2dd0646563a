from odoo import fields, models


class OpenimisPaymentReturn(models.TransientModel):
    """Say that the money of a payment came back: why, and when."""

    _name = "openimis.payment.return"
    _description = "openIMIS Payment Rejected or Refunded"

    payment_id = fields.Many2one("account.payment", required=True, readonly=True)
    kind = fields.Selection(
        [("reject", "Rejected"), ("refund", "Refunded")],
        "Outcome",
        required=True,
        readonly=True,
    )
    date = fields.Date("Refunded On", default=fields.Date.context_today)
    reason = fields.Char(help="What the bank, the operator or the third party says.")

    def action_confirm(self):
        """Reject or refund the payment.

        :return: an action that closes the dialog
        :raises AccessError: without right 156203 or 156206
        :raises UserError: the payment is not accepted any more
        """
        self.ensure_one()
        if self.kind == "reject":
            self.payment_id.openimis_payment_rejected(self.reason or "")
        else:
            self.payment_id.openimis_payment_refunded(self.date, self.reason or "")
        return {"type": "ir.actions.act_window_close"}
