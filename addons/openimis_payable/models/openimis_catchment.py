from odoo import fields, models


class OpenimisCatchment(models.Model):
    """Share of a village that a health facility serves."""

    _name = "openimis.catchment"
    _description = "openIMIS Catchment Area"
    _inherit = ["exchange.engine.mixin"]
    _check_company_auto = True
    _rec_name = "location_id"

    partner_id = fields.Many2one(
        "res.partner", "Health Facility", required=True, index=True, ondelete="cascade"
    )
    location_id = fields.Many2one(
        "openimis.location", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="location_id.company_id", store=True, engine=True
    )
    percentage = fields.Float(digits=(5, 2), default=100.0)

    _village_uniq = models.Constraint(
        "unique(partner_id, location_id)",
        "A village is in the catchment area of a facility only once.",
    )
    _percentage_range = models.Constraint(
        "check(percentage >= 0 and percentage <= 100)",
        "The catchment is a percentage between 0 and 100.",
    )
