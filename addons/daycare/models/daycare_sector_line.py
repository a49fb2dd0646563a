from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .const import MODES, WEEKDAYS

DAYS = {weekday: number for number, (weekday, _label) in enumerate(WEEKDAYS, 1)}


class DaycareSectorLine(models.Model):
    """One weekday of a placement: its slots, or its free hours."""

    _name = "daycare.sector.line"
    _description = "Weekly Presence"
    _inherit = ["daycare.presence.mixin", "exchange.engine.mixin"]
    _order = "sector_id, day, hour_from, id"
    _check_company_auto = True

    sector_id = fields.Many2one(
        "daycare.sector", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="sector_id.company_id", store=True, index=True)
    child_id = fields.Many2one(related="sector_id.child_id")
    group_id = fields.Many2one(related="sector_id.group_id")
    weekday = fields.Selection(WEEKDAYS, required=True, default="mon")
    day = fields.Integer(
        string="Day Number",
        compute="_compute_day",
        store=True,
        help="1 for Monday to 7 for Sunday (ISO 8601).",
    )
    mode = fields.Selection(
        MODES,
        compute="_compute_mode",
        store=True,
        readonly=False,
        help="How the group's department booked when the line was made.",
    )
    slot_ids = fields.Many2many(
        relation="daycare_sector_line_slot_rel", column1="line_id", column2="slot_id"
    )
    kibe_code = fields.Char(
        string="Kibé Code", help="«pr code» of the imported row.", readonly=True
    )

    @api.depends("weekday")
    def _compute_day(self):
        for line in self:
            line.day = DAYS.get(line.weekday, 0)

    @api.depends("sector_id.group_id")
    def _compute_mode(self):
        for line in self:
            line.mode = line.sector_id.group_id.mode or "slots"

    @api.constrains("mode", "slot_ids", "hour_to", "sector_id")
    def _check_presence(self):
        for line in self:
            if line.slot_ids.group_id - line.sector_id.group_id:
                raise ValidationError(
                    self.env._(
                        "%(sector)s: choose slots of the placement's group.",
                        sector=line.sector_id.display_name,
                    )
                )
            if not (line.slot_ids if line.mode == "slots" else line.hour_to):
                raise ValidationError(line._missing_presence_text())

    def _missing_presence_text(self):
        if self.mode == "slots":
            return self.env._(
                "%(sector)s: choose at least one slot for each weekday.",
                sector=self.sector_id.display_name,
            )
        return self.env._(
            "%(sector)s: enter the hours of each weekday.",
            sector=self.sector_id.display_name,
        )
