from odoo import api, fields, models
from odoo.tools import SQL


class DaycareOccupancyBilling(models.Model):
    """Per group and month: places there are, days reserved, days invoiced, revenue."""

    _name = "daycare.occupancy.billing"
    _description = "Occupancy and Invoiced Places"
    _auto = False
    _depends = {
        "daycare.billing.line": [
            "group_id",
            "invoiced_amount",
            "invoiced_days",
            "month",
        ],
        "daycare.group": ["capacity", "department_id"],
        "daycare.sector": ["date_from", "date_to", "group_id"],
        "daycare.sector.line": ["day", "hour_from", "hour_to", "mode", "slot_ids"],
        "daycare.slot": ["weight"],
        "daycare.tariff": [
            "active",
            "date_from",
            "date_to",
            "department_ids",
            "minimum_share",
            "reference_hours",
        ],
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
            WITH billed AS (%(billed)s), tariff AS (%(tariff)s),
                 calendar AS (%(calendar)s), reserved AS (%(reserved)s),
                 working AS (
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
            """,
            billed=self._billed_query(),
            tariff=self._tariff_query(),
            calendar=self._calendar_query(),
            reserved=self._reserved_query(),
        )

    def _billed_query(self):
        """Return days and francs of documents as posted, per group and month."""
        return SQL(
            """
            SELECT line.group_id, line.month,
                   COALESCE(SUM(line.invoiced_days), 0) AS invoiced_days,
                   COALESCE(SUM(line.invoiced_amount), 0) AS amount
              FROM daycare_billing_line line
             WHERE line.group_id IS NOT NULL
          GROUP BY line.group_id, line.month
            """
        )

    def _tariff_query(self):
        """Return what makes a day by the hour, as `daycare.tariff._in_force` does."""
        return SQL(
            """
            SELECT DISTINCT ON (billed.group_id, billed.month)
                   billed.group_id, billed.month,
                   tariff.reference_hours, tariff.minimum_share / 100 AS least
              FROM billed
              JOIN daycare_group grp ON grp.id = billed.group_id
              JOIN daycare_tariff tariff
                ON tariff.company_id = grp.company_id AND tariff.active
               AND tariff.date_from <= billed.month
               AND (tariff.date_to IS NULL OR tariff.date_to >= billed.month)
         LEFT JOIN daycare_department_daycare_tariff_rel scope
                ON scope.daycare_tariff_id = tariff.id
             WHERE scope.daycare_department_id IS NULL
                OR scope.daycare_department_id = grp.department_id
          ORDER BY billed.group_id, billed.month, scope.daycare_department_id
            """
        )

    def _calendar_query(self):
        """Return every date of the billed months, with its weekday from 1."""
        return SQL(
            """
            SELECT month, day::date AS day, EXTRACT(ISODOW FROM day)::int AS weekday
              FROM (SELECT DISTINCT month FROM billed) months,
                   generate_series(
                       month, month + interval '1 month' - interval '1 day',
                       interval '1 day'
                   ) day
            """
        )

    def _reserved_query(self):
        """Return the days reserved per group and month, counted as they are billed.

        Who is placed twice takes no more than one full day a day, the earlier placement
        first.
        """
        share = self.env["daycare.day.share"]
        return SQL(
            """
            SELECT group_id, month, SUM(GREATEST(0, LEAST(share, 1 - taken))) AS days
              FROM (
            SELECT group_id, month, share,
                   COALESCE(SUM(share) OVER before, 0) AS taken
              FROM (
                    SELECT sector.id, sector.child_id, sector.date_from,
                           sector.group_id, calendar.month, calendar.day,
                           %(share)s AS share
                      FROM calendar
                      JOIN daycare_sector sector
                        ON calendar.day BETWEEN sector.date_from AND sector.date_to
                      JOIN (%(reserved)s) booked
                        ON booked.sector_id = sector.id
                       AND booked.day = calendar.weekday
                 LEFT JOIN tariff ON tariff.group_id = sector.group_id
                                 AND tariff.month = calendar.month
                   ) daily
            WINDOW before AS (
                PARTITION BY child_id, day ORDER BY date_from, id::text COLLATE "C"
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            )
                   ) capped
          GROUP BY group_id, month
            """,
            share=share._share(SQL("booked"), SQL("tariff")),
            reserved=share._reserved(),
        )
