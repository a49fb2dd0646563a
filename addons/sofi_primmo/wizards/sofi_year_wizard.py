from collections import defaultdict
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.exchange_run.core.money import exact

from ..core import home_support
from ..core.home_support import ELIGIBLE, NOT_ELIGIBLE, OPEN

#: Charges that Primmo bills.
BILLED = [("state", "=", "archived")]


class SofiYearWizard(models.TransientModel):
    """Print what residents had of services in a year, for their tax return."""

    _name = "sofi.year.wizard"
    _description = "Yearly Statements of Residents"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    residence_id = fields.Many2one(
        "sofi.residence",
        required=True,
        check_company=True,
        compute="_compute_residence_id",
        precompute=True,
        store=True,
        readonly=False,
    )
    tenant_ids = fields.Many2many(
        "primmo.tenant",
        string="Residents",
        check_company=True,
        context={"active_test": False},
        default=lambda self: self._default_tenants(),
        domain="[('residence_id', '=', residence_id)]",
        help="Empty: all who had services in that year.",
    )
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year - 1
    )
    open_text = fields.Char(string="Not Decided Yet", compute="_compute_open_text")

    def _default_tenants(self):
        if self.env.context.get("active_model") == "primmo.tenant":
            return [fields.Command.set(self.env.context.get("active_ids", []))]
        return []

    @api.depends("company_id", "tenant_ids")
    def _compute_residence_id(self):
        for wizard in self:
            mine = wizard.tenant_ids.residence_id[:1]
            wizard.residence_id = (
                mine
                or wizard.residence_id
                or self.env["sofi.residence"].search(
                    [("company_id", "=", wizard.company_id.id)], limit=1
                )
            )

    @api.constrains("year")
    def _check_year(self):
        for wizard in self:
            if not 2000 <= wizard.year <= 2100:
                raise ValidationError(self.env._("Write the year with four digits."))

    @api.depends("residence_id", "year", "tenant_ids")
    def _compute_open_text(self):
        for wizard in self:
            codes = {
                code
                for rows in wizard._rows().values()
                for row in rows
                if row.kind == OPEN
                for code in [f"{row.code} {row.description}"]
            }
            wizard.open_text = "; ".join(sorted(codes)[:10])

    def action_print(self):
        """Print the statements.

        :return: report action
        :raises UserError: nobody had services in that year
        """
        self.ensure_one()
        if not self._rows():
            raise UserError(
                self.env._(
                    "%(residence)s: no charges of %(year)s were exported.",
                    residence=self.residence_id.name,
                    year=self.year,
                )
            )
        report = self.env.ref("sofi_primmo.action_report_year")
        return report.report_action(self, config=False)

    def _journal_printed(self, report):
        """Return which protected records a report shows: a page names its tenant."""
        shown = super()._journal_printed(report)
        tenants = self.env["primmo.tenant"]
        for wizard in self:
            known = wizard._tenants()
            tenants |= tenants.union(*(known.get(n, tenants) for n in wizard._rows()))
        return [*shown, tenants]

    def _tenants(self):
        """Return {External ID: tenant} of those whose statements are printed."""
        tenants = self.tenant_ids or self.env["primmo.tenant"].with_context(
            active_test=False
        ).search([("residence_id", "=", self.residence_id.id)])
        return {tenant.external_id: tenant for tenant in tenants}

    def _rows(self):
        """Return {External ID: list of `Row`} of the year."""
        self.ensure_one()
        if not self.residence_id or not 2000 <= self.year <= 2100:
            return {}
        tenants = self._tenants()
        domain = Domain(BILLED) & Domain(
            [
                ("residence_id", "=", self.residence_id.id),
                ("external_id", "!=", False),
                ("service_day", ">=", date(self.year, 1, 1)),
                ("service_day", "<=", date(self.year, 12, 31)),
            ]
        )
        if self.tenant_ids:
            domain &= Domain("external_id", "in", list(tenants))
        early = Domain.FALSE
        for number, tenant in tenants.items():
            if day := home_support.seventieth(tenant.birth_date, self.year):
                mine = Domain("external_id", "=", number)
                early |= mine & Domain("service_day", "<", day)
        rows = defaultdict(list)
        self._add_rows(rows, domain & ~early, False)
        if early != Domain.FALSE:
            self._add_rows(rows, domain & early, True)
        return dict(rows)

    def _add_rows(self, rows, domain, early):
        """Add the sums of some charges to the rows of their residents."""
        kinds, names = self._kinds(), self._names()
        groups = self.env["sofi.charge"]._read_group(
            domain,
            ["external_id", "service_code", "description"],
            ["__count", "amount:sum"],
        )
        for number, code, description, count, amount in groups:
            rows[number].append(
                home_support.Row(
                    code=code or "",
                    description=names.get(code, description) or "",
                    kind=kinds.get(code, OPEN),
                    count=count,
                    amount=exact(amount, 2),
                    early=early,
                )
            )

    def _kinds(self):
        """Return {code of a service: what the residence says of it}."""
        services = self.env["primmo.service"].search(
            [
                ("residence_id", "=", self.residence_id.id),
                ("home_support", "!=", False),
            ]
        )
        return {service.code: service.home_support for service in services}

    def _names(self):
        """Return {code of a service: its name in the language that is spoken}."""
        french = (self.env.lang or "").startswith("fr")
        name = "description_fr" if french else "description_en"
        services = self.env["sofi.service"].search_fetch(
            [("residence_id", "=", self.residence_id.id), (name, "!=", False)],
            ["code", name],
        )
        return {service.code: service[name] for service in services}

    def _pages(self):
        """Return the statements as the report shows them.

        :return: list of dict with `name`, `number`, `lang`, `birthday` (the 70th, in
            that year, or None), `young` and `statement`
        """
        self.ensure_one()
        languages = self.env["res.lang"].get_installed()
        tenants = self._tenants()
        by_language = {}
        pages = []
        for number in sorted(self._rows()):
            tenant = tenants.get(number)
            lang = self._language_of(tenant, languages)
            if lang not in by_language:
                by_language[lang] = self.with_context(lang=lang)._rows()
            born = tenant and tenant.birth_date
            pages.append(
                {
                    "name": self._name_of(tenant, number),
                    "number": number,
                    "lang": lang,
                    "birthday": home_support.seventieth(born, self.year),
                    "young": home_support.is_too_young(born, self.year),
                    "statement": home_support.statement(by_language[lang][number]),
                }
            )
        return sorted(pages, key=lambda page: page["name"])

    def _name_of(self, tenant, number):
        """Return a resident's name; of who is no tenant, as the journal has it."""
        if tenant:
            return f"{tenant.first_name} {tenant.last_name}"
        line = self.env["sofi.charge"].search(
            [
                ("residence_id", "=", self.residence_id.id),
                ("external_id", "=", number),
                ("resident_name", "!=", False),
            ],
            limit=1,
        )
        return line.resident_name or number

    def _language_of(self, tenant, languages):
        """Return the language of a resident, else of the residence's files."""
        spoken = tenant and tenant.language in ("Fr", "En") and tenant.language
        wanted = (spoken or self.residence_id.language or "FR").lower()
        codes = [code for code, _name in languages if code[:2] == wanted]
        own = f"{wanted}_CA"
        return own if own in codes else next(iter(codes), self.env.lang)

    def _sections(self, statement):
        """Return [(title, rows, total)] of a statement, in the order of the paper."""
        titles = [
            (ELIGIBLE, self.env._("Services that count")),
            (NOT_ELIGIBLE, self.env._("Services that do not count")),
            (OPEN, self.env._("Services of which the residence has not decided yet")),
        ]
        return [
            (title, statement.sections[kind], statement.total(kind))
            for kind, title in titles
            if kind in statement.sections
        ]
