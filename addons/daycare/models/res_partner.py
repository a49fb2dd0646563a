from odoo import fields, models


class ResPartner(models.Model):
    """The contact of a guardian, whose name and address it holds."""

    _inherit = "res.partner"

    daycare_guardian_ids = fields.One2many(
        "daycare.guardian",
        "partner_id",
        string="Guardian Files",
        groups="daycare.group_daycare_user",
    )

    def action_view_daycare_guardian(self):
        """Open the guardian's file of a contact."""
        self.ensure_one()
        return self.daycare_guardian_ids[:1].get_formview_action()
