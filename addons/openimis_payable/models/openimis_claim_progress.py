from odoo import fields, models
from odoo.tools import SQL

from .openimis_claim import CLAIM_STATUS

STEPS = [
    ("1", "Received"),
    ("2", "Processed"),
    ("3", "On a Draft Bill"),
    ("4", "Validated"),
    ("5", "Paid"),
    ("8", "Not to Bill"),
    ("9", "Rejected"),
]
#: Steps in which a claim waits for somebody.
WAITING = ("1", "2", "3", "4")
#: A month in each row of an ageing, as of bills.
AGES = [("1", "0 to 30 Days"), ("2", "31 to 60"), ("3", "61 to 90"), ("4", "Over 90")]


class OpenimisClaimProgress(models.Model):
    """A claim's way in time: received, processed, billed, validated and paid.

    It tells how long each step took, what waits and for how long, and what was paid
    within the term. No insuree and no diagnosis: who reads it plans work and money.
    """

    _name = "openimis.claim.progress"
    _description = "Claim in Time"
    _auto = False
    _order = "date_received, id"
    _rec_name = "code"

    code = fields.Char("Claim Number", readonly=True)
    claim_id = fields.Many2one("openimis.claim", readonly=True)
    move_id = fields.Many2one("account.move", "Bill", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    health_facility_id = fields.Many2one("res.partner", readonly=True)
    location_id = fields.Many2one("openimis.location", "Area", readonly=True)
    product_id = fields.Many2one("openimis.product", "Insurance Product", readonly=True)
    status = fields.Selection(CLAIM_STATUS, "Status in openIMIS", readonly=True)
    step = fields.Selection(STEPS, readonly=True, help="How far the claim has come.")
    date_received = fields.Date(
        "Received On",
        readonly=True,
        help="Day the facility handed the claim in; the end of the visit where "
        "openIMIS does not say.",
    )
    date_processed = fields.Date("Processed On", readonly=True)
    date_billed = fields.Date("Billed On", readonly=True, help="Date of the bill.")
    date_validated = fields.Date("Validated On", readonly=True)
    date_due = fields.Date(
        "To Be Paid By",
        readonly=True,
        help="The term of the settings, from the day the claim was handed in; without "
        "one, the due date of the bill.",
    )
    date_paid = fields.Date("Paid On", readonly=True)
    days_to_process = fields.Integer(readonly=True, aggregator="avg")
    days_to_bill = fields.Integer(readonly=True, aggregator="avg")
    days_to_validate = fields.Integer(readonly=True, aggregator="avg")
    days_to_pay = fields.Integer(readonly=True, aggregator="avg")
    days_in_all = fields.Integer(
        "Days from Receipt to Payment", readonly=True, aggregator="avg"
    )
    days_waiting = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="Days since the claim was handed in, as long as it is not paid.",
    )
    age = fields.Selection(
        AGES, readonly=True, help="How long a claim that is not paid has waited."
    )
    in_time = fields.Float(
        "Paid in Time",
        readonly=True,
        aggregator="avg",
        help="Share of the claims that were paid within the term. One that waits "
        "beyond its term counts as not paid in time; within it, it does not count.",
    )
    claimed = fields.Monetary(readonly=True)
    amount = fields.Monetary(
        readonly=True,
        help="What the claim is worth by now: what its bill bills; before, what "
        "openIMIS says is remunerated, else approved, else claimed: the first that is "
        "not zero.",
    )

    @property
    def _table_query(self):
        # Today is the user's, as everywhere: the database's may be another one.
        return SQL(
            """
            SELECT way.*,
                   way.date_processed - way.date_received AS days_to_process,
                   way.date_billed - way.date_processed AS days_to_bill,
                   way.date_validated - way.date_billed AS days_to_validate,
                   way.date_paid - way.date_validated AS days_to_pay,
                   way.date_paid - way.date_received AS days_in_all,
                   CASE WHEN way.step IN %(waiting)s
                        THEN %(today)s - way.date_received END AS days_waiting,
                   CASE WHEN way.step NOT IN %(waiting)s
                          OR way.date_received IS NULL THEN NULL
                        WHEN %(today)s - way.date_received <= 30 THEN '1'
                        WHEN %(today)s - way.date_received <= 60 THEN '2'
                        WHEN %(today)s - way.date_received <= 90 THEN '3'
                        ELSE '4' END AS age,
                   CASE WHEN way.step = '5'
                        THEN (way.date_paid <= way.date_due)::int::float
                        WHEN way.step IN %(waiting)s AND way.date_due < %(today)s
                        THEN 0 END AS in_time
              FROM (
                SELECT claim.id, claim.id AS claim_id, claim.code, claim.company_id,
                       claim.health_facility_id, claim.location_id, claim.product_id,
                       claim.status, claim.claimed, move.id AS move_id,
                       COALESCE(
                           CASE WHEN move.id IS NOT NULL THEN (
                               SELECT SUM(link.amount)
                                      / COALESCE(
                                          NULLIF(move.invoice_currency_rate, 0), 1)
                                 FROM account_billing_link link
                                WHERE link.res_model = 'openimis.claim'
                                  AND link.res_id = claim.id
                                  AND link.move_id = claim.billing_move_id
                                  AND link.state = 'active') END,
                           NULLIF(claim.remunerated, 0),
                           NULLIF(claim.approved, 0), claim.claimed
                       ) AS amount,
                       claim.date_processed,
                       move.invoice_date AS date_billed,
                       CASE WHEN move.state = 'posted'
                            THEN move.openimis_date_validated END AS date_validated,
                       stand.*,
                       CASE WHEN company.openimis_claim_days > 0
                            THEN stand.date_received + company.openimis_claim_days
                            ELSE move.invoice_date_due END AS date_due
                  FROM openimis_claim claim
                  JOIN res_company company ON company.id = claim.company_id
             LEFT JOIN account_move move ON move.id = claim.billing_move_id
    CROSS JOIN LATERAL (
                SELECT COALESCE(claim.date_claimed, claim.date_to, claim.date_from)
                           AS date_received,
                       CASE WHEN move.openimis_status IN ('2', '7')
                            THEN move.openimis_date_payed END AS date_paid,
                       CASE WHEN move.openimis_status IN ('2', '7') THEN '5'
                            WHEN move.state = 'posted' THEN '4'
                            WHEN move.id IS NOT NULL THEN '3'
                            WHEN claim.status = '1' THEN '9'
                            WHEN claim.billing_excluded THEN '8'
                            WHEN claim.status IN ('8', '16') THEN '2'
                            ELSE '1' END AS step
                OFFSET 0) stand -- worked out once, however often it is asked for
                 WHERE claim.active
              ) way
            """,
            waiting=WAITING,
            today=fields.Date.context_today(self),
        )

    def action_open_claim(self):
        """Open the claim's own form.

        :return: window action
        """
        self.ensure_one()
        return self.claim_id.get_formview_action()
