from odoo import api, fields, models


class SofiResidence(models.Model):
    """Settings of the convention between Primmo and SOFI (spec 6 to 8)."""

    # One file a concern: together they would be too long to read.
    _inherit = "sofi.residence"  # pylint: disable=consider-merging-classes-inherited

    write_to_sofi = fields.Boolean(
        string="Write to SOFI",
        tracking=True,
        help="Create and change residents through the API. The rights of the "
        "convention are for viewing only: without this, changes become a to-do list.",
    )
    strict_occupant_type = fields.Boolean(
        help="Refuse tenants whose occupant type SOFI does not know, instead of using "
        "the next rule."
    )
    temp_nam_auto = fields.Boolean(
        string="Propose Temporary NAM",
        default=True,
        help="Residents without NAM get a temporary one.",
    )
    temp_nam_female_plus50 = fields.Boolean(
        string="Temporary NAM: +50 for Women",
        help="The convention says two-character month; some sites add 50 for women.",
    )
    temp_nam_saint_as_st = fields.Boolean(
        string="Temporary NAM: Saint as ST",
        help="Write Saint, Sainte as ST in temporary NAMs.",
    )
    nam_allow_letter = fields.Boolean(
        string="Allow a Letter in the NAM",
        help="Accept RAMQ's newer code with a letter in position 11.",
    )
    temp_nam_days = fields.Integer(
        string="Temporary NAM at Most",
        default=90,
        help="Residents still on a temporary NAM after this many days are reported.",
    )
    tenant_ids = fields.One2many("primmo.tenant", "residence_id")
    convention_issue_ids = fields.One2many("sofi.convention.issue", "residence_id")
    convention_issue_count = fields.Integer(compute="_compute_convention_issue_count")

    @api.depends("convention_issue_ids")
    def _compute_convention_issue_count(self):
        counts = dict(
            self.env["sofi.convention.issue"]._read_group(
                [("residence_id", "in", self.ids)], ["residence_id"], ["__count"]
            )
        )
        for residence in self:
            residence.convention_issue_count = counts.get(residence, 0)

    def _tenants(self):
        """Return the tenants of buildings that are synchronized with SOFI.

        A tenant without a building counts: a residence of one building need not say so.
        """
        return self._in_visible_buildings("primmo.tenant")

    def _units(self):
        """Return the units of buildings that are synchronized with SOFI."""
        return self._in_visible_buildings("primmo.unit")

    def _in_visible_buildings(self, model):
        self.ensure_one()
        hidden = self.env["primmo.building"].search(
            [("residence_id", "=", self.id), ("synchronized", "=", False)]
        )
        return self.env[model].search(
            [
                ("residence_id", "=", self.id),
                ("building", "not in", hidden.mapped("name")),
            ]
        )

    def action_view_issues(self):
        """Open what breaks the convention in these residences.

        :return: a window action
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sofi_primmo.sofi_convention_issue_action"
        )
        return {**action, "domain": [("residence_id", "in", self.ids)]}
