import json
from datetime import date, timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.exchange_run.core.money import exact
from odoo.addons.exchange_run.told import told

from ..core.claim import ProductTerms, Terms, Texts
from ..core.payable import Calculation
from .openimis_claim import CLAIM_STATUS
from .openimis_payable_line import PAYABLE_TYPES

#: accounts of the other side of a bill
NOT_ON_LINES = ("liability_payable", "asset_receivable")


class OpenimisClosing(models.Model):
    """What a closing looks up once: scope, accounts, indexes, wording."""

    _inherit = "openimis.closing"  # pylint: disable=consider-merging-classes-inherited

    # === SCOPE ===

    def _scope_domain(self):
        """Return the domain of the insurance products this closing covers."""
        self.ensure_one()
        domain = Domain("company_id", "=", self.company_id.id)
        if self.product_ids:
            domain &= Domain("id", "in", self.product_ids.ids)
        if self.location_id:
            operator = "child_of" if self.include_children else "="
            return domain & Domain("location_id", operator, self.location_id.id)
        if not self.include_children:
            return domain & Domain("location_id", "=", False)
        return domain

    def _scope(self):
        """Return the insurance products this closing covers."""
        products = self.env["openimis.product"].with_context(active_test=False)
        return products.search(self._scope_domain())

    # === TERMS OF PRODUCTS ===

    def _product_terms(self, kind):
        """Return the terms of all products of the company.

        :param str kind: type of payable, for the account
        :return: dict {product id: `core.claim.ProductTerms`}
        """
        products = self.env["openimis.product"].with_context(active_test=False)
        products = products.search([("company_id", "=", self.company_id.id)])
        accounts = products._payable_accounts(kind, self._fallback_account(kind))
        facilities = self._facility_accounts()
        locations = self.env["openimis.location"].search(
            [("analytic_account_id", "!=", False)]
        )
        idle = self._idle_products(kind)
        return {
            product.id: product._terms(
                *accounts[product.id],
                locations,
                {} if product._names_account(kind) else facilities,
                product.id not in idle,
            )
            for product in products
        }

    def _idle_products(self, kind):
        """Return the ids of products that have plans of a kind, none of which pays."""
        plans = self.env["openimis.payment.plan"].search(
            [("company_id", "=", self.company_id.id), ("calculation", "=", kind)]
        )
        paying = plans.filtered(
            lambda plan: plan._plain().pays(self.date_from, self.date_to)
        )
        return set((plans.product_id - paying.product_id).ids)

    def _facility_accounts(self):
        """Return the accounts that facilities' codes name for lines of their bills.

        A code that names no account is the number of a supplier. One that names a
        payable account is for the other side of the bill, see `account.move.line`.

        :return: dict {partner id: `account.account` id}
        """
        facilities = self.env["res.partner"].search_fetch(
            [
                *self.env["res.partner"]._check_company_domain(self.company_id),
                ("openimis_is_facility", "=", True),
                ("openimis_account_code", "!=", False),
            ],
            ["openimis_account_code"],
        )
        by_code = self.company_id._openimis_accounts_by_code(
            facilities.mapped("openimis_account_code"),
            ("account_type", "not in", NOT_ON_LINES),
        )
        return {
            facility.id: by_code[facility.openimis_account_code]
            for facility in facilities
            if facility.openimis_account_code in by_code
        }

    def _fallback_account(self, kind):
        """Return the account where products name none, or an empty record."""
        account = self.company_id[f"openimis_account_{kind}_id"]
        if account.active:
            return account
        move_type = "out_invoice" if kind == "contribution" else "in_invoice"
        journal = self._billing_journal(move_type)
        return journal.default_account_id.filtered("active")

    def _claim_terms(self, calculation):
        """Return the `core.claim.Terms` of claims, looked up once a chunk."""
        if "claim" not in calculation.terms:
            calculation.terms["claim"] = Terms(
                products=self._product_terms("claim"),
                scope=frozenset(self._scope().ids),
                partners=frozenset(self.partner_ids.ids),
                indexes=self._indexes(),
                quantum=exact(self.currency_id.rounding),
                texts=self._texts(),
                # a preview keeps all its claims in memory, and shows no details
                details=told(self.env, "openimis_billing", False),
            )
        return calculation.terms["claim"]

    def _billed_terms(self):
        """Return the `core.claim.Terms` this closing billed its claims on."""
        return self._claim_terms(Calculation())

    def _texts(self):
        """Return the templates of explanations in the user's language."""
        return Texts(
            claimed=self.env._("claimed %s"),
            net=self.env._("net %(net)s, discount %(discount)s"),
            # said in words: who reads the line need not know where a number comes from
            indexed=self.env._("%s (relative index)"),
            rejected=self.env._("rejected"),
            statuses=self._labels("openimis.claim", "status", CLAIM_STATUS),
            point=self._decimal_point(),
        )

    def _decimal_point(self):
        return (
            self.env["res.lang"]._get_data(code=self.env.lang or "en_US").decimal_point
        )

    def _figure(self, number):
        """Return a number as text, with the decimal mark of the user's language."""
        return f"{exact(number):f}".replace(".", self._decimal_point())

    def _labels(self, model, field, default):
        selection = self.env[model]._fields[field]._description_selection(self.env)
        return dict(selection or default)

    def _type_names(self):
        """Return {payable type: label in the user's language}."""
        return self._labels("openimis.payable.line", "type", PAYABLE_TYPES)

    @api.model
    def _product_names(self, ids):
        """Return the names of insurance products, joined."""
        products = self.env["openimis.product"].browse([i for i in ids if i])
        return ", ".join(products.mapped("name"))

    def _due_date_vals(self, partner, move_type):
        """Return the due date of a bill as values, none where payment terms say it."""
        name = (
            "property_payment_term_id"
            if move_type.startswith("out_")
            else "property_supplier_payment_term_id"
        )
        if partner.with_company(self.company_id)[name]:
            return {}
        day = self.invoice_date or fields.Date.context_today(self)
        return {"invoice_date_due": day + timedelta(days=self.due_days)}

    # === RELATIVE INDEXES ===

    def _indexes(self):
        """Return every relative index known to this closing.

        :return: dict {(product id, care type, first day, last day): Decimal}
        """
        stored = self.env["openimis.relative.index"].search_fetch(
            [("company_id", "=", self.company_id.id)],
            ["product_id", "care_type", "date_from", "date_to", "rel_index"],
        )
        found = {index._key(): exact(index.rel_index) for index in stored}
        # what was worked out anew goes before what no bill rests on any more
        found.update(
            (index_key(entry), Decimal(entry["rel_index"]))
            for entry in self._valuated()
        )
        return found

    def _valuated(self):
        """Return the entries that the preview worked out, dates read back."""
        return [
            {
                **entry,
                "date_from": date.fromisoformat(entry["date_from"]),
                "date_to": date.fromisoformat(entry["date_to"]),
            }
            for entry in self.valuation or []
        ]


