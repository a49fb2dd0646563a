from odoo import fields, models

from .openimis_claim_line import PRICE_DIGITS

PAYABLE_TYPES = [
    ("claim", "Claim Valuation"),
    ("capitation", "Capitation"),
    ("commission", "Commission"),
    ("fee", "Payment Fees"),
    ("cash", "Insuree Cash Payment"),
    ("contribution", "Contribution"),
    ("other", "Other"),
]


class OpenimisPayableLine(models.Model):
    """Line of a bill in openIMIS' terms (BillItem), with how it came about.

    The invoice lines of the bill carry the bookkeeping, one per payable line or
    grouped; their total always equals that of the payable lines.
    """

    _name = "openimis.payable.line"
    _description = "openIMIS Payable Line"
    _check_company_auto = True
    _order = "move_id, sequence, id"
    _rec_name = "code"

    move_id = fields.Many2one(
        "account.move",
        "Bill",
        required=True,
        index=True,
        check_company=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True)
    sequence = fields.Integer(default=1)
    openimis_uuid = fields.Char("openIMIS UUID", index="btree_not_null", copy=False)
    openimis_version = fields.Integer("openIMIS Version", copy=False)
    type = fields.Selection(PAYABLE_TYPES, required=True, default="other")
    code = fields.Char(required=True)
    description = fields.Char()
    details = fields.Json(help="Structured details; the form depends on the type.")

    partner_id = fields.Many2one("res.partner", "Third Party", index="btree_not_null")
    product_id = fields.Many2one(
        "openimis.product",
        "Insurance Product",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    location_id = fields.Many2one(
        "openimis.location",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    account_id = fields.Many2one(
        "account.account", "Ledger Account", check_company=True, ondelete="restrict"
    )
    tax_ids = fields.Many2many("account.tax", string="Taxes", check_company=True)
    analytic_distribution = fields.Json()

    quantity = fields.Float(digits=(18, 6), default=1.0)
    unit_price = fields.Float(digits=PRICE_DIGITS)
    discount = fields.Monetary(
        help="Amount between quantity x unit price and the net amount."
    )
    deduction = fields.Monetary(help="Amount deducted apart from the discount.")
    amount_net = fields.Monetary("Net")
    tax_analysis = fields.Json(help="Taxes in openIMIS' form: lines and total.")
    amount_tax = fields.Monetary("Tax")
    amount_total = fields.Monetary("Total")

    source_model = fields.Char()
    source_id = fields.Many2oneReference(model_field="source_model", index=True)
    claim_id = fields.Many2one(
        "openimis.claim",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    explain_input = fields.Char("Input", help="What the amount was worked out from.")
    explain_working = fields.Char("Working Values")
    explain_result = fields.Char("Result")
