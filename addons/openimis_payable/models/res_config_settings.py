from odoo import fields, models


def _of_company(name):
    return fields.Many2one(related=f"company_id.{name}", readonly=False)


class ResConfigSettings(models.TransientModel):
    """Who validates openIMIS' payables, and their accounts where products name none."""

    _inherit = "res.config.settings"

    openimis_account_claim_id = _of_company("openimis_account_claim_id")
    openimis_account_capitation_id = _of_company("openimis_account_capitation_id")
    openimis_account_commission_id = _of_company("openimis_account_commission_id")
    openimis_account_fee_id = _of_company("openimis_account_fee_id")
    openimis_account_cash_id = _of_company("openimis_account_cash_id")
    openimis_account_contribution_id = _of_company("openimis_account_contribution_id")
    openimis_account_bank_fee_id = _of_company("openimis_account_bank_fee_id")
    openimis_second_person = fields.Boolean(
        related="company_id.openimis_second_person", readonly=False
    )
    openimis_claim_days = fields.Integer(
        related="company_id.openimis_claim_days", readonly=False
    )
