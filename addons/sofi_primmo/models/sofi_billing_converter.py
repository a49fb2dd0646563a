from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..core import service_code
from ..core.const import ServiceType
from ..core.service_code import ServiceCodeError
from ..core.unit_price import to_cents


class SofiBillingConverter(models.AbstractModel):
    """Archived charges become customer invoices, one a resident (spec 11)."""

    _name = "sofi.billing.converter"
    _description = "SOFI Charges"
    _inherit = ["account.billing.converter"]
    _source_model = "sofi.charge"
    _move_type = "out_invoice"

    @api.model
    def _sources_domain(self, run):
        domain = Domain(
            [
                ("company_id", "=", run.company_id.id),
                ("state", "=", "archived"),
                ("billing_state", "=", "to_bill"),
                ("residence_id.invoice_customers", "=", True),
            ]
        )
        if run.date_from:
            domain &= Domain("service_day", ">=", run.date_from)
        if run.date_to:
            domain &= Domain("service_day", "<=", run.date_to)
        return domain

    @api.model
    def _exclusions(self, run, sources):
        """Leave out charges without a customer, and those billed from another line."""
        tenants, reasons = self._tenants(sources), {}
        billed = self._billed_elsewhere(sources)
        no_customer = self.env._(
            "The resident has no customer here: import the tenants, then create "
            "their customers."
        )
        again = self.env._("The same charge was billed before, from an earlier export.")
        for source in sources:
            if (source.residence_id.id, source.sofi_charge_id) in billed:
                reasons[source.id] = ("billed_before", again)
            elif not tenants.get(self._group_key(source)):
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
    def _tenants(self, sources):
        """Return {group key: customer} of the charges' residents."""
        tenants = (
            self.env["primmo.tenant"]
            .with_context(active_test=False)
            .search(
                [
                    ("residence_id", "in", sources.residence_id.ids),
                    ("external_id", "in", sources.mapped("external_id")),
                ]
            )
        )
        return {(t.residence_id.id, t.external_id): t.partner_id for t in tenants}

    @api.model
    def _group_key(self, source):
        return source.residence_id.id, source.external_id

    @api.model
    def _group_label(self, run, key, sources):
        names = (sources[:1].residence_id.name, sources[:1].resident_name, key[1])
        return " – ".join(name for name in names if name)

    @api.model
    def _prepare_move_vals(self, run, key, sources):
        """Return the invoice's values; a negative total makes a credit note."""
        return {
            "partner_id": self._tenants(sources)[tuple(key)].id,
            "move_type": "out_refund" if self._is_refund(sources) else "out_invoice",
            "currency_id": sources[:1].currency_id.id,
            "ref": sources[:1].residence_id.name,
        }

    @api.model
    def _is_refund(self, sources):
        return sum((_exact(s.amount) for s in sources), Decimal(0)) < 0

    @api.model
    def _prepare_lines(self, run, key, sources):
        """Return one line a charge; SOFI's amount is kept to the cent."""
        sign = -1 if self._is_refund(sources) else 1
        services = self._services(sources)
        ordered = sources.sorted(lambda s: (s.service_day, s.sofi_charge_id))
        return [
            self._prepare_line(run, s, services.get(s.service_code), sign)
            for s in ordered
        ]

    @api.model
    def _prepare_line(self, run, source, service, sign):
        quantity, price = Decimal(str(source.quantity)), Decimal(str(source.unit_price))
        if to_cents(quantity * price) != _exact(source.amount):
            # Discounted or corrected in SOFI: its amount wins.
            quantity, price = Decimal(1), _exact(source.amount)
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
    def _services(self, sources):
        """Return {service code: Primmo service} of one residence's charges."""
        services = self.env["primmo.service"].search(
            [
                ("residence_id", "in", sources.residence_id.ids),
                ("code", "in", sources.mapped("service_code")),
            ]
        )
        return {service.code: service for service in services}

    @api.model
    def _taxes(self, source, service):
        residence = source.residence_id
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
        residence = source.residence_id
        journal = run._billing_journal("out_invoice")
        return own or residence.income_account_id or journal.default_account_id

    @api.model
    def _source_amount(self, source):
        company = source.company_id
        return source.currency_id._convert(
            source.amount, company.currency_id, company, source.service_day
        )


def _exact(amount):
    """Return an amount of money without binary noise."""
    return to_cents(Decimal(str(amount)))


def _is_a_la_carte(code):
    """Tell whether a code is a service à la carte; unknown ones count as such."""
    try:
        return service_code.parse(code).type == ServiceType.SAC
    except ServiceCodeError:
        return True
