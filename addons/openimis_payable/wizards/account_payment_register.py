from odoo import fields, models
from odoo.tools.misc import format_amount

from ..models.account_move_payment import PAYMENT_FIELDS
from ..models.rights import require_right


class AccountPaymentRegister(models.TransientModel):
    """Odoo's payment dialog, with what openIMIS wants to know of a payment."""

    _inherit = "account.payment.register"

    openimis_is_payment = fields.Boolean(compute="_compute_openimis_is_payment")
    openimis_code_ext = fields.Char("External Payment Reference", help="code_ext")
    openimis_code_rcp = fields.Char("Bank's Reference", help="code_rcp, code_tp")
    openimis_code_receipt = fields.Char("Receipt Number")
    openimis_label = fields.Char("Label")
    openimis_origin = fields.Char("Payment Origin")
    openimis_fees = fields.Monetary("Fees")
    openimis_amount_received = fields.Monetary("Received Amount")
    openimis_uuid = fields.Char("openIMIS UUID")

    def _compute_openimis_is_payment(self):
        for wizard in self:
            bills = wizard.line_ids.move_id
            wizard.openimis_is_payment = any(bills.mapped("openimis_type"))

    def _create_payment_vals_from_wizard(self, batch_result):
        vals = super()._create_payment_vals_from_wizard(batch_result)
        return {**vals, **self._openimis_vals(batch_result)}

    def _create_payment_vals_from_batch(self, batch_result):
        vals = super()._create_payment_vals_from_batch(batch_result)
        return {**vals, **self._openimis_vals(batch_result)}

    def _openimis_vals(self, batch_result):
        if not any(batch_result["lines"].move_id.mapped("openimis_type")):
            return {}
        given = {name: self[name] for name in PAYMENT_FIELDS if self[name]}
        return {"openimis_is_payment": True, **given}

    def _create_payments(self):
        bills = self.line_ids.move_id.filtered("openimis_type")
        if not bills:
            return super()._create_payments()
        require_right(self.env, "156202")
        bills._check_openimis_payable()
        payments = super()._create_payments()
        payments._openimis_post_fees()
        for payment in payments:
            # sudo: who may pay need not be allowed to see every bill paid with it
            payment.sudo()._openimis_bills()._openimis_add_event(
                "3",
                self.env._(
                    "Payment of %(amount)s registered: %(reference)s",
                    amount=format_amount(self.env, payment.amount, payment.currency_id),
                    reference=payment.openimis_code_ext or payment.name or "",
                ),
                payment._openimis_payload(),
            )
        return payments
