from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.account_billing_run.models.billing_batch import BillingBatch
from odoo.addons.exchange_run.core.money import exact

from ..core import service_code
from ..core.const import ServiceType
from ..core.service_code import ServiceCodeError


class SofiBillingBatch(BillingBatch):
    """Customers and services of all charges, which invoice after invoice asks for."""

    def __init__(self, converter, run):
        super().__init__(converter, run)
        self._known = set()
        self._tenants = {}
        self._services = {}

    def tenants(self, sources):
        """Return {tenant key: customer}, of these charges at least."""
        self._look_up(sources)
        return self._tenants

    def services(self, sources):
        """Return {service key: Primmo service}; codes Primmo lacks are not there."""
        self._look_up(sources)
        return self._services

    def _look_up(self, sources):
        missing = sources.browse(i for i in sources.ids if i not in self._known)
        if missing:
            self._known.update(missing.ids)
            self._tenants.update(self.converter._read_tenants(missing))
            self._services.update(self.converter._read_services(missing))


class SofiBillingConverter(models.AbstractModel):
    """Archived charges become customer invoices, one a resident (spec 11)."""

    _name = "sofi.billing.converter"
    _description = "SOFI Charges"
    _inherit = ["account.billing.converter"]
    _source_model = "sofi.charge"
    _move_type = "out_invoice"

    @api.model
    def _new_batch(self, run):
        return SofiBillingBatch(self, run)

    @api.model
    def _sources_domain(self, batch):
        run = batch.run
        domain = Domain(
            [
                ("company_id", "=", run.company_id.id),
                ("state", "=", "archived"),
                ("billing_state", "=", "to_bill"),
            ]
        )
        domain &= self._invoiced_here(run.company_id)
        if run.date_from:
            domain &= Domain("service_day", ">=", run.date_from)
        if run.date_to:
            domain &= Domain("service_day", "<=", run.date_to)
        return domain

    @api.model
    def _invoiced_here(self, company):
        """Return the domain of the charges that Primmo has not billed already.

        What was exported before a residence began to invoice in Odoo went to Primmo,
        and so did what was served before the day it chose.
        """
        # sudo: who invoices need not read the settings of residences
        residences = self.env["sofi.residence"].sudo().with_context(active_test=False)
        found = residences.search(
            [("company_id", "=", company.id), ("invoice_customers", "=", True)]
        )
        return Domain.OR([residence._invoiced_here() for residence in found])

    @api.model
    def _exclusions(self, batch, sources):
        """Leave out charges without a customer, and those billed from another line."""
        tenants, reasons = batch.tenants(sources), {}
        billed = self._billed_elsewhere(sources)
        no_customer = self.env._(
            "The resident has no customer here: import the tenants, then create "
            "their customers."
        )
        again = self.env._("The same charge was billed before, from an earlier export.")
        for source in sources:
            if (source.residence_id.id, source.sofi_charge_id) in billed:
                reasons[source.id] = ("billed_before", again)
            elif not tenants[self._tenant_key(source)]:
                reasons[source.id] = ("no_customer", no_customer)
        return reasons

    @api.model
    def _billed_elsewhere(self, sources):
        """Return (residence id, charge id) of charges another journal line billed."""
        lines = self.env["sofi.charge"].search_fetch(
            [
                ("sofi_charge_id", "in", sources.mapped("sofi_charge_id")),
                ("residence_id", "in", sources.residence_id.ids),
                ("billing_move_id", "!=", False),
            ],
            ["residence_id", "sofi_charge_id"],
        )
        return {(x.residence_id.id, x.sofi_charge_id) for x in lines - sources}

    @api.model
    def _read_tenants(self, sources):
        """Return {tenant key: customer} of the charges' residents."""
        tenants = (
            self.env["primmo.tenant"]
            .sudo()  # sudo: who invoices sees the customer, not the tenant
            .with_context(active_test=False)
            .search_fetch(
                [
                    ("residence_id", "in", sources.residence_id.ids),
                    ("external_id", "in", sources.mapped("external_id")),
                ],
                ["residence_id", "external_id", "partner_id"],
            )
        )
        customers = {
            (t.residence_id.id, t.external_id): t.partner_id.sudo(False)
            for t in tenants
        }
        keys = {self._tenant_key(source) for source in sources}
        nobody = self.env["res.partner"]
        return {key: customers.get(key, nobody) for key in keys}

    @api.model
    def _group_key(self, batch, source):
        return *self._tenant_key(source), source.currency_id.id

    @api.model
    def _tenant_key(self, source):
        return source.residence_id.id, source.external_id

    @api.model
    def _group_label(self, batch, key, sources):
        customer = batch.tenants(sources)[self._tenant_key(sources[:1])]
        names = (self._residence(sources[:1]).name, customer and customer.name, key[1])
        return " – ".join(name for name in names if name)

    @api.model
    def _prepare_move_vals(self, batch, key, sources):
        """Return the invoice's values; a negative total makes a credit note."""
        return {
            "partner_id": batch.tenants(sources)[tuple(key[:2])].id,
            "move_type": "out_refund" if self._is_refund(sources) else "out_invoice",
            "currency_id": sources[:1].currency_id.id,
            "ref": self._residence(sources[:1]).name,
        }

    @api.model
    def _is_refund(self, sources):
        return sum((exact(s.amount, 2) for s in sources), Decimal(0)) < 0

    @api.model
    def _prepare_lines(self, batch, key, sources):
        """Return one line a charge; SOFI's amount is kept to the cent."""
        sign = -1 if self._is_refund(sources) else 1
        ordered = sources.sorted(lambda s: (s.service_day, s.sofi_charge_id))
        services = batch.services(sources)
        return [
            self._prepare_line(batch.run, s, services.get(self._service_key(s)), sign)
            for s in ordered
        ]

    @api.model
    def _prepare_line(self, run, source, service, sign):
        quantity, price = exact(source.quantity), exact(source.unit_price)
        if not self._adds_up(quantity, price, exact(source.amount, 2)):
            # Discounted, corrected or rounded in SOFI: its amount wins.
            quantity, price = Decimal(1), exact(source.amount, 2)
        product = service.product_id if service else self.env["product.product"]
        return {
            "product_id": product.id,
            "name": f"{source.service_day:%Y-%m-%d} {source.description}",
            "quantity": float(quantity),
            "price_unit": float(price * sign),
            "account_id": self._income_account(run, source, product).id,
            "tax_ids": [(6, 0, self._taxes(source, service).ids)],
        }

    @api.model
    def _adds_up(self, quantity, price, amount):
        """Tell whether Odoo makes exactly this amount of a quantity and a price.

        Only what is exact to the cent without rounding does so under both of Odoo's tax
        roundings: «globally» adds up what is not rounded yet.
        """
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return quantity == round(quantity, digits) and quantity * price == amount

    @api.model
    def _residence(self, source):
        # sudo: see _invoiced_here
        return source.sudo().residence_id

    @api.model
    def _service_key(self, source):
        return source.residence_id.id, source.service_code

    @api.model
    def _read_services(self, sources):
        """Return {service key: Primmo service}; codes Primmo lacks are not there."""
        # sudo: see _invoiced_here
        services = (
            self.env["primmo.service"]
            .sudo()
            .search_fetch(
                [
                    ("residence_id", "in", sources.residence_id.ids),
                    ("code", "in", sources.mapped("service_code")),
                ],
                ["residence_id", "code", "tax_class", "product_id"],
            )
        )
        return {(s.residence_id.id, s.code): s for s in services}

    @api.model
    def _taxes(self, source, service):
        residence = self._residence(source)
        taxable = (
            service.tax_class == "taxable"
            if service
            else _is_a_la_carte(source.service_code)
        )
        return residence.tax_taxable_ids if taxable else residence.tax_exempt_ids

    @api.model
    def _income_account(self, run, source, product):
        product = product.with_company(run.company_id)
        own = product and product.product_tmpl_id.get_product_accounts()["income"]
        residence = self._residence(source)
        journal = run._billing_journal("out_invoice")
        return own or residence.income_account_id or journal.default_account_id

    @api.model
    def _source_amounts(self, batch, sources):
        company = batch.run.company_id
        return {
            source.id: source.currency_id._convert(
                source.amount, company.currency_id, company, source.service_day
            )
            for source in sources
        }


