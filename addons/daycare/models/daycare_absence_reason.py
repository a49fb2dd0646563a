from odoo import fields, models


class DaycareAbsenceReason(models.Model):
    """Why a child stays away; what is credited for it is the business of billing."""

    _name = "daycare.absence.reason"
    _description = "Reason of Absence"
    _inherit = ["exchange.engine.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    certificate = fields.Boolean(
        string="Certificate Needed",
        help="Without a certificate nothing is credited.",
    )
