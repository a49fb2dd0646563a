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
            "billing_state",
            "days",
            "group_id",
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
        """Return days and francs posted or settled, per group and month."""
        return SQL(
            """
            SELECT line.group_id, line.month,
                   COALESCE(SUM(line.days) FILTER (WHERE %(known)s), 0)
                       AS invoiced_days,
                   COALESCE(SUM(line.amount) FILTER (WHERE %(known)s), 0) AS amount
              FROM daycare_billing_line line
         LEFT JOIN account_move move ON move.id = line.billing_move_id
             WHERE line.group_id IS NOT NULL
          GROUP BY line.group_id, line.month
            """,
            known=SQL("move.state = 'posted' OR line.billing_state = 'settled'"),
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
        """Return the days reserved per group and month, each at most once a line.

        Hours without a tariff that says how many make a day count as a full one.
        """
        return SQL(
            """
            SELECT sector.group_id, calendar.month,
                   SUM(CASE WHEN line.mode = 'hours' THEN COALESCE(
                                LEAST(GREATEST(
                                    (line.hour_to - line.hour_from)
                                    / tariff.reference_hours, tariff.least
                                ), 1), 1)
                            ELSE LEAST(weighed.weight / 100.0, 1) END) AS days
              FROM calendar
              JOIN daycare_sector sector
                ON calendar.day BETWEEN sector.date_from AND sector.date_to
              JOIN daycare_sector_line line
                ON line.sector_id = sector.id AND line.day = calendar.weekday
         LEFT JOIN tariff ON tariff.group_id = sector.group_id
                         AND tariff.month = calendar.month
         LEFT JOIN (
                    SELECT rel.line_id, SUM(slot.weight) AS weight
                      FROM daycare_sector_line_slot_rel rel
                      JOIN daycare_slot slot ON slot.id = rel.slot_id
                  GROUP BY rel.line_id
                   ) weighed ON weighed.line_id = line.id
          GROUP BY sector.group_id, calendar.month
            """
        )
