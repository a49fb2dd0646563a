from odoo import api, fields, models


class DaycareParentalAuthority(models.Model):
    """An entry of the combo «Autorité parentale»; 1 is «les deux parents» in Kibé."""

    _name = "daycare.parental.authority"
    _description = "Parental Authority"
    _inherit = ["exchange.shared.mixin"]
    _shared_by = (("daycare.child", None, "company_id"),)
    _order = "code"
    _rec_name = "label"

    code = fields.Char(required=True, help="Code of the combo «Autorité parentale».")
    label = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)

    _code_uniq = models.UniqueIndex("(code)", "This authority code already exists.")

    @api.model
    def _default_authority(self):
        """Return the authority of a child registered without one: 1, both parents."""
        return self.search([("code", "=", "1")], limit=1)
