from odoo import fields, models


class ResCompany(models.Model):
    """Accounts used where neither the product nor its code names one."""

    _inherit = "res.company"

    openimis_account_claim_id = fields.Many2one(
        "account.account", "Claims Account", check_company=True
    )
    openimis_account_capitation_id = fields.Many2one(
        "account.account", "Capitation Account", check_company=True
    )
    openimis_account_commission_id = fields.Many2one(
        "account.account", "Commissions Account", check_company=True
    )
    openimis_account_fee_id = fields.Many2one(
        "account.account", "Payment Fees Account", check_company=True
    )
    openimis_account_cash_id = fields.Many2one(
        "account.account", "Cash Payments Account", check_company=True
    )
    openimis_account_contribution_id = fields.Many2one(
        "account.account", "Contributions Account", check_company=True
    )
    openimis_account_bank_fee_id = fields.Many2one(
        "account.account", "Payment Charges Account", check_company=True
    )
