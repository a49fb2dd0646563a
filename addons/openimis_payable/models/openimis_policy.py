from odoo import api, fields, models


class OpenimisPolicy(models.Model):
    """A family's policy for a product, with its contributions."""

    _name = "openimis.policy"
    _description = "openIMIS Policy"
    _inherit = ["openimis.product.record", "account.billing.source.mixin"]
    _billing_free = (
        "active",
        "billing_excluded",
        "openimis_version",
        "openimis_date_updated",
        "status",
        "insured_count",
    )
    _order = "date_effective desc, id desc"
    _rec_name = "code"

    code = fields.Char(compute="_compute_code", store=True, readonly=False, index=True)
    family_id = fields.Many2one(
        "openimis.family", index=True, check_company=True, ondelete="restrict"
    )
    officer_id = fields.Many2one(
        "openimis.officer",
        "Enrolment Officer",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    status = fields.Selection(
        [
            ("1", "Idle"),
            ("2", "Active"),
            ("4", "Suspended"),
            ("8", "Expired"),
            ("16", "Ready"),
        ],
        required=True,
        default="2",
        help="Status with openIMIS' numbers.",
    )
    stage = fields.Selection([("N", "New"), ("R", "Renewed")], default="N")
    date_enrolled = fields.Date()
    date_start = fields.Date()
    date_effective = fields.Date(index=True, help="First day of the cover.")
    date_expiry = fields.Date(help="Last day of the cover.")
    value = fields.Monetary("Policy Value")
    premium_ids = fields.One2many("openimis.premium", "policy_id", "Premiums")
    insured_count = fields.Integer(
        "Insured Persons", help="Persons covered; the family's members when empty."
    )
    location_id = fields.Many2one(
        related="family_id.location_id", store=True, engine=True
    )

    @api.depends("family_id.code", "product_id.code")
    def _compute_code(self):
        for policy in self:
            if not policy.code:
                parts = (policy.product_id.code, policy.family_id.code)
                policy.code = "-".join(filter(None, parts))
