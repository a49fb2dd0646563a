from odoo import fields, models


class ResCompany(models.Model):
    """How a daycare centre bills."""

    _inherit = "res.company"

    daycare_journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', '=', 'sale')]",
        check_company=True,
    )
    daycare_product_id = fields.Many2one(
        "product.product",
        string="Care Product",
        help="Gives the income account where a group has none of its own.",
    )
    daycare_tax_id = fields.Many2one(
        "account.tax",
        string="Daycare VAT",
        domain="[('type_tax_use', '=', 'sale')]",
        check_company=True,
        help="Childcare is excluded from VAT (art. 21 al. 2 ch. 9 LTVA). Empty for a "
        "company that is not registered; «0% EXC» for one that is.",
    )
    daycare_cash_rounding_id = fields.Many2one("account.cash.rounding")
    daycare_payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Daycare Payment Terms",
        help="Empty: those of each debtor.",
    )
    daycare_service_period = fields.Selection(
        [("current", "The Invoice's Month"), ("next", "The Following Month")],
        default="current",
        required=True,
        help="The following month is billed in advance («facturation anticipée»).",
    )
    daycare_correction_months = fields.Integer(
        default=12,
        help="How many billed months before are compared with today's data.",
    )
    daycare_income_months = fields.Integer(
        default=12, help="Income pages older than this many months are outdated."
    )
    daycare_require_address = fields.Boolean(
        default=True,
        help="No invoice to a debtor without street, postcode, town and country: the "
        "QR-bill could not be printed.",
    )

    _daycare_months_positive = models.Constraint(
        "CHECK(daycare_correction_months >= 0 AND daycare_income_months > 0)",
        "The numbers of months of the daycare settings must be positive.",
    )

    def _daycare_prepare_billing(self):
        """Fill empty settings: care product, 30 days, 5-centime rounding.

        Called for each company as soon as it has a chart of accounts.
        """
        term = self.env.ref(
            "account.account_payment_term_30days", raise_if_not_found=False
        )
        product = self.env.ref("daycare_billing.product_care", raise_if_not_found=False)
        for company in self:
            if product and not company.daycare_product_id:
                company.daycare_product_id = product
                company._daycare_prepare_income_account(product)
            if term and not company.daycare_payment_term_id:
                company.daycare_payment_term_id = term
            if not company.daycare_cash_rounding_id:
                company.daycare_cash_rounding_id = company._daycare_cash_rounding()

    def _daycare_prepare_income_account(self, product):
        """Book care as a service: 3400 of the Swiss chart, not its sales of goods."""
        account = self.env["account.chart.template"]
        account = account.with_company(self).ref(
            "ch_coa_3400", raise_if_not_found=False
        )
        own = product.with_company(self)
        if account and not own.property_account_income_id:
            own.property_account_income_id = account

    def _daycare_cash_rounding(self):
        """Return the 5-centime rounding, with the company's profit and loss accounts.

        Odoo refuses an invoice with a difference when the accounts are missing, and
        the Swiss chart comes without such a rounding.
        """
        rounding = self.env.ref(
            "daycare_billing.cash_rounding_5_centimes", raise_if_not_found=False
        )
        if not rounding:
            return rounding
        own = rounding.with_company(self)
        own.profit_account_id = (
            own.profit_account_id or self.default_cash_difference_income_account_id
        )
        own.loss_account_id = (
            own.loss_account_id or self.default_cash_difference_expense_account_id
        )
        return rounding
