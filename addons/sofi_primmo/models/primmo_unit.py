from odoo import fields, models


class PrimmoUnit(models.Model):
    """A unit (*logement*) of Primmo; its number must be the one of a SOFI room."""

    _name = "primmo.unit"
    _description = "Primmo Unit"
    _inherit = ["primmo.record.mixin"]
    _rec_name = "number"

    number = fields.Char(required=True, index=True, help="Text: 0204 is not 204.")
    building = fields.Char()
