from odoo import api, fields, models

PORTAL_STATES = [
    ("none", "Not Invited"),
    ("invited", "Invited"),
    ("active", "Uses It"),
]


class DaycareGuardian(models.Model):
    """A guardian may be invited to the portal."""

    _inherit = "daycare.guardian"

    portal_state = fields.Selection(
        PORTAL_STATES, string="Portal", compute="_compute_portal_state"
    )
    proposal_ids = fields.One2many(
        "daycare.income.proposal",
        "guardian_id",
        string="Incomes Sent",
        groups="daycare.group_daycare_billing",
    )

    @api.depends("partner_id.user_ids.active", "partner_id.user_ids.login_date")
    def _compute_portal_state(self):
        for guardian in self:
            # sudo: who keeps files may see who was invited, not the users
            users = guardian.sudo().partner_id.user_ids.filtered("active")
            if not users:
                guardian.portal_state = "none"
            else:
                seen = any(user.login_date for user in users)
                guardian.portal_state = "active" if seen else "invited"

    def action_portal(self):
        """Open Odoo's own wizard, which invites and takes access away.

        :return: a window action
        """
        wizard = self.env["portal.wizard"].with_context(
            default_partner_ids=self.partner_id.ids
        )
        return wizard.create({})._action_open_modal()

    def write(self, vals):
        """Write; access ends with the file."""
        result = super().write(vals)
        if "active" in vals and not vals["active"]:
            self._end_portal_access()
        return result

    def _end_portal_access(self):
        """Archive the portal users of guardians who have no file any more."""
        # sudo: who keeps the files is no administrator of users
        partners = self.sudo().partner_id
        still = partners.daycare_guardian_ids.filtered("active").partner_id
        users = (partners - still).user_ids.filtered(lambda user: user._is_portal())
        users.active = False
