from odoo import api, models, tools
from odoo.fields import Domain

#: dialogs of Odoo that hold what is nobody else's: files to import, and messages that
#: are being written about records of any model
OF_ODOO = ("base_import.import", "mail.compose.message")


class IrRule(models.Model):
    """A dialog is its user's: no colleague reads what was chosen or made in it.

    Odoo leaves the rows of a dialog to everybody who may open it, of whatever company
    or area, until they are swept away; files made in a dialog hang on such a row.
    """

    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        domain = super()._compute_domain(model_name, mode)
        if not self.env.su and self._exchange_is_dialog(model_name):
            domain &= Domain("create_uid", "=", self.env.uid)
        return domain

    @api.model
    @tools.ormcache("model_name")
    def _exchange_is_dialog(self, model_name):
        """Tell whether a model is a dialog of this addon or of one that stands on it.

        So are those of Odoo that hold what anybody uploads or writes.

        :param str model_name: name of any model
        :rtype: bool
        """
        model = self.env[model_name]
        if not model.is_transient():
            return False
        if model_name in OF_ODOO:
            return True
        ours = self.env["exchange.engine.mixin"]._engine_addons()
        return model._original_module in ours
