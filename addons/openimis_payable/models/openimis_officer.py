from odoo import fields, models


class OpenimisOfficer(models.Model):
    _name = "openimis.officer"
    _description = "openIMIS Enrolment Officer"
    _inherit = ["openimis.third.party"]

    last_name = fields.Char()
    other_names = fields.Char()
    location_id = fields.Many2one(
        "openimis.location", index=True, check_company=True, ondelete="restrict"
    )
    works_to = fields.Date(help="Last day the officer worked for the scheme.")
