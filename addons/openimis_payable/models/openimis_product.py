from odoo import api, fields, models

CAPITATION_WEIGHTS = (
    "weight_population",
    "weight_nb_families",
    "weight_insured_population",
    "weight_nb_insured_families",
    "weight_nb_visits",
    "weight_adjusted_amount",
)


class OpenimisProduct(models.Model):
    """An insurance product: accounts, prices and the weights of capitation."""

    _name = "openimis.product"
    _description = "openIMIS Insurance Product"
    _inherit = ["openimis.record", "mail.thread"]
    _rec_names_search = ["code", "name"]
    _order = "code"

    code = fields.Char(required=True, index=True, tracking=True)
    name = fields.Char(required=True)
    location_id = fields.Many2one(
        "openimis.location",
        index=True,
        check_company=True,
        ondelete="restrict",
        help="Area that owns the product; empty for a national product.",
    )
    date_from = fields.Date("Valid From")
    date_to = fields.Date("Valid To")
    lump_sum = fields.Monetary(help="Price of the policy per family.")
    currency_id = fields.Many2one(related="company_id.currency_id")

    account_remuneration_code = fields.Char(
        "Remuneration Account Code",
        help="Ledger code of what providers are paid (acc_code_remuneration).",
    )
    account_remuneration_id = fields.Many2one(
        "account.account",
        "Remuneration Account",
        check_company=True,
        tracking=True,
        help="Overrules the account found by its code.",
    )
    account_premium_code = fields.Char(
        "Premium Account Code",
        help="Ledger code of contributions (acc_code_premiums).",
    )
    account_premium_id = fields.Many2one(
        "account.account",
        "Premium Account",
        check_company=True,
        tracking=True,
        help="Overrules the account found by its code.",
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account", check_company=True, ondelete="restrict"
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Purchase Taxes",
        check_company=True,
        domain=[("type_tax_use", "=", "purchase")],
    )

    share_contribution = fields.Float(
        "Share of Contribution (%)",
        digits=(16, 6),
        default=100.0,
        help="Part of the allocated contribution that is paid by capitation.",
    )
    weight_population = fields.Float("Weight: Population (%)", digits=(16, 6))
    weight_nb_families = fields.Float("Weight: Families (%)", digits=(16, 6))
    weight_insured_population = fields.Float(
        "Weight: Insured Population (%)", digits=(16, 6)
    )
    weight_nb_insured_families = fields.Float(
        "Weight: Insured Families (%)", digits=(16, 6)
    )
    weight_nb_visits = fields.Float("Weight: Visits (%)", digits=(16, 6))
    weight_adjusted_amount = fields.Float("Weight: Adjusted Amount (%)", digits=(16, 6))
    capitation_weight = fields.Float(
        "Sum of Weights (%)",
        compute="_compute_capitation_weight",
        store=True,
        engine=True,
    )
    level_ids = fields.One2many(
        "openimis.product.level", "product_id", "Levels Paid by Capitation"
    )

    period_rel_prices = fields.Selection(
        [("M", "Monthly"), ("Q", "Quarterly"), ("Y", "Yearly")],
        "Relative Price Period",
        default="M",
        required=True,
    )
    relative_care_type = fields.Selection(
        [("B", "One Index for All Care"), ("S", "In- and Out-patient Apart")],
        "Relative Price Care",
        default="B",
        required=True,
    )
    ceiling_interpretation = fields.Selection(
        [("H", "Hospital Level"), ("I", "Length of Stay")],
        default="I",
        help="What makes a claim an in-patient claim.",
    )
    relative_weight = fields.Float(
        "Relative Price Weight (%)",
        digits=(16, 6),
        default=100.0,
        help="Part of the allocated contribution that relative prices share.",
    )
    distribution_ids = fields.One2many(
        "openimis.product.distribution", "product_id", "Distribution per Month"
    )
    payment_plan_ids = fields.One2many(
        "openimis.payment.plan", "product_id", "Payment Plans"
    )

    _code_uniq = models.UniqueIndex(
        "(company_id, code) WHERE active",
        "The code of a product must be unique per company.",
    )

    @api.depends(*CAPITATION_WEIGHTS)
    def _compute_capitation_weight(self):
        for product in self:
            product.capitation_weight = sum(
                product[weight] for weight in CAPITATION_WEIGHTS
            )

    @api.constrains("tax_ids")
    def _check_taxes(self):
        self.tax_ids._check_openimis_added()

    @api.depends("code", "name")
    def _compute_display_name(self):
        for product in self:
            product.display_name = f"[{product.code}] {product.name}"

    def _is_valid(self, start, end):
        """Tell whether the product is in force some day of a period."""
        return (self.date_from or start) <= end and (self.date_to or end) >= start
