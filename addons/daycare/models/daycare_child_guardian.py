from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .const import ROLES

# A child's file names at most one guardian for each of these parts.
PARTS = ("is_main", "is_secondary", "is_debtor")


class DaycareChildGuardian(models.Model):
    """A guardian in a child's file; the role is the one in that file (kibe 1.5)."""

    _name = "daycare.child.guardian"
    _description = "Guardian of a Child"
    _order = "child_id, is_main DESC, is_secondary DESC, id"
    _inherit = ["daycare.child.page.mixin"]

    guardian_id = fields.Many2one(
        "daycare.guardian",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    role = fields.Selection(
        ROLES,
        required=True,
        compute="_compute_role",
        store=True,
        readonly=False,
        precompute=True,
        help="Role in this child's file; taken from the guardian's file at first.",
    )
    is_main = fields.Boolean(string="Main Parent", help="«Parent principal».")
    is_secondary = fields.Boolean(string="Partner", help="«Partenaire».")
    is_debtor = fields.Boolean(
        string="Debtor",
        groups="daycare.group_daycare_office",
        help="Receives the invoices.",
    )
    lives_here = fields.Boolean(
        string="Child Lives Here", help="«L'enfant habite ici»."
    )
    phone = fields.Char(related="guardian_id.phone")
    email = fields.Char(related="guardian_id.email")

    _child_guardian_uniq = models.UniqueIndex(
        "(child_id, guardian_id)", "This guardian is already in the child's file."
    )
    # Deferred, so that a part can move from one guardian to another in one go.
    _main_uniq = models.Constraint(
        "EXCLUDE (child_id WITH =) WHERE (is_main) DEFERRABLE INITIALLY DEFERRED",
        "A child has one main parent.",
    )
    _secondary_uniq = models.Constraint(
        "EXCLUDE (child_id WITH =) WHERE (is_secondary) DEFERRABLE INITIALLY DEFERRED",
        "A child has one partner of the main parent.",
    )
    _debtor_uniq = models.Constraint(
        "EXCLUDE (child_id WITH =) WHERE (is_debtor) DEFERRABLE INITIALLY DEFERRED",
        "A child has one debtor.",
    )

    @api.depends("guardian_id")
    def _compute_role(self):
        for link in self:
            link.role = link.role or link.guardian_id.role

    @api.depends("guardian_id", "role")
    def _compute_display_name(self):
        roles = dict(self._fields["role"]._description_selection(self.env))
        for link in self:
            role = roles.get(link.role, "")
            link.display_name = f"{link.guardian_id.display_name or ''} ({role})"

    @api.model_create_multi
    def create(self, vals_list):
        """Create links; a part given to one guardian leaves the former one."""
        links = super().create(vals_list)
        for part in PARTS:
            holders = [vals.get(part) for vals in vals_list]
            links.browse(
                [link.id for link, given in zip(links, holders, strict=True) if given]
            )._take_over(part)
        return links

    def write(self, vals):
        """Write links; a part given to one guardian leaves the former one."""
        result = super().write(vals)
        for part in PARTS:
            if vals.get(part):
                self._take_over(part)
        return result

    def _take_over(self, part):
        """Withdraw a part from the other guardians of the same children."""
        if not self:
            return
        former = self.search(
            [
                ("child_id", "in", self.child_id.ids),
                ("id", "not in", self.ids),
                (part, "=", True),
            ]
        )
        if former:
            former.write({part: False})

    @api.constrains("child_id", *PARTS)
    def _check_parts(self):
        for part in PARTS:
            seen = set()
            for link in self.filtered(part):
                if link.child_id in seen:
                    raise ValidationError(
                        self.env._(
                            "%(child)s: only one guardian can be «%(part)s».",
                            child=link.child_id.display_name,
                            part=self._fields[part]._description_string(self.env),
                        )
                    )
                seen.add(link.child_id)
