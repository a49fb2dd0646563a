from odoo import models

from ..models.results import odoo_works


class AccountResequenceWizard(models.TransientModel):
    """Odoo's own way to number documents anew, those that bill others with them."""

    _inherit = "account.resequence.wizard"

    def resequence(self):
        """Give the documents their new numbers."""
        with odoo_works():
            return super().resequence()
