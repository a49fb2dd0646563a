import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from odoo.addons.exchange_run.core.text import file_safe
from odoo.addons.exchange_run.core.xlsx import write_table

from ..core import statements
from ..core.money import exact


class DaycareFundingStatement(models.TransientModel):
    """Choices of a statement for communes or funders: the invoices of a period."""

    _name = "daycare.funding.statement"
    _description = "Statement for Communes and Funders"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_from = fields.Date(
        string="From the Month of",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(month=1, day=1),
    )
    date_to = fields.Date(
        string="To the Month of", required=True, default=fields.Date.context_today
    )
    kind = fields.Selection(
        [("commune", "Communes, of Their Children"), ("funder", "Who Pays a Part")],
        string="For",
        required=True,
        default="commune",
        help="Communes are told of all children who live there, whoever pays.\n"
        "Third parties are told of the care that they pay a part of.",
    )
    commune = fields.Char(help="Empty: all communes.")
    funder_ids = fields.Many2many(
        "daycare.guardian",
        string="Third Parties",
        domain="[('role', '=', 'third_party'), ('company_id', '=', company_id)]",
        help="Empty: all that were invoiced.",
    )
    with_children = fields.Boolean(
        string="Name the Children",
        help="A page with each child's days and francs. Only for who may know them.",
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    def action_print(self):
        """Print a page a commune or third party.

        :return: a report action
        :raises UserError: nothing was invoiced
        """
        self._check_something()
        report = self.env.ref("daycare_billing.report_daycare_funding")
        return report.report_action(self)

    def action_export(self):
        """Make the same figures a workbook, and download it.

        :return: a URL action
        :raises UserError: nothing was invoiced
        """
        pages = self._check_something()
        title = self.env._("Statement")
        self.write(
            {
                "file": base64.b64encode(self._workbook(title, pages)),
                "file_name": f"{file_safe(title)} {self._period()}.xlsx",
            }
        )
        if self.with_children:
            children = self._reports().child_id
            self.env["exchange.access"]._note("export", children, ["name"])
        query = "download=true&filename_field=file_name"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file?{query}",
            "target": "download",
        }

    def _journal_printed(self, report):
        """Return which protected records a report shows: those it names."""
        shown = super()._journal_printed(report)
        named = self.filtered("with_children")
        children = self.env["daycare.child"].union(
            *(wizard._reports().child_id for wizard in named)
        )
        return [*shown, children]

    def _check_something(self):
        self.ensure_one()
        pages = self._pages()
        if not pages:
            raise UserError(
                self.env._(
                    "No posted invoice of %(period)s fits these choices.",
                    period=self._period(),
                )
            )
        return pages

    def _period(self):
        """Return the months as people write them: 01.2026-03.2026."""
        first, last = f"{self.date_from:%m.%Y}", f"{self.date_to:%m.%Y}"
        return first if first == last else f"{first}-{last}"

    # === FIGURES ===

    def _reports(self):
        """Return the rows of the months, for all payers."""
        domain = Domain("company_id", "=", self.company_id.id)
        domain &= Domain("month", ">=", self.date_from.replace(day=1))
        domain &= Domain("month", "<=", self.date_to)
        return self.env["daycare.funding.report"].search(domain)

    def _entries(self):
        """Return the rows as `core.statements.Entry`, by the ids of their records."""
        return [
            statements.Entry(
                row.month,
                row.commune or "",
                row.child_id.id,
                row.group_id.id,
                row.funder_id.id or None,
                exact(row.days),
                exact(row.gross),
                exact(row.services),
                exact(row.rounding),
            )
            for row in self._reports()
        ]

    def _pages(self):
        """Return what is printed, a page a commune or third party.

        :return: list of dict: `title`, `funder` (who gets it, or none), `lang`,
            `months` and `children` as (label, `core.statements.Row`), and their `total`
        """
        entries = self._entries()
        if self.kind == "commune":
            pages = [
                self._page(name or self.env._("Without Commune"), own)
                for name, own in statements.by_commune(entries).items()
                if not self.commune
                or name.casefold() == self.commune.strip().casefold()
            ]
        else:
            funders = self.env["daycare.guardian"].browse(
                {entry.funder for entry in entries if entry.funder}
            )
            pages = [
                self._page(
                    funder.display_name,
                    statements.of_funder(entries, funder.id),
                    funder,
                )
                for funder in funders.sorted("display_name")
                if not self.funder_ids or funder in self.funder_ids
            ]
        return pages

    def _page(self, title, entries, funder=None):
        reader = funder and funder.id
        lang = (funder and funder.partner_id.lang) or self.env.lang
        months = statements.by(entries, lambda entry: entry.month, reader)
        return {
            "title": title,
            "funder": funder,
            "lang": lang,
            "months": list(months.items()),
            "children": self._children(entries, reader) if self.with_children else [],
            "total": statements.total(entries, reader),
        }

    def _children(self, entries, reader):
        children = self.env["daycare.child"].browse({e.child for e in entries})
        names = {child.id: child.display_name for child in children}
        rows = statements.by(entries, lambda e: (names[e.child], e.child), reader)
        return [(name, row) for (name, _id), row in rows.items()]

    # === WORKBOOK ===

    def _workbook(self, title, pages):
        columns = [
            (self.env._("Commune or Third Party"), 32, "text"),
            (self.env._("Month"), 14, "text"),
            *([(self.env._("Child"), 28, "text")] if self.with_children else []),
            (self.env._("Currency"), 10, "text"),
            (self.env._("Children"), 10, "number"),
            *((label, 16, "amount") for label in self._measures()),
        ]
        rows = [row for page in pages for row in self._sheet_rows(page)]
        first = 5 if self.with_children else 4
        return write_table(title, columns, rows, range(first, len(columns)))

    @api.model
    def _measures(self):
        """Return the headings of what a Row says, in the order of `_figures`."""
        return [
            self.env._("Days"),
            self.env._("Cost of the Care"),
            self.env._("Parents' Share"),
            self.env._("Subsidies"),
            self.env._("Other Third Parties"),
            self.env._("Meals and Services"),
            self.env._("Rounding"),
        ]

    @api.model
    def _figures(self, row):
        """Return the numbers of a `core.statements.Row`, as floats."""
        figures = (
            row.days,
            row.gross,
            row.parents,
            row.subsidy,
            row.others,
            row.services,
            row.rounding,
        )
        return [float(figure) for figure in figures]

    def _sheet_rows(self, page):
        currency = self.company_id.currency_id.name
        if self.with_children:
            return [
                [page["title"], self._period(), name, currency, 1, *self._figures(row)]
                for name, row in page["children"]
            ]
        return [
            [
                page["title"],
                format_date(self.env, month, date_format="MM.y"),
                currency,
                len(row.children),
                *self._figures(row),
            ]
            for month, row in page["months"]
        ]
