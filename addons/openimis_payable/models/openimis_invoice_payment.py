from odoo import fields, models


class OpenimisInvoicePayment(models.Model):
    """Payment received on a contribution invoice: what payment fees are due for."""

    _name = "openimis.invoice.payment"
    _description = "openIMIS Invoice Payment"
    _inherit = ["openimis.record", "account.billing.source.mixin"]
    _billing_free = (
        "active",
        "billing_excluded",
        "openimis_version",
        "openimis_date_updated",
    )
    _order = "date_payment desc, id desc"
    _rec_name = "code"

    code = fields.Char(
        required=True,
        index=True,
        help="Reference of the payment system (code_tp, code_rcp).",
    )
    code_ext = fields.Char("External Reference")
    code_receipt = fields.Char("Receipt Number")
    label = fields.Char()
    payment_origin = fields.Char(help="Channel the money came through.")
    payer_id = fields.Many2one(
        "openimis.payer",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Payment platform or body the fee is owed to.",
    )
    location_id = fields.Many2one(
        related="payer_id.location_id", store=True, engine=True
    )
    premium_ids = fields.Many2many(
        "openimis.premium", string="Premiums", check_company=True
    )
    status = fields.Selection(
        [
            ("0", "Rejected"),
            ("1", "Accepted"),
            ("2", "Refunded"),
            ("3", "Cancelled"),
        ],
        required=True,
        default="1",
    )
    date_payment = fields.Date("Payment Date", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_payed = fields.Monetary("Amount Paid")
    amount_received = fields.Monetary()
    fees = fields.Monetary()
