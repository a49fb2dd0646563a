from odoo import api, fields, models
from odoo.tools import SQL


class DaycareOccupancyBilling(models.Model):
    """Per group and month: places there are, days reserved, days invoiced, revenue."""

    _name = "daycare.occupancy.billing"
    _description = "Occupancy and Invoiced Places"
    _auto = False
    _depends = {
        "account.move": ["state"],
        "daycare.billing.line": [
            "amount",
            "billing_move_id",
            "days",
            "group_id",
            "month",
        ],
        "daycare.group": ["capacity"],
        "daycare.sector": ["date_from", "date_to", "group_id"],
        "daycare.sector.line": ["day", "hour_from", "hour_to", "mode", "slot_ids"],
        "daycare.slot": ["weight"],
    }
    _order = "month DESC, group_id"

    group_id = fields.Many2one("daycare.group", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    month = fields.Date(readonly=True)
    capacity_days = fields.Float(
        string="Places × Working Days", digits=(16, 2), readonly=True
    )
    reserved_days = fields.Float(digits=(16, 2), readonly=True)
    invoiced_days = fields.Float(digits=(16, 2), readonly=True)
    amount = fields.Monetary(string="Invoiced", readonly=True)
    occupancy = fields.Float(
        string="Occupancy (%)",
        digits=(5, 1),
        compute="_compute_occupancy",
        aggregator="avg",
    )

    @api.depends("capacity_days", "reserved_days")
    def _compute_occupancy(self):
        for row in self:
            row.occupancy = (
                100 * row.reserved_days / row.capacity_days
                if row.capacity_days
                else 0.0
            )

    @property
    def _table_query(self):
        """Months with billing lines; days from the placements as they are today."""
        return SQL(
            """
            WITH billed AS (
                SELECT line.group_id, line.month,
                       SUM(CASE WHEN move.state = 'posted' THEN line.days ELSE 0 END)
                           AS invoiced_days,
                       SUM(CASE WHEN move.state = 'posted' THEN line.amount ELSE 0 END)
                           AS amount
                  FROM daycare_billing_line line
             LEFT JOIN account_move move ON move.id = line.billing_move_id
                 WHERE line.group_id IS NOT NULL
              GROUP BY line.group_id, line.month
            ), calendar AS (
                SELECT month, day::date AS day, EXTRACT(ISODOW FROM day)::int AS weekday
                  FROM (SELECT DISTINCT month FROM billed) months,
                       generate_series(
                           month, month + interval '1 month' - interval '1 day',
                           interval '1 day'
                       ) day
            ), share AS (
                SELECT line.id, line.sector_id, line.day AS weekday,
                       CASE WHEN line.mode = 'hours'
                            THEN LEAST((line.hour_to - line.hour_from) / 10.0, 1)
                            ELSE LEAST(SUM(slot.weight) / 100.0, 1) END AS part
                  FROM daycare_sector_line line
             LEFT JOIN daycare_sector_line_slot_rel rel ON rel.line_id = line.id
             LEFT JOIN daycare_slot slot ON slot.id = rel.slot_id
              GROUP BY line.id
            ), reserved AS (
                SELECT sector.group_id, calendar.month, SUM(share.part) AS days
                  FROM calendar
                  JOIN daycare_sector sector
                    ON calendar.day BETWEEN sector.date_from AND sector.date_to
                  JOIN share ON share.sector_id = sector.id
                            AND share.weekday = calendar.weekday
              GROUP BY sector.group_id, calendar.month
            ), working AS (
                SELECT month, COUNT(*) AS days FROM calendar
                 WHERE weekday <= 5 GROUP BY month
            )
            SELECT billed.group_id::bigint * 100000
                       + (EXTRACT(YEAR FROM billed.month)::int - 2000) * 12
                       + EXTRACT(MONTH FROM billed.month)::int AS id,
                   billed.group_id, grp.company_id, company.currency_id, billed.month,
                   grp.capacity * working.days AS capacity_days,
                   COALESCE(reserved.days, 0) AS reserved_days,
                   billed.invoiced_days, billed.amount
              FROM billed
              JOIN daycare_group grp ON grp.id = billed.group_id
              JOIN res_company company ON company.id = grp.company_id
              JOIN working ON working.month = billed.month
         LEFT JOIN reserved ON reserved.group_id = billed.group_id
                           AND reserved.month = billed.month
            """
        )
