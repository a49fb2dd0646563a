from odoo import fields, models


class SofiRoom(models.Model):
    """A room as SOFI has it."""

    _name = "sofi.room"
    _description = "SOFI Room"
    _inherit = ["sofi.mirror.mixin"]
    _rec_name = "number"
    _order = "number, id"
    _sofi_endpoint = "rooms"
    _sofi_fields = {
        "number": "number",
        "unit_ref": "unit_id",
        "accommodation_ref": "default_accommodation_type_id",
        "active": "active",
    }

    number = fields.Char(index=True)
    unit_ref = fields.Char(string="SOFI Unit")
    accommodation_ref = fields.Char(string="Default Accommodation Type")