class OpenimisProduct(models.Model):
    """Accounts and other terms of a product, as plain values."""

    _inherit = "openimis.product"  # pylint: disable=consider-merging-classes-inherited

    def _payable_accounts(self, kind, fallback):
        """Find the ledger account of each product: its own, by code, else fallback.

        :param str kind: type of payable; contributions have an account of their own
        :param fallback: `account.account` where the product names none, may be empty
        :return: dict {product id: (account id or None, problem in clear)}
        """
        side = _side(kind)
        codes = self.mapped(f"account_{side}_code")
        by_code = self.company_id._openimis_accounts_by_code(codes)
        return {
            product.id: product._payable_account(side, by_code, fallback)
            for product in self
        }

    def _names_account(self, kind):
        """Tell whether the product itself says which account its payables go to."""
        side = _side(kind)
        return bool(self[f"account_{side}_id"] or self[f"account_{side}_code"])

    def _payable_account(self, side, by_code, fallback):
        own = self[f"account_{side}_id"]
        code = self[f"account_{side}_code"]
        if own and not own.active:
            return None, self.env._(
                "Product %(product)s: account %(code)s is archived",
                product=self.code,
                code=own.display_name,
            )
        if own:
            return own.id, ""
        if code and code not in by_code:
            return None, self.env._(
                "Product %(product)s: there is no account %(code)s",
                product=self.code,
                code=code,
            )
        account = by_code.get(code) or fallback.id
        if account:
            return account, ""
        return None, self.env._(
            "Product %s has no account, and there is none for this type in the "
            "settings",
            self.code,
        )

    def _terms(self, account, problem, locations, facilities, is_due):
        """Return the `core.claim.ProductTerms` of one product.

        :param int account: ledger account, or None
        :param str problem: why there is no account
        :param locations: `openimis.location` with an analytic account
        :param dict facilities: accounts of facilities that go before `account`
        :param bool is_due: whether its plans of the kind pay in this closing, if any
        """
        levels = self.level_ids if self.capitation_weight else self.level_ids.browse()
        return ProductTerms(
            id=self.id,
            account=account,
            problem=problem,
            facility_accounts=facilities,
            taxes=tuple(self.tax_ids.ids),
            analytic={
                location.id or None: self._analytic(location)
                for location in [*locations, locations.browse()]
            },
            capitation_levels=frozenset(
                (level.level, level.sub_level or None) for level in levels
            ),
            period=self.period_rel_prices,
            care_apart=self.relative_care_type == "S",
            in_patient_by_level=self.ceiling_interpretation == "H",
            date_from=self.date_from or None,
            date_to=self.date_to or None,
            is_due=is_due,
        )

    def _analytic(self, location):
        """Return the analytic distribution of product and area as JSON text.

        A plan takes one account of a line: of two of the same plan the product's.
        """
        accounts = self.analytic_account_id
        if location.analytic_account_id.root_plan_id != accounts.root_plan_id:
            accounts |= location.analytic_account_id
        if not accounts:
            return None
        return json.dumps({",".join(map(str, accounts.ids)): 100})


def _side(kind):
    return "premium" if kind == "contribution" else "remuneration"


def index_key(entry):
    """Return what tells the index of an entry of the preview from all others."""
    return entry["product"], entry["care_type"], entry["date_from"], entry["date_to"]
