from odoo import fields, models


class ResUsers(models.Model):
    """The areas whose records a user sees."""

    _inherit = "res.users"

    openimis_location_ids = fields.Many2many(
        "openimis.location",
        string="openIMIS Areas",
        help="The user sees openIMIS documents of these areas and below only; all "
        "areas when empty.",
    )
