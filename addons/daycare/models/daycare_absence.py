from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

LONGEST_DAYS = 366


class DaycareAbsence(models.Model):
    """A child stays away on the days of its placements between two dates, inclusive."""

    _name = "daycare.absence"
    _description = "Absence"
    _inherit = ["daycare.child.page.mixin"]
    _order = "date_from DESC, child_id, id"

    date_from = fields.Date(string="From", required=True, index=True)
    date_to = fields.Date(
        string="To",
        required=True,
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        help="Last day, included.",
    )
    reason_id = fields.Many2one(
        "daycare.absence.reason",
        required=True,
        ondelete="restrict",
        check_company=True,
        default=lambda self: self.env["daycare.absence.reason"].search(
            [("company_id", "=", self.env.company.id)], limit=1
        ),
    )
    certificate = fields.Boolean(
        string="Certificate Received",
        help="Counts for all days in a row with the same reason.",
    )
    certificate_needed = fields.Boolean(related="reason_id.certificate")

    _dates_valid = models.Constraint(
        "CHECK(date_from <= date_to)", "An absence ends after it begins."
    )

    @api.depends("date_from")
    def _compute_date_to(self):
        for absence in self:
            if not absence.date_to or absence.date_to < absence.date_from:
                absence.date_to = absence.date_from

    @api.depends("child_id", "reason_id")
    def _compute_display_name(self):
        for absence in self:
            absence.display_name = self.env._(
                "%(child)s · %(reason)s",
                child=absence.child_id.display_name or "",
                reason=absence.reason_id.display_name or "",
            )

    @api.constrains("date_from", "date_to")
    def _check_length(self):
        for absence in self:
            if (absence.date_to - absence.date_from).days >= LONGEST_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(absence)s: an absence lasts a year at most. End the "
                        "placement instead.",
                        absence=absence.display_name,
                    )
                )

    @api.constrains("date_from", "date_to", "child_id")
    def _check_once(self):
        """Refuse to enter a child twice: absent for two reasons, or away and here."""
        others = self._on_same_days()
        extra = self.env["daycare.extra.day"]._on_days_of(self)
        for absence in self:
            rival = others.filtered(lambda o, own=absence: o._meets(own))[:1]
            if rival:
                raise ValidationError(
                    self.env._(
                        "%(absence)s is entered already, from %(begin)s to %(end)s. "
                        "Change that absence.",
                        absence=rival.display_name,
                        begin=format_date(self.env, rival.date_from),
                        end=format_date(self.env, rival.date_to),
                    )
                )
            day = extra.filtered(lambda day, own=absence: own._covers(day))[:1]
            if day:
                raise ValidationError(day._away_and_here_text())

    def _on_same_days(self):
        """Return all absences of the children that share days with these."""
        return self.search(
            Domain("child_id", "in", self.child_id.ids)
            & Domain("date_from", "<=", max(self.mapped("date_to")))
            & Domain("date_to", ">=", min(self.mapped("date_from")))
        )

    def _meets(self, other):
        """Tell whether this is another absence of the same child on the same days."""
        self.ensure_one()
        return (
            self != other
            and self.child_id == other.child_id
            and self.date_from <= other.date_to
            and other.date_from <= self.date_to
        )

    def _covers(self, extra):
        """Tell whether the child of an extra day is away on it."""
        self.ensure_one()
        return (
            self.child_id == extra.child_id
            and self.date_from <= extra.date <= self.date_to
        )

    @api.model
    def _between(self, first, last, child_ids=None):
        """Return the absences that touch some days.

        :param date first: first day
        :param date last: last day, included
        :param child_ids: keep to these children; None for all
        """
        domain = Domain("date_from", "<=", last) & Domain("date_to", ">=", first)
        if child_ids is not None:
            domain &= Domain("child_id", "in", child_ids)
        return self.search(domain, order="date_from, id")

    def action_remove(self):
        """Delete the absence: the child comes, or came, after all.

        :return: an action that closes the dialogue
        """
        self.unlink()
        return {"type": "ir.actions.act_window_close"}
