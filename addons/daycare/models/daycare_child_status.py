from odoo import api, fields, models


class DaycareChildStatus(models.Model):
    """An entry of the combo «Etat inscription»; 30 is «actif» in Kibé."""

    _name = "daycare.child.status"
    _description = "Registration Status"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("daycare.child", None, "company_id"),)
    _order = "sequence, code"
    _rec_name = "label"

    code = fields.Char(required=True, help="Code of the combo «Etat inscription».")
    label = fields.Char(required=True, translate=True)
    kind = fields.Selection(
        [
            ("waiting", "Before Admission"),
            ("active", "Admitted"),
            ("left", "Left"),
        ],
        required=True,
        default="waiting",
        help="Stage the status belongs to, whatever its code and label.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This status code already exists.")

    @api.model
    def _default_status(self):
        """Return the status of a child registered without one: 30, «actif»."""
        return self.search([("code", "=", "30")], limit=1)
