from odoo import fields, models

from .const import CIVIL_STATUSES


class DaycareCivilLabel(models.Model):
    """A wording of «Etat civil» and the status it stands for (kibe 1.5, column 8)."""

    _name = "daycare.civil.label"
    _description = "Civil Status Label"
    _inherit = ["daycare.label.mixin"]

    key = fields.Selection(CIVIL_STATUSES, string="Civil Status", required=True)
