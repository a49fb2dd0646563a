from odoo import api, fields, models

from ..core.text import label_index


class DaycareLabelMixin(models.AbstractModel):
    """A wording of the delivered files and what it stands for (kibe 1.7).

    A list that inherits this adds `key`, the selection its labels stand for.
    """

    _name = "daycare.label.mixin"
    _description = "Label of a Delivered File"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("daycare.child", None, "company_id"),)
    _order = "key, label"
    _rec_name = "label"

    label = fields.Char(required=True, help="As written in the delivered files.")
    active = fields.Boolean(default=True)

    _label_uniq = models.UniqueIndex("(label)", "This label already exists.")

    @api.model
    def _label_index(self):
        """Return the look-up table of the labels.

        :return dict: folded label → key
        """
        return label_index(([row.label], row.key) for row in self.search([]))
