from odoo import fields, models
from odoo.tools import SQL


class DaycareIncomeReview(models.Model):
    """Placed children whose household's income is missing, outdated or confidential."""

    _name = "daycare.income.review"
    _description = "Income Review"
    _auto = False
    _depends = {
        "daycare.child": ["active", "company_id"],
        "daycare.child.guardian": [
            "child_id",
            "guardian_id",
            "is_main",
            "is_secondary",
        ],
        "daycare.income": ["guardian_id", "date_from", "confidential"],
        "daycare.sector": ["child_id", "date_to"],
        "res.company": ["daycare_income_months"],
    }
    _order = "status, child_id"

    child_id = fields.Many2one("daycare.child", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    guardian_id = fields.Many2one(
        "daycare.guardian", string="Main Parent", readonly=True
    )
    date_from = fields.Date(string="Last Income Page", readonly=True)
    status = fields.Selection(
        [
            ("missing", "Missing"),
            ("outdated", "Outdated"),
            ("confidential", "Confidential"),
            ("current", "Current"),
        ],
        readonly=True,
    )

    @property
    def _table_query(self):
        """Per placed child, the latest page begun of either parent decides."""
        today = fields.Date.context_today(self)
        return SQL(
            """
            SELECT child.id AS id, child.id AS child_id, child.company_id,
                   main.guardian_id, income.date_from,
                   CASE WHEN income.date_from IS NULL THEN 'missing'
                        WHEN income.confidential THEN 'confidential'
                        WHEN income.date_from + make_interval(
                                 months => company.daycare_income_months
                             ) <= %(today)s THEN 'outdated'
                        ELSE 'current' END AS status
              FROM daycare_child child
              JOIN res_company company ON company.id = child.company_id
         LEFT JOIN daycare_child_guardian main
                ON main.child_id = child.id AND main.is_main
         LEFT JOIN LATERAL (
                    SELECT page.date_from, page.confidential
                      FROM daycare_child_guardian link
                      JOIN daycare_income page ON page.guardian_id = link.guardian_id
                     WHERE link.child_id = child.id
                       AND (link.is_main OR link.is_secondary)
                       AND page.date_from <= %(today)s
                  ORDER BY page.date_from DESC, page.confidential DESC
                     LIMIT 1
                   ) income ON TRUE
             WHERE child.active
               AND EXISTS (SELECT FROM daycare_sector sector
                            WHERE sector.child_id = child.id
                              AND sector.date_to >= %(today)s)
            """,
            today=today,
        )

    def action_open_guardian(self):
        """Open the main parent, where incomes are entered.

        :return: a window action
        """
        self.ensure_one()
        return (self.guardian_id or self.child_id).get_formview_action()
