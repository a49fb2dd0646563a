from odoo import api, fields, models

PAYMENT_STATUS = [
    ("0", "Rejected"),
    ("1", "Accepted"),
    ("2", "Refunded"),
    ("3", "Cancelled"),
]


class AccountPayment(models.Model):
    """Payment of openIMIS bills (BillPayment) on Odoo's payment."""

    _inherit = "account.payment"

    openimis_is_payment = fields.Boolean(
        "Pays openIMIS Bills", index="btree_not_null", copy=False, readonly=True
    )
    openimis_uuid = fields.Char("openIMIS UUID", copy=False)
    openimis_code_ext = fields.Char("External Payment Reference", copy=False, help="code_ext")
    openimis_code_rcp = fields.Char(
        "Bank's Reference", copy=False, help="code_rcp, code_tp"
    )
    openimis_code_receipt = fields.Char("Receipt Number", copy=False)
    openimis_label = fields.Char("Label", copy=False)
    openimis_origin = fields.Char("Payment Origin", copy=False)
    openimis_fees = fields.Monetary("Fees", copy=False)
    openimis_amount_received = fields.Monetary("Received Amount", copy=False)
    openimis_refunded = fields.Boolean(copy=False, readonly=True)
    openimis_status = fields.Selection(
        PAYMENT_STATUS,
        "openIMIS Status",
        compute="_compute_openimis_status",
        store=True,
        help="Status with openIMIS' numbers.",
    )

    _openimis_uuid_uniq = models.UniqueIndex(
        "(company_id, openimis_uuid) WHERE openimis_uuid IS NOT NULL",
        "A payment with this openIMIS UUID exists already in the company.",
    )
    _openimis_code_ext_uniq = models.UniqueIndex(
        "(company_id, openimis_code_ext) WHERE openimis_code_ext IS NOT NULL"
        " AND openimis_is_payment AND state NOT IN ('rejected', 'canceled')",
        "A payment with this reference is registered already.",
    )

    @api.depends("state", "openimis_refunded", "openimis_is_payment")
    def _compute_openimis_status(self):
        by_state = {"rejected": "0", "canceled": "3"}
        for payment in self:
            status = by_state.get(payment.state, "1")
            if payment.openimis_refunded and status == "1":
                status = "2"
            payment.openimis_status = payment.openimis_is_payment and status