def _is_a_la_carte(code):
    """Tell whether a code is a service à la carte; unknown ones count as such."""
    try:
        return service_code.parse(code).type == ServiceType.SAC
    except ServiceCodeError:
        return True


class AccountBillingRun(models.Model):
    """A run over charges also says what it leaves to Primmo."""

    _inherit = "account.billing.run"

    def _plan(self):
        chunks = super()._plan()
        if "sofi.billing.converter" in self._billing_converters():
            self._log_billed_by_primmo()
        return chunks

    def _log_billed_by_primmo(self):
        """Say how many charges of the period Primmo bills, and how much they are."""
        Charge = self.env["sofi.charge"]
        billable = self.env["sofi.billing.converter"]._sources_domain(
            self._billing_batch("sofi.billing.converter")
        )
        period = [
            ("company_id", "=", self.company_id.id),
            ("state", "=", "archived"),
            ("billing_state", "=", "to_bill"),
        ]
        if self.date_from:
            period.append(("service_day", ">=", self.date_from))
        if self.date_to:
            period.append(("service_day", "<=", self.date_to))
        # sudo: only numbers leave, and only of this company
        groups = Charge.sudo()._read_group(
            Domain(period) & ~billable,
            ["residence_id", "currency_id"],
            ["__count", "amount:sum"],
        )
        for residence, currency, count, amount in groups:
            self._log(
                "info",
                self.env._(
                    "%(residence)s: charges that are not invoiced here, as they went "
                    "to Primmo before it began to invoice in Odoo: %(count)s, "
                    "%(amount)s",
                    residence=residence.name,
                    count=count,
                    amount=currency.format(amount),
                )
                if residence.invoice_customers
                else self.env._(
                    "%(residence)s: charges that are not invoiced here, as this "
                    "residence invoices in Primmo: %(count)s, %(amount)s",
                    residence=residence.name,
                    count=count,
                    amount=currency.format(amount),
                ),
                code="billed_by_primmo",
            )
