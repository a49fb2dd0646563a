from odoo import models

#: who reads the ledger, or bills of openIMIS, sees what a product costs
SEE_BUDGETS = (
    "account.group_account_readonly",
    "account.group_account_user",
    "openimis_payable.group_right_156101",
)


class ResUsers(models.Model):
    """Who sees what insurance products cost."""

    _inherit = "res.users"

    def _openimis_sees_budgets(self):
        """Tell whether a user sees budget lines of products, for record rules.

        :rtype: bool
        """
        return any(map(self.has_group, SEE_BUDGETS))
