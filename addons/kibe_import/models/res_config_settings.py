from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    kibe_address_mode = fields.Selection(
        related="company_id.kibe_address_mode", readonly=False
    )
    kibe_address_block = fields.Boolean(
        related="company_id.kibe_address_block", readonly=False
    )
    kibe_keep_days = fields.Integer(related="company_id.kibe_keep_days", readonly=False)
