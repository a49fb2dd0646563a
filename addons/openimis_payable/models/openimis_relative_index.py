from odoo import api, fields, models
from odoo.tools import SQL


class OpenimisRelativeIndex(models.Model):
    """Index that turns relative prices into money, per product and period.

    It is kept while a bill rests on it: claims that arrive late are valuated with the
    very index of their period, and bills already issued stay right.
    """

    _name = "openimis.relative.index"
    _description = "openIMIS Relative Index"
    _inherit = ["openimis.record"]
    _order = "date_to desc, product_id, care_type"

    product_id = fields.Many2one(
        "openimis.product",
        "Insurance Product",
        required=True,
        index=True,
        check_company=True,
        ondelete="cascade",
    )
    batch_run_id = fields.Many2one(
        "openimis.batch.run", index="btree_not_null", check_company=True
    )
    type = fields.Selection(
        [
            ("12", "Monthly"),
            ("4", "Quarterly"),
            ("2", "Half-yearly"),
            ("1", "Yearly"),
        ],
        "Period Type",
        required=True,
        default="12",
    )
    care_type = fields.Selection(
        [("B", "In- and Out-patient"), ("I", "In-patient"), ("O", "Out-patient")],
        required=True,
        default="B",
    )
    date_from = fields.Date(required=True)
    date_to = fields.Date(required=True)
    year = fields.Integer(compute="_compute_period", store=True, readonly=False)
    period = fields.Integer(compute="_compute_period", store=True, readonly=False)
    currency_id = fields.Many2one(related="company_id.currency_id")
    allocated = fields.Monetary("Allocated Contribution")
    distribution = fields.Float("Distribution (%)", digits=(5, 2), default=100.0)
    weight = fields.Float("Weight (%)", digits=(5, 2), default=100.0)
    base_amount = fields.Monetary("Amount at Relative Prices")
    rel_index = fields.Float("Relative Index", digits=(18, 10), required=True)

    _period_uniq = models.Constraint(
        "unique(company_id, product_id, care_type, date_from, date_to)",
        "A product has one relative index per care type and period.",
    )

    def _key(self):
        """Return what tells the index from all others."""
        return (self.product_id.id, self.care_type, self.date_from, self.date_to)

    def _unused(self):
        """Return the indexes of the set that no billed claim was valuated with."""
        if not self:
            return self
        for model in ("openimis.claim", "openimis.claim.line"):
            self.env[model].flush_model()
        self.flush_model()
        used = self.env.execute_query(
            SQL(
                """
                SELECT index.id
                  FROM openimis_relative_index index
                 WHERE index.id = ANY(%s)
                   AND EXISTS (
                       SELECT 1
                         FROM openimis_claim claim
                         JOIN openimis_claim_line line ON line.claim_id = claim.id
                        WHERE claim.company_id = index.company_id
                          AND claim.billing_move_id IS NOT NULL
                          AND claim.billing_date
                              BETWEEN index.date_from AND index.date_to
                          AND COALESCE(line.product_id, claim.product_id)
                              = index.product_id
                          AND line.price_origin = 'R'
                          AND line.remunerated_amount_given)
                """,
                self.ids,
            )
        )
        return self - self.browse(index_id for (index_id,) in used)

    @api.depends("date_to", "type")
    def _compute_period(self):
        for index in self.filtered("date_to"):
            months = 12 // int(index.type)
            index.year = index.date_to.year
            index.period = (index.date_to.month - 1) // months + 1
