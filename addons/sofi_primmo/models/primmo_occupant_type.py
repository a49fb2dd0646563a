from odoo import fields, models


class PrimmoOccupantType(models.Model):
    """An occupant type (*type d'occupant*); the list must equal SOFI's."""

    _name = "primmo.occupant.type"
    _description = "Primmo Occupant Type"
    _inherit = ["primmo.record.mixin"]

    name = fields.Char(required=True, help="French text, compared exactly.")

    _name_uniq = models.Constraint(
        "UNIQUE(residence_id, name)", "This occupant type exists already."
    )
