from odoo import api, fields, models


class OpenimisPremium(models.Model):
    """Contribution paid on a policy."""

    _name = "openimis.premium"
    _description = "openIMIS Premium"
    _inherit = ["openimis.record", "account.billing.source.mixin"]
    _billing_free = (
        "active",
        "billing_excluded",
        "openimis_version",
        "openimis_date_updated",
    )
    _order = "date_paid desc, id desc"
    _rec_name = "code"

    code = fields.Char(compute="_compute_code", store=True, readonly=False, index=True)
    policy_id = fields.Many2one(
        "openimis.policy",
        required=True,
        index=True,
        check_company=True,
        ondelete="restrict",
    )
    product_id = fields.Many2one(
        related="policy_id.product_id", store=True, engine=True, index=True
    )
    officer_id = fields.Many2one(
        related="policy_id.officer_id", store=True, engine=True, index="btree_not_null"
    )
    payer_id = fields.Many2one(
        "openimis.payer",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
        help="Who pays the contribution when it is not the family itself.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(required=True)
    date_paid = fields.Date("Payment Date", required=True, index=True)
    pay_type = fields.Selection(
        [
            ("B", "Bank Transfer"),
            ("C", "Cash"),
            ("M", "Mobile Phone"),
            ("F", "Funding"),
        ],
        "Payment Type",
        default="C",
    )
    receipt = fields.Char("Receipt Number", index="btree_not_null")
    is_photo_fee = fields.Boolean("Photo Fee")
    location_id = fields.Many2one(
        related="policy_id.location_id", store=True, engine=True
    )

    @api.depends("receipt", "policy_id.code")
    def _compute_code(self):
        for premium in self:
            if not premium.code:
                parts = (premium.policy_id.code, premium.receipt)
                premium.code = "-".join(filter(None, parts))
