from odoo import fields, models


class OpenimisPayer(models.Model):
    """Who pays contributions for others: a donor, a cooperative, a state."""

    _name = "openimis.payer"
    _description = "openIMIS Payer"
    _inherit = ["openimis.third.party"]

    type = fields.Selection(
        [
            ("C", "Co-operative"),
            ("D", "Donor"),
            ("G", "Government"),
            ("L", "Local Authority"),
            ("O", "Other"),
            ("P", "Private Organisation"),
        ],
        required=True,
        default="O",
    )
    location_id = fields.Many2one(
        "openimis.location", index=True, check_company=True, ondelete="restrict"
    )
