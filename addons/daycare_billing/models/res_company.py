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
        """Fill empty settings: care product, 30 days, 5-centime rounding, accounts.

        Called for each company whenever it gets a chart of accounts. With a second
        chart the accounts of the first are gone, though the settings are not: so each
        account is looked at by itself. What somebody has chosen stays.
        """
        term = self.env.ref(
            "account.account_payment_term_30days", raise_if_not_found=False
        )
        product = self.env.ref("daycare_billing.product_care", raise_if_not_found=False)
        rounding = self.env.ref(
            "daycare_billing.cash_rounding_5_centimes", raise_if_not_found=False
        )
        for company in self:
            company.daycare_product_id = company.daycare_product_id or product
            company.daycare_payment_term_id = company.daycare_payment_term_id or term
            company.daycare_cash_rounding_id = (
                company.daycare_cash_rounding_id or rounding
            )
            company.daycare_journal_id = (
                company.daycare_journal_id or company._daycare_first_journal()
            )
            company._daycare_prepare_income_accounts()
            company._daycare_prepare_rounding()
            company._daycare_prepare_reference()

    def _daycare_first_journal(self):
        return self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.id)], limit=1
        )

    def _daycare_own_products(self):
        """Return the products that come with the daycare, as the company sees them."""
        found = [
            self.env.ref(f"daycare_billing.{name}", raise_if_not_found=False)
            for name in ("product_care", "product_registration", "product_meal")
        ]
        products = self.env["product.product"].union(*filter(None, found))
        return products.with_company(self)

    def _daycare_prepare_income_accounts(self):
        """Book care as a service: 3400 of the Swiss chart, not its sales of goods."""
        account = (
            self.env["account.chart.template"]
            .with_company(self)
            .ref("ch_coa_3400", raise_if_not_found=False)
        )
        if account:
            bare = self._daycare_own_products().filtered(
                lambda product: not product.property_account_income_id
            )
            bare.property_account_income_id = account

    def _daycare_prepare_rounding(self):
        """Give the rounding the company's profit and loss accounts.

        Odoo refuses an invoice with a difference when they are missing, and the Swiss
        chart comes without such a rounding.
        """
        rounding = self.daycare_cash_rounding_id.with_company(self)
        if not rounding:
            return
        if not rounding.profit_account_id:
            rounding.profit_account_id = self.default_cash_difference_income_account_id
        if not rounding.loss_account_id:
            rounding.loss_account_id = self.default_cash_difference_expense_account_id

    def _daycare_prepare_reference(self):
        """Number invoices as a QR-IBAN asks for it, where there is one."""
        journal = self.daycare_journal_id
        if journal and self._daycare_qr_account():
            journal.invoice_reference_model = "ch"

    def _daycare_qr_account(self):
        """Return the company's first account if it is one with QR-IBAN."""
        return self.partner_id.bank_ids[:1].filtered("l10n_ch_qr_iban")
