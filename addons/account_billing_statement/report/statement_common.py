from odoo import models
from odoo.exceptions import AccessError


class StatementCommon(models.AbstractModel):
    """Statements read the ledger by SQL: what rules hide is asked for here."""

    _inherit = "statement.common"

    def _get_report_values(self, docids, data=None):
        data = data or {}
        # by its address a report takes any company and any third party
        company = self.env["res.company"].browse(int(data["company_id"]))
        if company not in self.env.companies:
            raise AccessError(
                self.env._("This statement is of a company that you have not chosen.")
            )
        self.env["account.move.line"].check_access("read")
        partners = self.env["res.partner"].browse(map(int, data["partner_ids"]))
        partners._billing_check_statement()
        return super()._get_report_values(docids, data)
