from odoo import api, fields, models

#: Roles whose holders see a child unless the office says otherwise.
PARENTS = ("mother", "father", "legal_guardian")


class DaycareChildGuardian(models.Model):
    """Which guardians see a child in the portal."""

    _inherit = "daycare.child.guardian"

    portal_access = fields.Selection(
        [("role", "By Role"), ("yes", "Yes"), ("no", "No")],
        string="In the Portal",
        required=True,
        default="role",
        help="Whether a guardian who is invited to the portal sees this child there. "
        "By role: mothers, fathers and legal guardians do, nobody else does.",
    )

    @api.model
    def _seen_in_portal(self):
        """Return the domain of the links whose guardian sees the child.

        :rtype: list
        """
        return [
            ("child_id.active", "=", True),
            "|",
            ("portal_access", "=", "yes"),
            "&",
            ("portal_access", "=", "role"),
            ("role", "in", PARENTS),
        ]
