from odoo import fields, models

from ..core.const import MAX_ROWS


class ResConfigSettings(models.TransientModel):
    """The choices of a company for its imports, and the size of a file."""

    _inherit = "res.config.settings"

    kibe_address_mode = fields.Selection(
        related="company_id.kibe_address_mode", readonly=False
    )
    kibe_address_block = fields.Boolean(
        related="company_id.kibe_address_block", readonly=False
    )
    kibe_max_rows = fields.Integer(
        string="Most Rows of a Kibé File",
        default=MAX_ROWS,
        config_parameter="kibe_import.max_rows",
        help="A file with more rows is refused.",
    )
    kibe_keep_days = fields.Integer(related="company_id.kibe_keep_days", readonly=False)
