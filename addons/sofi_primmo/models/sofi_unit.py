from odoo import fields, models


class SofiUnit(models.Model):
    """A care unit or wing (*unité*) of SOFI; Primmo's unit is a room here."""

    _name = "sofi.unit"
    _description = "SOFI Unit"
    _inherit = ["sofi.mirror.mixin"]
    _sofi_endpoint = "units"
    _sofi_fields = {
        "name": "name",
        "accommodation_ref": "default_accommodation_type_id",
    }

    name = fields.Char()
    accommodation_ref = fields.Char(string="Default Accommodation Type")
