from odoo import api, fields, models

from ..core.text import label_index
from .const import CIVIL_STATUSES


class DaycareCivilLabel(models.Model):
    """A wording of the column «Etat civil» and the civil status it stands for."""

    _name = "daycare.civil.label"
    _description = "Civil Status Label"
    _order = "key, label"
    _rec_name = "label"

    label = fields.Char(required=True, help="As written in the delivered files.")
    key = fields.Selection(CIVIL_STATUSES, string="Civil Status", required=True)
    active = fields.Boolean(default=True)

    _label_uniq = models.UniqueIndex("(label)", "This label already exists.")

    @api.model
    def _label_index(self):
        """Return the look-up table of civil statuses (kibe 1.5, column 8).

        :return dict: folded label → civil status
        """
        return label_index(([row.label], row.key) for row in self.search([]))
