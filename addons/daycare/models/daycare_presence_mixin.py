from odoo import api, fields, models

from odoo.addons.exchange_run.core import clock
from odoo.addons.exchange_run.core.numbers import ranges, runs


class DaycarePresenceMixin(models.AbstractModel):
    """What is booked on a day in a group: slots, or hours, as `mode` says."""

    _name = "daycare.presence.mixin"
    _description = "Slots or Hours of a Day"

    slot_ids = fields.Many2many(
        "daycare.slot",
        string="Slots",
        domain="[('group_id', '=', group_id)]",
    )
    hour_from = fields.Float(string="From")
    hour_to = fields.Float(string="To")
    presence = fields.Char(compute="_compute_presence")

    _hours_valid = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_to <= 24"
        " AND (hour_from < hour_to OR (COALESCE(hour_from, 0) = 0"
        " AND COALESCE(hour_to, 0) = 0)))",
        "A presence ends after it begins, between 00:00 and 24:00.",
    )

    @api.depends("mode", "slot_ids.number", "hour_from", "hour_to")
    def _compute_presence(self):
        for line in self:
            span = (
                f"{clock.hours_label(line.hour_from)}–{clock.hours_label(line.hour_to)}"
            )
            numbers = line.slot_ids.mapped("number")
            line.presence = ranges(numbers) if line.mode == "slots" else span

    def _spans(self):
        """Return the times of the presence, as ``(begin, end)`` in minutes."""
        self.ensure_one()
        sources = self.slot_ids if self.mode == "slots" else self
        return [
            (clock.to_minutes(source.hour_from), clock.to_minutes(source.hour_to))
            for source in sources
        ]

    def _sheet_label(self):
        """Return the presence as parents read it: hours, not numbers of slots."""
        self.ensure_one()
        if self.mode == "hours":
            return self.presence
        slots = {slot.number: slot for slot in self.slot_ids}
        return ", ".join(
            f"{clock.hours_label(slots[first].hour_from)}–{clock.hours_label(slots[last].hour_to)}"
            for first, last in runs(slots)
        )
