from odoo import api, fields, models


class OpenimisLocation(models.Model):
    """A region, district, ward or village, with what lies below it."""

    _name = "openimis.location"
    _description = "openIMIS Location"
    _inherit = ["openimis.record"]
    _parent_store = True
    _order = "complete_name"
    _rec_names_search = ["code", "name"]

    name = fields.Char(required=True)
    code = fields.Char(required=True, index=True)
    type = fields.Selection(
        [
            ("R", "Region"),
            ("D", "District"),
            ("W", "Ward"),
            ("V", "Village"),
        ],
        required=True,
        default="R",
    )
    parent_id = fields.Many2one(
        "openimis.location", index=True, check_company=True, ondelete="restrict"
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("openimis.location", "parent_id", "Sub-locations")
    complete_name = fields.Char(
        compute="_compute_complete_name", store=True, engine=True, recursive=True
    )
    male_population = fields.Integer()
    female_population = fields.Integer()
    other_population = fields.Integer()
    families = fields.Integer("Number of Families")
    population = fields.Integer(compute="_compute_population", store=True, engine=True)
    analytic_account_id = fields.Many2one(
        "account.analytic.account", check_company=True, ondelete="restrict"
    )

    _code_uniq = models.UniqueIndex(
        "(company_id, type, code) WHERE active",
        "The code of a location must be unique per type.",
    )

    @api.depends("name", "parent_id.complete_name")
    def _compute_complete_name(self):
        for location in self:
            parent = location.parent_id.complete_name
            location.complete_name = (
                f"{parent} / {location.name}" if parent else location.name
            )

    @api.depends("male_population", "female_population", "other_population")
    def _compute_population(self):
        for location in self:
            location.population = (
                location.male_population
                + location.female_population
                + location.other_population
            )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for location in self:
            location.display_name = f"[{location.code}] {location.name}"
