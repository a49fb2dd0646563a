from odoo import api, models
from odoo.exceptions import AccessError


class IrEmbeddedActions(models.Model):
    """A tab that employees share opens a screen: it does nothing by being clicked.

    Odoo lets every employee put a tab above the screens of everybody, under any name,
    and call any method with it: who clicks does it, with rights of his own.
    """

    _inherit = "ir.embedded.actions"

    @api.model_create_multi
    def create(self, vals_list):
        """Create tabs."""
        tabs = super().create(vals_list)
        tabs._exchange_check_shared()
        return tabs

    def write(self, vals):
        """Change tabs."""
        result = super().write(vals)
        if vals.keys() - {"sequence"}:
            self._exchange_check_shared()
        return result

    def _exchange_check_shared(self):
        """Refuse tabs of others that do something.

        :raises AccessError: naming the tab
        """
        if self.env.su or self.env.user.has_group("base.group_system"):
            return
        for tab in self:
            # sudo: what kind of action it is, whoever may see it
            does = tab.python_method or tab.sudo().action_id.type == "ir.actions.server"
            if does and tab.user_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "“%s” would do something for whoever clicks on it. Keep it "
                        "for yourself, or ask your administrator.",
                        tab.name,
                    )
                )
