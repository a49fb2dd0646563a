from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from odoo.addons.exchange_run.core import clock

from .const import MODES


class DaycareExtraDay(models.Model):
    """A child comes on a day, or for a part of it, beside its placements («dépannage»).

    What it has in common with a placement of the day counts once.
    """

    _name = "daycare.extra.day"
    _description = "Extra Day"
    _inherit = ["daycare.presence.mixin", "daycare.child.page.mixin"]
    _order = "date DESC, child_id, id"

    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    group_id = fields.Many2one(
        "daycare.group",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    mode = fields.Selection(
        MODES,
        compute="_compute_mode",
        store=True,
        precompute=True,
        help="How the group's department booked when the day was entered.",
    )
    slot_ids = fields.Many2many(compute="_compute_slot_ids", store=True, readonly=False)

    _child_group_date_uniq = models.UniqueIndex(
        "(child_id, group_id, date)",
        "The child is entered for an extra day in this group on this date already.",
    )

    @api.depends("group_id")
    def _compute_mode(self):
        for day in self:
            day.mode = day.group_id.mode or "slots"

    @api.depends("group_id")
    def _compute_slot_ids(self):
        """Propose the whole day, unless slots of the group are chosen."""
        for day in self:
            group = day.group_id
            if day.slot_ids and day.slot_ids.group_id == group:
                continue
            slots = group.slot_ids if group.mode == "slots" else group.slot_ids[:0]
            spans = [
                (clock.to_minutes(slot.hour_from), clock.to_minutes(slot.hour_to))
                for slot in slots
            ]
            proposed = [] if clock.overlapping(spans) else slots.ids
            day.slot_ids = [Command.set(proposed)]

    @api.depends("child_id", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for day in self:
            day.display_name = self.env._(
                "%(child)s · %(date)s",
                child=day.child_id.display_name or "",
                date=day.date and format_date(self.env, day.date),
            )

    @api.constrains("mode", "slot_ids", "hour_to", "group_id")
    def _check_presence(self):
        for day in self:
            if day.slot_ids.group_id - day.group_id:
                raise ValidationError(
                    self.env._(
                        "%(day)s: choose slots of the group the child comes to.",
                        day=day.display_name,
                    )
                )
            if not (day.slot_ids if day.mode == "slots" else day.hour_to):
                raise ValidationError(
                    self.env._(
                        "%(day)s: say when the child comes.", day=day.display_name
                    )
                )

    @api.constrains("date", "child_id")
    def _check_not_away(self):
        absences = self.env["daycare.absence"]._between(
            min(self.mapped("date")), max(self.mapped("date")), self.child_id.ids
        )
        for day in self:
            if any(absence._covers(day) for absence in absences):
                raise ValidationError(day._away_and_here_text())

    def _away_and_here_text(self):
        return self.env._(
            "%(child)s cannot be absent and come for an extra day on %(date)s. Change "
            "or delete one of the two.",
            child=self.child_id.display_name,
            date=format_date(self.env, self.date),
        )

    @api.model
    def _between_domain(self, first, last):
        """Return the domain of the extra days from one date to another, inclusive."""
        return Domain("date", ">=", first) & Domain("date", "<=", last)

    @api.model
    def _on_days_of(self, absences):
        """Return the extra days of the children of absences, on about these days."""
        return self.search(
            Domain("child_id", "in", absences.child_id.ids)
            & self._between_domain(
                min(absences.mapped("date_from")), max(absences.mapped("date_to"))
            )
        )

    def action_remove(self):
        """Delete the extra day: the child does not come.

        :return: an action that closes the dialogue
        """
        self.unlink()
        return {"type": "ir.actions.act_window_close"}
