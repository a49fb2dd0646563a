from odoo import fields, models
from odoo.tools import SQL


class DaycareFundingReport(models.Model):
    """Days and francs of posted documents: who paid the care, by commune and month."""

    _name = "daycare.funding.report"
    _description = "Care by Commune and Funder"
    _auto = False
    _depends = {
        "daycare.billing.line": [
            "child_id",
            "commune",
            "company_id",
            "debtor_id",
            "group_id",
            "invoiced_amount",
            "invoiced_days",
            "month",
            "posted_rounding",
            "product_id",
        ],
        "daycare.group": ["department_id"],
        "daycare.guardian": ["role"],
        "res.company": ["currency_id"],
    }
    _order = "month, commune, id"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    month = fields.Date(readonly=True)
    commune = fields.Char(readonly=True)
    child_id = fields.Many2one("daycare.child", readonly=True)
    child_count = fields.Integer(
        string="# Children", aggregator="count_distinct", readonly=True
    )
    group_id = fields.Many2one("daycare.group", readonly=True)
    department_id = fields.Many2one("daycare.department", readonly=True)
    debtor_id = fields.Many2one("daycare.guardian", readonly=True)
    funder_id = fields.Many2one(
        "daycare.guardian",
        readonly=True,
        help="Who pays, if it is a third party: a commune, an employer, a foundation.",
    )
    days = fields.Float(digits=(16, 2), readonly=True)
    gross = fields.Monetary(
        string="Cost of the Care", readonly=True, help="Parents' share and subsidies."
    )
    parents = fields.Monetary(string="Parents' Share", readonly=True)
    subsidy = fields.Monetary(string="Subsidies", readonly=True)
    services = fields.Monetary(string="Meals and Services", readonly=True)
    rounding = fields.Monetary(readonly=True)
    total = fields.Monetary(string="Invoiced", readonly=True)

    @property
    def _table_query(self):
        """Return one row a calculated line that documents say something of."""
        return SQL(
            """
            SELECT line.id, line.company_id, company.currency_id, line.month,
                   line.commune, line.child_id, line.child_id AS child_count,
                   line.group_id, grp.department_id, line.debtor_id,
                   CASE WHEN guardian.role = 'third_party'
                        THEN line.debtor_id END AS funder_id,
                   line.invoiced_days AS days,
                   CASE WHEN line.product_id IS NULL
                        THEN line.invoiced_amount ELSE 0 END AS gross,
                   CASE WHEN line.product_id IS NULL
                         AND guardian.role <> 'third_party'
                        THEN line.invoiced_amount ELSE 0 END AS parents,
                   CASE WHEN line.product_id IS NULL
                         AND guardian.role = 'third_party'
                        THEN line.invoiced_amount ELSE 0 END AS subsidy,
                   CASE WHEN line.product_id IS NOT NULL
                        THEN line.invoiced_amount ELSE 0 END AS services,
                   COALESCE(line.posted_rounding, 0) AS rounding,
                   line.invoiced_amount + COALESCE(line.posted_rounding, 0) AS total
              FROM daycare_billing_line line
              JOIN daycare_guardian guardian ON guardian.id = line.debtor_id
              JOIN res_company company ON company.id = line.company_id
         LEFT JOIN daycare_group grp ON grp.id = line.group_id
             WHERE line.invoiced_amount <> 0 OR line.posted_rounding <> 0
            """
        )
