from odoo import api, fields, models

from ..core.text import label_index
from .const import GENDERS


class DaycareGenderLabel(models.Model):
    """A wording of the column «Sexe» and the gender it stands for (kibe 1.7)."""

    _name = "daycare.gender.label"
    _description = "Gender Label"
    _order = "key, label"
    _rec_name = "label"

    label = fields.Char(required=True, help="As written in the delivered files.")
    key = fields.Selection(GENDERS, string="Gender", required=True)
    active = fields.Boolean(default=True)

    _label_uniq = models.UniqueIndex("(label)", "This label already exists.")

    @api.model
    def _label_index(self):
        """Return the look-up table of genders.

        :return dict: folded label → gender
        """
        return label_index(([row.label], row.key) for row in self.search([]))
