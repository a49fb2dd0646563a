from odoo import models


class AccountMoveLine(models.Model):
    """The other side of a facility's bill: the payable account its code names."""

    _inherit = "account.move.line"

    def _compute_account_id(self):
        result = super()._compute_account_id()
        owed = self.filtered(
            lambda line: line.display_type == "payment_term"
            and line.move_id.openimis_type
            and line.move_id.is_purchase_document()
        )
        for company, lines in owed.grouped("company_id").items():
            accounts = lines.move_id.partner_id._openimis_payable_accounts(company)
            for line in lines:
                line.account_id = accounts.get(
                    line.move_id.partner_id.id, line.account_id
                )
        return result
