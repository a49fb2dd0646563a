from odoo import fields, models


class ResPartner(models.Model):
    """The contact of a guardian is changed by the office."""

    _inherit = "res.partner"

    daycare_file_ids = fields.One2many(
        "daycare.guardian",
        "partner_id",
        string="Guardian Files, Archived Ones Included",
        context={"active_test": False},
        groups="daycare.group_daycare_user",
    )

    def _can_be_edited_by_current_customer(self, **kwargs):
        """Refuse what the portal would change without the office knowing it.

        Names and addresses are printed on QR-bills and say which commune pays.
        """
        # sudo: a portal user has no rights on files
        person = self.env.user.partner_id.sudo()
        if person.daycare_file_ids:
            return False
        return super()._can_be_edited_by_current_customer(**kwargs)
