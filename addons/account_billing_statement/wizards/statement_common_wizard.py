from odoo import api, models

PAYABLE = "liability_payable"


class StatementCommonWizard(models.AbstractModel):
    """What is owed to a third party is a statement, too, and below zero."""

    _inherit = "statement.common.wizard"

    @api.model
    def default_get(self, fields):
        """Choose the accounts by who the statement is for."""
        values = super().default_get(fields)
        partners = self.env["res.partner"].browse(self.env.context.get("active_ids"))
        if partners and partners._billing_statement_side() == PAYABLE:
            values["account_type"] = PAYABLE
            values["filter_negative_balances"] = False
        return values
