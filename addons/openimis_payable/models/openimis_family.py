from odoo import fields, models


class OpenimisFamily(models.Model):
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
    head_id = fields.Many2one("openimis.insuree", check_company=True)
    insuree_ids = fields.One2many("openimis.insuree", "family_id", "Members")
    policy_ids = fields.One2many("openimis.policy", "family_id", "Policies")
    poverty = fields.Boolean("Poverty Status")
