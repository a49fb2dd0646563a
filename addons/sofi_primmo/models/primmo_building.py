from odoo import api, fields, models

from ..core import convention


class PrimmoBuilding(models.Model):
    """A building (*immeuble*) of Primmo; the word SOFI in its class synchronizes it."""

    _name = "primmo.building"
    _description = "Primmo Building"
    _inherit = ["primmo.record.mixin"]

    name = fields.Char(required=True)
    building_class = fields.Char(
        string="Class", help="Field Classe of the building's general tab in Primmo."
    )
    synchronized = fields.Boolean(compute="_compute_synchronized", store=True)

    _name_uniq = models.Constraint(
        "UNIQUE(residence_id, name)", "This building exists already."
    )

    @api.depends("building_class")
    def _compute_synchronized(self):
        for building in self:
            building.synchronized = convention.is_synchronized(building.building_class)
