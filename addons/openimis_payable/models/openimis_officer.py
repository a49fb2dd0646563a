from odoo import api, fields, models


class OpenimisOfficer(models.Model):
    """An enrolment officer, who earns commission."""

    _name = "openimis.officer"
    _description = "openIMIS Enrolment Officer"
    _inherit = ["openimis.third.party"]

    # openIMIS names an officer by two fields; the one of the others follows them.
    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True
    )
    last_name = fields.Char()
    other_names = fields.Char()
    location_id = fields.Many2one(
        "openimis.location", index=True, check_company=True, ondelete="restrict"
    )
    works_to = fields.Date(help="Last day the officer worked for the scheme.")

    @api.depends("last_name", "other_names")
    def _compute_name(self):
        for officer in self:
            parts = filter(None, (officer.other_names, officer.last_name))
            officer.name = " ".join(parts) or officer.name or officer.code
