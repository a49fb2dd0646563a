from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from odoo.addons.exchange_run.core import clock

from .const import ORIGINS


class DaycareSector(models.Model):
    """A placement («page secteur»): a child in a group between two dates.

    The page itself is the group «planning», its lines the group «fréquentation».
    """

    _name = "daycare.sector"
    _description = "Placement"
    _order = "child_id, date_from DESC, id"
    _inherit = ["daycare.child.page.mixin"]

    group_id = fields.Many2one(
        "daycare.group",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    group_mode = fields.Selection(related="group_id.mode", string="Mode")
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today
    )
    date_to = fields.Date(
        string="To",
        required=True,
        help="Last day, included. 31.12.9999 for a placement without end.",
    )
    origin = fields.Selection(
        ORIGINS,
        required=True,
        default="manual",
        readonly=True,
        help="Imported placements are rebuilt by every import, those typed by hand "
        "stay.",
    )
    line_ids = fields.One2many(
        "daycare.sector.line", "sector_id", string="Weekly Schedule", copy=True
    )
    is_current = fields.Boolean(
        compute="_compute_is_current", search="_search_is_current"
    )
    week_label = fields.Char(string="Week", compute="_compute_week_label")
    overlap_text = fields.Char(string="Overlap", compute="_compute_overlap_text")

    # Two pages over the same dates would bill the child twice (kibe 1.6).
    _page_uniq = models.UniqueIndex(
        "(child_id, group_id, date_from, date_to)",
        "The child already has a placement in this group over the same dates.",
    )
    _dates_valid = models.Constraint(
        "CHECK(date_from <= date_to)", "A placement ends after it begins."
    )

    @api.depends("child_id", "group_id", "date_from", "date_to")
    def _compute_display_name(self):
        for sector in self:
            sector.display_name = self.env._(
                "%(child)s · %(group)s",
                child=sector.child_id.display_name or "",
                group=sector.group_id.display_name or "",
            )

    @api.depends("date_from", "date_to")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for sector in self:
            begin, end = sector.date_from, sector.date_to
            sector.is_current = bool(begin and end and begin <= today <= end)

    @api.model
    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        today = fields.Date.context_today(self)
        current = Domain("date_from", "<=", today) & Domain("date_to", ">=", today)
        return Domain.OR(current if wanted else ~current for wanted in value)

    @api.depends("line_ids.weekday", "line_ids.presence")
    def _compute_week_label(self):
        days = dict(
            self.env["daycare.sector.line"]
            ._fields["weekday"]
            ._description_selection(self.env)
        )
        for sector in self:
            lines = sector.line_ids.sorted(lambda line: (line.day, line.hour_from))
            sector.week_label = ", ".join(
                f"{days.get(line.weekday, '')[:2]} {line.presence}" for line in lines
            )

    @api.depends(
        "child_id.sector_ids",
        "date_from",
        "date_to",
        "line_ids.weekday",
        "line_ids.slot_ids",
        "line_ids.hour_from",
        "line_ids.hour_to",
    )
    def _compute_overlap_text(self):
        for sector in self:
            others = sector.child_id.sector_ids - sector._origin
            names = [
                self.env._(
                    "%(group)s from %(begin)s to %(end)s",
                    group=other.group_id.display_name,
                    begin=format_date(self.env, other.date_from),
                    end=format_date(self.env, other.date_to),
                )
                for other in others
                if other.ids and sector._overlaps(other)
            ]
            sector.overlap_text = bool(names) and self.env._(
                "At the same hours the child is also placed in %(placements)s: both "
                "would be billed.",
                placements=", ".join(names),
            )

    def _overlaps(self, other):
        """Tell whether a child would be in two placements at the same hours."""
        self.ensure_one()
        dates = (self.date_from, self.date_to, other.date_from, other.date_to)
        if not all(dates) or dates[0] > dates[3] or dates[2] > dates[1]:
            return False
        return any(
            clock.overlapping(line._spans() + other_line._spans())
            for line in self.line_ids
            for other_line in other.line_ids
            if line.weekday == other_line.weekday
        )
