from odoo import fields, models


class OpenimisPaymentPlan(models.Model):
    """How a product pays: the rule, its rates and how often."""

    _name = "openimis.payment.plan"
    _description = "openIMIS Payment Plan"
    _inherit = ["openimis.product.record"]
    _order = "code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True, index=True)
    name = fields.Char(required=True)
    calculation = fields.Selection(
        [
            ("claim", "Fee for Service"),
            ("capitation", "Capitation"),
            ("commission", "Commission"),
            ("fee", "Payment Fees"),
            ("cash", "Insuree Cash Payment"),
        ],
        required=True,
        default="claim",
        help="What the plan pays (openIMIS: calculation rule).",
    )
    calculation_uuid = fields.Char(
        "Calculation Rule UUID", help="Rule of openIMIS the plan was made with."
    )
    periodicity = fields.Integer(
        "Periodicity (Months)",
        default=1,
        required=True,
        help="The plan pays in closings that end in a month divisible by this number.",
    )
    date_from = fields.Date("Valid From")
    date_to = fields.Date("Valid To")
    rate = fields.Float(
        "Rate (%)", digits=(16, 6), help="Commission or fee; decimals are allowed."
    )
    lump_sum = fields.Monetary(help="Amount of a cash payment per policy.")
    payment_origin = fields.Char(
        help="Payment fees: only payments that came through this channel."
    )
    payer_id = fields.Many2one(
        "openimis.payer",
        check_company=True,
        ondelete="restrict",
        help="Whom the fee is paid to when the payment does not name a payer.",
    )
    disbursing_partner_id = fields.Many2one(
        "res.partner",
        check_company=True,
        ondelete="restrict",
        help="Cash payments billed per period: who hands the money out.",
    )
    parameters = fields.Json(help="Further parameters as openIMIS gives them.")

    _code_uniq = models.UniqueIndex(
        "(company_id, code) WHERE active",
        "The code of a payment plan must be unique per company.",
    )
    _periodicity_range = models.Constraint(
        "check(periodicity between 1 and 12)",
        "The periodicity is a number of months from 1 to 12.",
    )
    _rate_range = models.Constraint(
        "check(rate >= 0 and rate <= 100)", "The rate is between 0 and 100 percent."
    )
