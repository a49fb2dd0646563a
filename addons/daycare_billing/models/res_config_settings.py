from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    """Daycare billing in the settings."""

    _inherit = "res.config.settings"

    daycare_journal_id = fields.Many2one(
        related="company_id.daycare_journal_id", readonly=False
    )
    daycare_product_id = fields.Many2one(
        related="company_id.daycare_product_id", readonly=False
    )
    daycare_tax_id = fields.Many2one(
        related="company_id.daycare_tax_id", readonly=False
    )
    daycare_cash_rounding_id = fields.Many2one(
        related="company_id.daycare_cash_rounding_id", readonly=False
    )
    daycare_payment_term_id = fields.Many2one(
        related="company_id.daycare_payment_term_id", readonly=False
    )
    daycare_service_period = fields.Selection(
        related="company_id.daycare_service_period", readonly=False
    )
    daycare_correction_months = fields.Integer(
        related="company_id.daycare_correction_months", readonly=False
    )
    daycare_income_months = fields.Integer(
        related="company_id.daycare_income_months", readonly=False
    )
    daycare_require_address = fields.Boolean(
        related="company_id.daycare_require_address", readonly=False
    )
