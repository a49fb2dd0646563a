from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Accounts of openIMIS' payables, where products name none."""

    _inherit = "res.config.settings"

    openimis_account_claim_id = fields.Many2one(
        related="company_id.openimis_account_claim_id", readonly=False
    )
    openimis_account_capitation_id = fields.Many2one(
        related="company_id.openimis_account_capitation_id", readonly=False
    )
    openimis_account_commission_id = fields.Many2one(
        related="company_id.openimis_account_commission_id", readonly=False
    )
    openimis_account_fee_id = fields.Many2one(
        related="company_id.openimis_account_fee_id", readonly=False
    )
    openimis_account_cash_id = fields.Many2one(
        related="company_id.openimis_account_cash_id", readonly=False
    )
    openimis_account_contribution_id = fields.Many2one(
        related="company_id.openimis_account_contribution_id", readonly=False
    )
    openimis_account_bank_fee_id = fields.Many2one(
        related="company_id.openimis_account_bank_fee_id", readonly=False
    )
