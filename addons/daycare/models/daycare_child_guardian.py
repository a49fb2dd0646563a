from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from .const import ROLES

# A child's file names at most one guardian for each of these parts.
PARTS = ("is_main", "is_secondary")


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
        compute="_compute_is_debtor",
        inverse="_inverse_is_debtor",
        search="_search_is_debtor",
        groups="daycare.group_daycare_office",
        help="Receives the invoices today: who stands on the billing data page in "
        "force, else the main parent.",
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

    @api.depends("guardian_id")
    def _compute_role(self):
        for link in self:
            link.role = link.role or link.guardian_id.role

    @api.depends(
        "guardian_id",
        "role",
        "is_main",
        "child_id.guardian_link_ids.is_main",
        "child_id.billing_data_ids.date_from",
        "child_id.billing_data_ids.debtor_id",
    )
    def _compute_is_debtor(self):
        today = fields.Date.context_today(self)
        pages = self.env["daycare.billing.data"]._in_force(self.child_id, today)
        for link in self:
            page = pages.get(link.child_id._origin.id)
            if page:
                link.is_debtor = page.debtor_id == link.guardian_id._origin
            else:
                link.is_debtor = link.is_main and link.role != "third_party"

    def _inverse_is_debtor(self):
        """Write who pays where billing reads it: on a page of billing data."""
        payers = self.filtered("is_debtor")
        self._check_part(payers, "is_debtor")
        if payers:
            pages = self.env["daycare.billing.data"]
            pages._set_payers({link.child_id: link.guardian_id for link in payers})

    @api.model
    def _search_is_debtor(self, operator, value):
        # A search tells as much as a look.
        self._check_field_access(self._fields["is_debtor"], "read")
        if operator != "in":
            return NotImplemented
        if len(set(value)) != 1:
            return Domain(bool(value))
        self.env["daycare.billing.data"].flush_model()
        self.flush_model()
        # The page in force, as `daycare.billing.data._in_force` finds it.
        payers = SQL(
            """(
            SELECT link.id
              FROM daycare_child_guardian link
         LEFT JOIN LATERAL (
                    SELECT page.debtor_id
                      FROM daycare_billing_data page
                     WHERE page.child_id = link.child_id
                  ORDER BY page.date_from <= %(today)s DESC,
                           CASE WHEN page.date_from <= %(today)s
                                THEN page.date_from END DESC,
                           page.date_from
                     LIMIT 1
                   ) page ON TRUE
             WHERE link.guardian_id = COALESCE(
                       page.debtor_id,
                       CASE WHEN link.is_main AND link.role != 'third_party'
                            THEN link.guardian_id END
                   )
            )""",
            today=fields.Date.context_today(self),
        )
        return Domain("id", "in" if True in value else "not in", payers)

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
        """Write links; a part given to one guardian leaves the former one.

        :raises UserError: somebody is to pay no more, and nobody else is named
        """
        if "is_debtor" in vals and not vals["is_debtor"]:
            self._check_somebody_pays()
        result = super().write(vals)
        for part in PARTS:
            if vals.get(part):
                self._take_over(part)
        return result

    def _check_somebody_pays(self):
        for link in self.filtered("is_debtor"):
            raise UserError(
                self.env._(
                    "%(child)s: name who pays instead of %(guardian)s, on the child's "
                    "page «Billing».",
                    child=link.child_id.display_name,
                    guardian=link.guardian_id.display_name,
                )
            )

    def action_make_debtor(self):
        """Let the guardian pay from this month on."""
        self.is_debtor = True
        return True

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
            self._check_part(self.filtered(part), part)

    @api.model
    def _check_part(self, holders, part):
        """Refuse a part that two guardians of a child hold."""
        for child, links in holders.grouped("child_id").items():
            if len(links) > 1:
                raise ValidationError(
                    self.env._(
                        "%(child)s: only one guardian can be «%(part)s».",
                        child=child.display_name,
                        part=self._fields[part]._description_string(self.env),
                    )
                )
