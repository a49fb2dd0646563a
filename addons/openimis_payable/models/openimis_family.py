from odoo import api, fields, models


class OpenimisFamily(models.Model):
    """A family with its head, as far as indicators and policies need it."""

    _name = "openimis.family"
    _description = "openIMIS Family"
    _inherit = ["openimis.record"]
    _rec_name = "code"

    code = fields.Char(
        required=True, index=True, help="Insurance number of the head of the family."
    )
    location_id = fields.Many2one(
        "openimis.location", "Village", index=True, check_company=True
    )
    head_id = fields.Many2one(
        "openimis.insuree",
        compute="_compute_head_id",
        store=True,
        readonly=False,
        check_company=True,
    )
    insuree_ids = fields.One2many("openimis.insuree", "family_id", "Members")
    policy_ids = fields.One2many("openimis.policy", "family_id", "Policies")
    poverty = fields.Boolean("Poverty Status")

    @api.depends("insuree_ids.is_head")
    def _compute_head_id(self):
        for family in self:
            heads = family.insuree_ids.filtered("is_head")
            if family.head_id not in heads:
                family.head_id = heads[:1] or family.head_id
