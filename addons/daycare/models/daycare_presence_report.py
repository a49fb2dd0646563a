from odoo import fields, models
from odoo.tools import SQL

from .const import ORIGINS, WEEKDAYS

# Pivots sort a selection by its keys: numbers keep the order of the week.
NUMBERED_WEEKDAYS = [(str(day), label) for day, (_key, label) in enumerate(WEEKDAYS, 1)]


class DaycarePresenceReport(models.Model):
    """Booked presences for pivots and graphs: a row per weekday and slot."""

    _name = "daycare.presence.report"
    _description = "Presence Analysis"
    _auto = False
    _order = "group_id, weekday, slot_id, child_id"
    _rec_name = "child_id"

    child_id = fields.Many2one("daycare.child", readonly=True)
    group_id = fields.Many2one("daycare.group", readonly=True)
    department_id = fields.Many2one("daycare.department", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    sector_id = fields.Many2one("daycare.sector", string="Placement", readonly=True)
    slot_id = fields.Many2one("daycare.slot", readonly=True)
    weekday = fields.Selection(NUMBERED_WEEKDAYS, readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    origin = fields.Selection(ORIGINS, readonly=True)
    day_share = fields.Float(
        string="Days",
        digits=(16, 3),
        readonly=True,
        help="Share of a whole day: by the weights of the slots; by hours, what the "
        "tariff makes of them.",
    )
    hours = fields.Float(readonly=True, help="Hours of the slot, or those booked.")
    child_count = fields.Integer(
        string="# Children", aggregator="count_distinct", readonly=True
    )

    def _hours_query(self):
        """Return the share of a day of lines by the hour: `line_id` and `share`.

        How many hours make a day is said by a tariff, which this addon does not know.
        """
        return SQL("SELECT NULL::int AS line_id, 0.0 AS share WHERE FALSE")

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT ROW_NUMBER() OVER (ORDER BY line.id, slot.id) AS id,
                   sector.child_id, sector.child_id AS child_count,
                   sector.group_id, daycare_group.department_id,
                   sector.company_id, sector.id AS sector_id,
                   sector.date_from, sector.date_to, sector.origin,
                   slot.id AS slot_id, line.day::text AS weekday,
                   COALESCE(slot.weight / 100.0, hourly.share, 0) AS day_share,
                   COALESCE(slot.hour_to - slot.hour_from,
                            line.hour_to - line.hour_from, 0) AS hours
              FROM daycare_sector_line line
              JOIN daycare_sector sector ON sector.id = line.sector_id
              JOIN daycare_group ON daycare_group.id = sector.group_id
              JOIN daycare_child child ON child.id = sector.child_id AND child.active
         LEFT JOIN daycare_sector_line_slot_rel rel
                ON rel.line_id = line.id AND line.mode = 'slots'
         LEFT JOIN daycare_slot slot ON slot.id = rel.slot_id
         LEFT JOIN (%(hours)s) hourly ON hourly.line_id = line.id
            """,
            hours=self._hours_query(),
        )
