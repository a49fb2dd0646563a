from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.daycare.models.const import WEEKDAYS
from odoo.addons.exchange_run.core import clock

DAYS = {weekday: number for number, (weekday, _label) in enumerate(WEEKDAYS, 1)}


class DaycareRequestLine(models.Model):
    """A weekday that is wished: its slots, or its free hours."""

    _name = "daycare.request.line"
    _description = "Wished Weekday"
    _inherit = ["daycare.presence.mixin", "exchange.engine.mixin"]
    _order = "request_id, day, hour_from, id"
    _check_company_auto = True

    request_id = fields.Many2one(
        "daycare.request", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(
        related="request_id.company_id", store=True, index=True, precompute=True
    )
    group_id = fields.Many2one(related="request_id.group_id")
    mode = fields.Selection(related="request_id.group_id.mode")
    weekday = fields.Selection(WEEKDAYS, required=True, default="mon")
    day = fields.Integer(string="Day Number", compute="_compute_day", store=True)
    slot_ids = fields.Many2many(
        relation="daycare_request_line_slot_rel",
        column1="line_id",
        column2="slot_id",
        compute="_compute_slot_ids",
        store=True,
        readonly=False,
        help="The whole day at first.",
    )

    @api.depends("weekday")
    def _compute_day(self):
        for line in self:
            line.day = DAYS.get(line.weekday, 0)

    @api.depends("request_id.group_id")
    def _compute_slot_ids(self):
        """Keep the hours that are wished when the group changes, by its own slots."""
        for line in self:
            group, spans = line.request_id.group_id, line._spans()
            if group and line.slot_ids.group_id != group:
                line.slot_ids = group.slot_ids.filtered(
                    lambda slot, spans=spans: (
                        not spans or clock.overlapping([*spans, _span(slot)])
                    )
                )
            else:
                line.slot_ids = line.slot_ids

    @api.constrains("slot_ids", "request_id")
    def _check_slots(self):
        for line in self:
            if line.slot_ids.group_id - line.request_id.group_id:
                raise ValidationError(
                    self.env._(
                        "%(request)s: choose slots of the wished group.",
                        request=line.request_id.display_name,
                    )
                )

    def _spans(self):
        """Return the times that are wished, as ``(begin, end)`` in minutes.

        Without any, the whole day is wished.
        """
        self.ensure_one()
        spans = [_span(slot) for slot in self.slot_ids] or [_span(self)]
        return list(clock.joined(spans))

    def _placement_vals(self):
        """Return the values of the same weekday in a placement.

        :rtype: dict
        """
        self.ensure_one()
        if self.mode == "slots":
            return {"weekday": self.weekday, "slot_ids": self.slot_ids.ids}
        return {
            "weekday": self.weekday,
            "hour_from": self.hour_from,
            "hour_to": self.hour_to,
        }


def _span(source):
    return clock.to_minutes(source.hour_from), clock.to_minutes(source.hour_to)
