from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.account_move_payment import PAYMENT_FIELDS

#: what no two payments share
ONE_PAYMENT = [
    name for name in PAYMENT_FIELDS if name not in ("openimis_label", "openimis_origin")
]


class AccountPaymentRegister(models.TransientModel):
    """Odoo's payment dialog, with what openIMIS wants to know of a payment."""

    _inherit = "account.payment.register"

    openimis_is_payment = fields.Boolean(compute="_compute_openimis_is_payment")
    openimis_is_single = fields.Boolean(
        "Single Payment",
        compute="_compute_openimis_is_single",
        help="One payment pays all the bills.",
    )
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

    @api.depends("can_edit_wizard", "can_group_payments", "group_payment")
    def _compute_openimis_is_single(self):
        for wizard in self:
            grouped = not wizard.can_group_payments or wizard.group_payment
            wizard.openimis_is_single = wizard.can_edit_wizard and grouped

    def _create_payment_vals_from_wizard(self, batch_result):
        vals = super()._create_payment_vals_from_wizard(batch_result)
        return {**vals, **self._openimis_vals(batch_result)}

    def _create_payment_vals_from_batch(self, batch_result):
        vals = super()._create_payment_vals_from_batch(batch_result)
        self._check_openimis_several(batch_result)
        return {**vals, **self._openimis_vals(batch_result)}

    def _check_openimis_several(self, batch_result):
        """Refuse to give what one payment has to each of several.

        :raises UserError: naming the details that were given
        """
        given = [self._fields[name] for name in ONE_PAYMENT if self[name]]
        if given and batch_result["lines"].move_id.filtered("openimis_type"):
            raise UserError(
                self.env._(
                    "%s: this belongs to one payment, but there would be several. Pay "
                    "them one by one, or group the payments.",
                    ", ".join(field._description_string(self.env) for field in given),
                )
            )

    def _openimis_vals(self, batch_result):
        if not any(batch_result["lines"].move_id.mapped("openimis_type")):
            return {}
        given = {name: self[name] for name in PAYMENT_FIELDS if self[name]}
        return {"openimis_is_payment": True, **given}

    def _create_payments(self):
        bills = self.line_ids.move_id.filtered("openimis_type")
        if not bills:
            return super()._create_payments()
        bills._openimis_require("156202")
        bills._check_openimis_payable()
        payments = super()._create_payments()
        payments._openimis_tell_registered()
        return payments
