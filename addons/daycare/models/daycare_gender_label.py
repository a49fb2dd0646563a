from odoo import fields, models

from .const import GENDERS


class DaycareGenderLabel(models.Model):
    """A wording of the column «Sexe» and the gender it stands for (kibe 1.7)."""

    _name = "daycare.gender.label"
    _description = "Gender Label"
    _inherit = ["daycare.label.mixin"]

    key = fields.Selection(GENDERS, string="Gender", required=True)
