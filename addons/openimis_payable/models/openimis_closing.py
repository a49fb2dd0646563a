from dateutil.relativedelta import relativedelta

from odoo import fields, models

#: what a preview depends on
CHOICES = {
    "capitation_granularity",
    "cash_granularity",
    "claim_granularity",
    "commission_granularity",
    "date_from",
    "date_to",
    "fee_granularity",
    "header_policy",
    "include_children",
    "include_late",
    "invoice_date",
    "journal_id",
    "location_id",
    "move_line_policy",
    "partner_ids",
    "product_ids",
    "types",
}


class OpenimisClosing(models.Model):
    """Close accounts payable for an area and a period."""

    _name = "openimis.closing"
    _description = "openIMIS Closing"
    _inherit = ["account.billing.run.mixin"]
    _exchange_sequence_code = "openimis.closing"

    location_id = fields.Many2one(
        "openimis.location",
        "Area",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        help="Products of this area are closed. Empty: the whole country.",
    )
    include_children = fields.Boolean(
        "With Sub-areas",
        default=True,
        help="Also products of the areas below. Without it, and without an area, only "
        "national products are closed.",
    )
    date_from = fields.Date(
        required=True, default=lambda self: self._default_month_start(), tracking=True
    )
    date_to = fields.Date(
        required=True,
        default=lambda self: self._default_month_start() + relativedelta(day=31),
        tracking=True,
    )
    types = fields.Many2many(
        "openimis.payable.type",
        string="Payable Types",
        required=True,
        default=lambda self: self.env.ref("openimis_payable.type_claim"),
    )
    product_ids = fields.Many2many(
        "openimis.product",
        string="Insurance Products",
        check_company=True,
        help="Only these products; all products of the area when empty.",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Third Parties",
        check_company=True,
        help="Only bills for these third parties; everybody when empty.",
    )
    claim_granularity = fields.Selection(
        [("claim", "One Line per Claim"), ("item", "One Line per Item or Service")],
        default="claim",
        required=True,
        help="Claimed as unit price, remunerated as net, the difference as discount.",
    )
    capitation_granularity = fields.Selection(
        [("indicator", "One Line per Indicator"), ("product", "One Line per Product")],
        default="indicator",
        required=True,
        help="Per weighted indicator: quantity, unit price and discount (1 - share x "
        "weight). Per product: the calculation is in the details.",
    )
    commission_granularity = fields.Selection(
        [("product", "One Line per Product"), ("policy", "One Line per Policy")],
        default="policy",
        required=True,
    )
    fee_granularity = fields.Selection(
        [("product", "One Line per Product"), ("policy", "One Line per Policy")],
        "Payment Fee Granularity",
        default="policy",
        required=True,
    )
    cash_granularity = fields.Selection(
        [("insuree", "One Bill per Insuree"), ("period", "One Bill per Period")],
        default="insuree",
        required=True,
        help="Per insuree: the head of the family is paid for all dependants. Per "
        "period: whom the payment plan names hands the money out.",
    )
    move_line_policy = fields.Selection(
        [
            ("auto", "Grouped above 100 Lines"),
            ("detailed", "One per Payable Line"),
            ("grouped", "Grouped by Account, Product and Tax"),
        ],
        "Invoice Lines",
        default="auto",
        required=True,
    )
    header_policy = fields.Selection(
        [
            ("lines", "Bill What the Lines Say"),
            ("exclude", "Leave the Claim Out"),
        ],
        "Header Disagrees with Lines",
        default="lines",
        required=True,
        help="What to do with a claim whose total is not that of its lines. openIMIS' "
        "totals are often wrong for claims of several lines; the difference is shown "
        "for each claim.",
    )
    late_policy = fields.Selection(
        [("new", "Another Bill"), ("join", "Join the Draft Bill")],
        "Late Documents",
        default="new",
        required=True,
        help="Where documents go that arrive after this closing has billed.",
    )
    include_late = fields.Boolean(
        "Earlier Periods Too",
        help="Also documents from before the period that were never billed.",
    )
    due_days = fields.Integer(
        "Due After (Days)",
        default=30,
        help="For third parties that have no payment terms.",
    )
    batch_run_id = fields.Many2one(
        "openimis.batch.run",
        readonly=True,
        copy=False,
        check_company=True,
        engine=True,
    )
    valuation = fields.Json(
        readonly=True,
        copy=False,
        help="Relative indexes the preview worked out.",
        engine=True,
    )
    candidate_ids = fields.One2many(
        "openimis.closing.line", "closing_id", "Candidates", readonly=True
    )

    def write(self, vals):
        """Forget a preview whose choices change, lest it be taken for the new one."""
        planned = self.filtered(lambda closing: closing.state == "planned")
        if CHOICES.intersection(vals) and planned:
            planned._set_state("draft")
        return super().write(vals)

    def _default_month_start(self):
        return fields.Date.context_today(self) + relativedelta(months=-1, day=1)
