from odoo import api, fields, models
from odoo.tools import SQL


class DaycareDayShare(models.AbstractModel):
    """How much of a day is reserved, in SQL: as `core.planning.Presence.share` says it.

    All reports count by it. What a placement reserves twice on a weekday counts once,
    hours by the minute, and a day of hours is at least what the tariff says.
    """

    _name = "daycare.day.share"
    _description = "Share of a Day"

    @api.model
    def _reserved(self):
        """Return a query: what each placement reserves on each weekday.

        :return: SQL of `sector_id`, `day` (1 for Monday), `minutes`, `percent`
        """
        return SQL(
            """
            SELECT sector_id, day, SUM(minutes) AS minutes, SUM(percent) AS percent
              FROM (
                    SELECT sector_id, day, 0 AS percent,
                           GREATEST(0, until - GREATEST(
                               begin, COALESCE(MAX(until) OVER before, begin)
                           )) AS minutes
                      FROM (
                            SELECT id, sector_id, day,
                                   ROUND(hour_from * 60)::int AS begin,
                                   ROUND(hour_to * 60)::int AS until
                              FROM daycare_sector_line
                             WHERE mode = 'hours'
                           ) span
                    WINDOW before AS (
                        PARTITION BY sector_id, day ORDER BY begin, until, id
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                    )
                 UNION ALL
                    SELECT sector_id, day, SUM(weight) AS percent, 0 AS minutes
                      FROM (
                            SELECT DISTINCT line.sector_id, line.day, slot.id,
                                   slot.weight
                              FROM daycare_sector_line line
                              JOIN daycare_sector_line_slot_rel rel
                                ON rel.line_id = line.id
                              JOIN daycare_slot slot ON slot.id = rel.slot_id
                             WHERE line.mode = 'slots'
                           ) booked
                  GROUP BY sector_id, day
                   ) part
          GROUP BY sector_id, day
            """
        )

    @api.model
    def _share(self, reserved, tariff):
        """Return the share of a day as an expression.

        :param SQL reserved: alias of a row of `_reserved`
        :param SQL tariff: alias of a row with `reference_hours` and `least`, a factor;
            hours without a tariff count as a full day
        """
        return SQL(
            """
            LEAST(1, %(reserved)s.percent / 100.0 + CASE
                WHEN %(reserved)s.minutes = 0 THEN 0
                ELSE COALESCE(GREATEST(
                    %(reserved)s.minutes / (%(tariff)s.reference_hours * 60),
                    %(tariff)s.least
                ), 1) END)
            """,
            reserved=reserved,
            tariff=tariff,
        )


class DaycarePresenceReport(models.Model):
    """Presences by the hour, as parts of the day that the tariff in force makes."""

    _inherit = "daycare.presence.report"

    def _hours_query(self):
        share = self.env["daycare.day.share"]
        return SQL(
            """
            SELECT line.id AS line_id,
                   %(share)s * (line.hour_to - line.hour_from)
                       / SUM(line.hour_to - line.hour_from) OVER (
                           PARTITION BY line.sector_id, line.day
                       ) AS share
              FROM daycare_sector_line line
              JOIN daycare_sector sector ON sector.id = line.sector_id
              JOIN daycare_group grp ON grp.id = sector.group_id
              JOIN (%(reserved)s) reserved
                ON reserved.sector_id = line.sector_id AND reserved.day = line.day
         LEFT JOIN LATERAL (
                    SELECT version.reference_hours, version.minimum_share / 100 AS least
                      FROM daycare_tariff version
                 LEFT JOIN daycare_department_daycare_tariff_rel scope
                        ON scope.daycare_tariff_id = version.id
                     WHERE version.company_id = sector.company_id AND version.active
                       AND version.date_from <= %(first)s
                       AND COALESCE(version.date_to, 'infinity') >= %(first)s
                       AND (scope.daycare_department_id IS NULL
                            OR scope.daycare_department_id = grp.department_id)
                  ORDER BY scope.daycare_department_id
                     LIMIT 1
                   ) tariff ON TRUE
             WHERE line.mode = 'hours' AND line.hour_to > line.hour_from
            """,
            share=share._share(SQL("reserved"), SQL("tariff")),
            reserved=share._reserved(),
            first=fields.Date.context_today(self).replace(day=1),
        )
