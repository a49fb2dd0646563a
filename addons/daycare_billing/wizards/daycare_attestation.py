from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.exchange_run.core.money import ZERO

from ..core.money import exact

#: An invoice that its credit notes cover is settled, too.
PAID = ("paid", "in_payment", "reversed")


class DaycareAttestation(models.TransientModel):
    """Choices of the yearly attestation of costs («attestation fiscale»)."""

    _name = "daycare.attestation"
    _description = "Attestation of Childcare Costs"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    year = fields.Integer(
        required=True, default=lambda self: fields.Date.context_today(self).year - 1
    )
    debtor_ids = fields.Many2many(
        "daycare.guardian", string="Debtors", help="Empty: all who had invoices."
    )
    child_ids = fields.Many2many(
        "daycare.child", string="Children", help="Empty: all children."
    )
    paid_only = fields.Boolean(
        help="Count the invoices paid in full, less their credit notes. The paper "
        "names those that are left out."
    )
    unpaid_names = fields.Text(
        "Debtors Without a Page",
        compute="_compute_unpaid_names",
        help="Nothing of what they were invoiced for these choices is paid in full.",
    )

    @api.depends("company_id", "year", "debtor_ids", "child_ids", "paid_only")
    def _compute_unpaid_names(self):
        for attestation in self:
            nobody = attestation.debtor_ids.browse()
            if attestation.paid_only:
                every = attestation._lines().debtor_id
                paid = (page["debtor"] for page in attestation._pages())
                nobody = every - nobody.union(*paid)
            names = sorted(nobody.mapped("display_name"))
            attestation.unpaid_names = ", ".join(names)

    def action_print(self):
        """Print one page per debtor and child.

        :return: a report action
        :raises UserError: nothing was invoiced
        """
        self.ensure_one()
        if not self._pages():
            raise UserError(
                self.env._(
                    "No posted invoice of %(year)s fits these choices.", year=self.year
                )
            )
        report = self.env.ref("daycare_billing.report_daycare_attestation")
        return report.report_action(self)

    def _journal_printed(self, report):
        """Return which protected records a report shows: a page names its child."""
        shown = super()._journal_printed(report)
        children = self.env["daycare.child"].union(*(a._lines().child_id for a in self))
        return [*shown, children]

    def _lines(self):
        Line = self.env["daycare.billing.line"]
        domain = Line._invoiced_domain() & Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("month", ">=", f"{self.year}-01-01"),
                ("month", "<=", f"{self.year}-12-31"),
            ]
        )
        if self.debtor_ids:
            domain &= Domain("debtor_id", "in", self.debtor_ids.ids)
        if self.child_ids:
            domain &= Domain("child_id", "in", self.child_ids.ids)
        return Line.search(domain, order="month, id")

    def _pages(self):
        """Return what the pages of the report show: what is posted, to the centime.

        :return: list of dict: debtor, child, lang, `months` as (date, care, services)
            in francs, the totals `care`, `services`, `rounding`, `total`, all Decimal,
            and `left_out`, a list of (`account.move`, francs) that are not paid
        """
        lines = self._lines()
        counted, roundings, left_out = self._counted(lines)
        pages = []
        grouped = lines.grouped(lambda line: (line.debtor_id, line.child_id))
        for (debtor, child), own in grouped.items():
            months = [
                (month, *sums)
                for month, of_month in own.grouped("month").items()
                if any(sums := self._sums(of_month, counted))
            ]
            rounding = sum((roundings.get(line.id, ZERO) for line in own), ZERO)
            care, services = self._sums(own, counted)
            if months:
                pages.append(
                    {
                        "debtor": debtor,
                        "child": child,
                        "lang": debtor.partner_id.lang or self.env.lang,
                        "months": months,
                        "care": care,
                        "services": services,
                        "rounding": rounding,
                        "total": care + services + rounding,
                        "left_out": self._sums_by_move(own, left_out),
                    }
                )
        return sorted(pages, key=lambda page: (page["debtor"].name, page["child"].name))

    def _counted(self, lines):
        """Return what counts of each line, and what does not because it is not paid.

        Credit notes follow the invoice they credit: one that is paid counts less them.

        :return: (dict line id -> francs, dict line id -> centimes of rounding,
            dict `account.move` -> dict line id -> francs)
        """
        counted = {line.id: exact(line.amount) for line in lines if line.settled}
        roundings, left_out = {}, {}
        for move, family in lines._families().items():
            if self.paid_only and move.payment_state not in PAID:
                left_out[move] = family.amounts
                continue
            _add(counted, family.amounts)
            _add(roundings, family.roundings)
        return counted, roundings, left_out

    @api.model
    def _sums_by_move(self, lines, left_out):
        sums = [
            (move, sum((amounts.get(line.id, ZERO) for line in lines), ZERO))
            for move, amounts in left_out.items()
        ]
        return [(move, amount) for move, amount in sums if amount]

    @api.model
    def _sums(self, lines, counted):
        """Return (care, services) of some lines: services carry their product."""
        care = sum(
            (counted.get(line.id, ZERO) for line in lines if not line.product_id), ZERO
        )
        return care, sum((counted.get(line.id, ZERO) for line in lines), ZERO) - care


def _add(sums, amounts):
    for key, amount in amounts.items():
        sums[key] = sums.get(key, ZERO) + amount
