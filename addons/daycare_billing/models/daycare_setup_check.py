from odoo import api, fields, models

#: Without these Odoo creates no invoice.
BLOCKING = ("chart", "journal", "rounding")


class DaycareSetupCheck(models.AbstractModel):
    """What a centre needs before it bills, each point with what is missing."""

    _name = "daycare.setup.check"
    _description = "Daycare Setup Check"

    @api.model
    def _points(self, company):
        """Look at every point.

        :param company: `res.company`
        :return: list of dict: `code`, `name`, `text` (empty when all is well),
            `record` to open, `fixable` by one click
        """
        # sudo: whoever bills may know what is missing, and may not read it all
        company = company.sudo().with_company(company)
        return [
            self._chart(company),
            self._currency(company),
            self._address(company),
            self._bank(company),
            self._journal(company),
            self._reference(company),
            self._income_account(company),
            self._rounding(company),
            self._groups(company),
            self._slots(company),
            self._tariffs(company),
        ]

    @api.model
    def _open_points(self, company):
        """Return the points that are not well."""
        return [point for point in self._points(company) if point["text"]]

    def _point(self, code, name, text, record, fixable=False):
        return {
            "code": code,
            "name": name,
            "text": text or "",
            "record": record,
            "fixable": bool(text) and fixable,
        }

    def _chart(self, company):
        text = not company.chart_template and self.env._(
            "Choose the fiscal localization «Switzerland» in the settings of Invoicing."
        )
        return self._point("chart", self.env._("Chart of accounts"), text, company)

    def _currency(self, company):
        currency = company.currency_id
        text = currency.name not in ("CHF", "EUR") and self.env._(
            "The company's currency is %(currency)s. A QR-bill is in CHF or EUR.",
            currency=currency.name,
        )
        return self._point("currency", self.env._("Currency"), text, company)

    def _address(self, company):
        partner = company.partner_id
        whole = partner.zip and partner.city and partner.country_id
        text = not whole and self.env._(
            "The address of %(company)s is incomplete: no QR-bill can be printed.",
            company=company.name,
        )
        name = self.env._("Address of the company")
        return self._point("company_address", name, text, partner)

    def _bank(self, company):
        text = not company.partner_id.bank_ids and self.env._(
            "%(company)s has no bank account: no QR-bill will be printed.",
            company=company.name,
        )
        name = self.env._("Bank account, with QR-IBAN if there is one")
        return self._point("bank_account", name, text, company.partner_id)

    def _journal(self, company):
        journal = company.daycare_journal_id or company._daycare_first_journal()
        text = not journal and self.env._("There is no sales journal.")
        name = self.env._("Sales journal")
        return self._point("journal", name, text, company, bool(journal))

    def _reference(self, company):
        journal = company.daycare_journal_id or company._daycare_first_journal()
        needed = journal and company._daycare_qr_account()
        text = (
            needed
            and journal.invoice_reference_model != "ch"
            and self.env._(
                "The bank account has a QR-IBAN, and the journal %(journal)s does not "
                "number invoices for it: no QR-bill will be printed.",
                journal=journal.name,
            )
        )
        name = self.env._("Reference of the QR-bill")
        return self._point("reference", name, text, journal, True)

    def _income_account(self, company):
        care = company.daycare_product_id.with_company(company)
        bare = (company._daycare_own_products() | care).filtered(
            lambda product: not product.property_account_income_id
        )
        if self._groups_have_accounts(company):
            bare -= care
        text = bare and self.env._(
            "%(products)s: no income account of their own. They would be booked as "
            "sales of goods.",
            products=", ".join(bare.mapped("name")),
        )
        if not care:
            text = self.env._("There is no care product.")
        name = self.env._("Income accounts")
        swiss = company.chart_template == "ch"
        return self._point("income_account", name, text, care, swiss)

    def _groups_have_accounts(self, company):
        groups = self.env["daycare.group"].sudo()
        own = groups.search([("company_id", "=", company.id)])
        return bool(own) and all(group.income_account_id for group in own)

    def _rounding(self, company):
        rounding = company.daycare_cash_rounding_id.with_company(company)
        wrong = rounding.strategy == "add_invoice_line" and not (
            rounding.profit_account_id and rounding.loss_account_id
        )
        text = wrong and self.env._(
            "The rounding «%(rounding)s» has no profit or loss account: Odoo refuses "
            "an invoice with an odd centime.",
            rounding=rounding.name,
        )
        known = (
            company.default_cash_difference_income_account_id
            and company.default_cash_difference_expense_account_id
        )
        name = self.env._("5-centime rounding")
        return self._point("rounding", name, text, rounding, bool(known))

    def _groups(self, company):
        groups = self.env["daycare.group"].sudo()
        found = groups.search_count([("company_id", "=", company.id)], limit=1)
        text = not found and self.env._("There is no group yet.")
        return self._point("groups", self.env._("Groups"), text, groups)

    def _slots(self, company):
        weightless = (
            self.env["daycare.slot"]
            .sudo()
            ._read_group(
                [
                    ("company_id", "=", company.id),
                    ("weight", "=", 0),
                    ("group_id.mode", "=", "slots"),
                    ("group_id.active", "=", True),
                ],
                ["group_id"],
            )
        )
        groups = self.env["daycare.group"].union(*(group for (group,) in weightless))
        text = groups and self.env._(
            "%(group)s: some slots are worth 0 %% of a day and cost nothing.",
            group=", ".join(groups.mapped("display_name")),
        )
        name = self.env._("Shares of a day")
        return self._point("slot_weight", name, text, groups[:1])

    def _tariffs(self, company):
        today = fields.Date.context_today(self).replace(day=1)
        tariffs = self.env["daycare.tariff"].sudo()
        in_force = tariffs._in_force(company, today)
        groups = self.env["daycare.group"].sudo()
        bare = groups.search([("company_id", "=", company.id)]).filtered(
            lambda group: group.id not in in_force
        )
        text = bare and self.env._(
            "No tariff is in force today for %(groups)s.",
            groups=", ".join(bare.mapped("name")),
        )
        if not tariffs.search_count([("company_id", "=", company.id)], limit=1):
            text = self.env._("There is no tariff yet.")
        return self._point("tariff", self.env._("Tariffs"), text, tariffs)

    @api.model
    def _fix(self, company):
        """Set up by itself what can be: accounts, journal, reference.

        :param company: `res.company`
        """
        # sudo: a manager of the daycare sets it up without being the accountant's
        company.sudo().with_company(company)._daycare_prepare_billing()
