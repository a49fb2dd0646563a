from odoo import api, fields, models
from odoo.tools import SQL

CLAIM_STATUS = [
    ("1", "Rejected"),
    ("2", "Entered"),
    ("4", "Checked"),
    ("8", "Processed"),
    ("16", "Valuated"),
]
REVIEW_STATUS = [
    ("1", "Idle"),
    ("2", "Not Selected"),
    ("4", "Selected"),
    ("8", "Delivered"),
    ("16", "Bypassed"),
]


class OpenimisClaim(models.Model):
    """A claim of a health facility, with openIMIS' amounts and status."""

    _name = "openimis.claim"
    _description = "openIMIS Claim"
    _inherit = [
        "openimis.record",
        "account.billing.source.mixin",
        "exchange.journal.mixin",
    ]
    # what openIMIS and the facility go on saying of a claim that has been paid
    _billing_free = (
        "active",
        "billing_excluded",
        "openimis_version",
        "openimis_date_updated",
        "explanation",
        "review_status",
        "feedback_status",
    )
    _order = "billing_date desc, id desc"
    _rec_name = "code"

    code = fields.Char("Claim Number", required=True, index=True)
    insuree_id = fields.Many2one(
        "openimis.insuree",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    health_facility_id = fields.Many2one(
        "res.partner",
        index=True,
        check_company=True,
        ondelete="restrict",
        domain=[("openimis_is_facility", "=", True)],
    )
    location_id = fields.Many2one(
        related="health_facility_id.openimis_location_id", store=True, engine=True
    )
    product_id = fields.Many2one(
        "openimis.product",
        "Insurance Product",
        index=True,
        check_company=True,
        ondelete="restrict",
        help="Product of the lines that do not name one themselves.",
    )
    policy_id = fields.Many2one(
        "openimis.policy",
        index="btree_not_null",
        check_company=True,
        ondelete="restrict",
    )
    date_from = fields.Date("Visit From")
    date_to = fields.Date("Visit To")
    date_claimed = fields.Date(help="Day the facility handed the claim in.")
    date_processed = fields.Date(
        help="Day openIMIS processed the claim (process_stamp); decides the period."
    )
    billing_date = fields.Date(
        compute="_compute_billing_date",
        store=True,
        engine=True,
        index=True,
        help="Date that decides the period: processed, else end or start of the visit.",
    )
    visit_type = fields.Selection(
        [("E", "Emergency"), ("R", "Referral"), ("O", "Other")]
    )
    care_type = fields.Selection([("I", "In-patient"), ("O", "Out-patient")])
    icd_code = fields.Char(
        "ICD Code", help="Main diagnosis in the International Classification."
    )
    icd_name = fields.Char("Diagnosis")
    claim_admin = fields.Char("Claim Administrator")
    explanation = fields.Text()
    status = fields.Selection(
        CLAIM_STATUS,
        required=True,
        default="2",
        index=True,
        help="Status with openIMIS' numbers.",
    )
    review_status = fields.Selection(
        REVIEW_STATUS, default="1", help="Medical review, with openIMIS' numbers."
    )
    feedback_status = fields.Selection(
        REVIEW_STATUS,
        default="1",
        help="Feedback of the insuree, with openIMIS' numbers.",
    )
    rejection_reason = fields.Integer(help="Code of openIMIS; 0 means accepted.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    claimed = fields.Monetary(help="As the facility claimed it.")
    approved = fields.Monetary(
        "Approved Amount",
        help="What is left after openIMIS' checks and review, before relative prices.",
    )
    reinsured = fields.Monetary(help="Part that a re-insurer bears.")
    valuated = fields.Monetary(
        "Valuated Amount",
        help="Worth after relative prices, as openIMIS says; a closing writes it for "
        "the claims it valuates.",
    )
    remunerated = fields.Monetary(
        help="What the facility is paid. Bills add up the lines; this total is only "
        "compared with them."
    )
    batch_run_id = fields.Many2one("openimis.batch.run", index="btree_not_null")
    closing_valuation = fields.Json(
        "Valuation by a Closing",
        readonly=True,
        copy=False,
        engine=True,
        help="What a closing wrote over: status 8, valuated and remunerated; and what "
        "it wrote. Taken back when no bill bills the claim any more.",
    )
    line_ids = fields.One2many("openimis.claim.line", "claim_id", "Items and Services")
    has_twin = fields.Boolean(
        "There Twice",
        compute="_compute_has_twin",
        search="_search_has_twin",
        help="Another claim has the same number, facility and day of visit.",
    )

    _billing_idx = models.Index("(company_id, billing_date, billing_state)")

    @api.depends("date_processed", "date_to", "date_from", "date_claimed")
    def _compute_billing_date(self):
        for claim in self:
            claim.billing_date = (
                claim.date_processed
                or claim.date_to
                or claim.date_from
                or claim.date_claimed
            )

    def _compute_has_twin(self):
        twins = self._all_twins()
        for claim in self:
            claim.has_twin = claim._origin.id in twins

    def _search_has_twin(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in" if True in value else "not in", self._all_twins())]

    @api.model
    def _all_twins(self):
        """Return the ids of all claims that are there twice.

        :return: list
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT array_agg(claim.id)
                  FROM openimis_claim claim
                 WHERE claim.active
                   AND claim.status IN ('4', '8', '16')
                   AND NOT COALESCE(claim.billing_excluded, false)
              GROUP BY claim.company_id, claim.code, claim.health_facility_id,
                       COALESCE(claim.date_from, claim.date_to, claim.billing_date)
                HAVING COUNT(*) > 1
                   AND bool_or(claim.openimis_uuid IS NULL)
                """
            )
        )
        return [claim for (group,) in rows for claim in group]
