from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..core.money import ZERO, exact


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
    paid_only = fields.Boolean(help="Count the invoices that are paid, and no others.")

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
        if self.paid_only:
            paid = ("paid", "in_payment")
            domain &= Domain("billing_state", "=", "settled") | Domain(
                "billing_move_id.payment_state", "in", paid
            )
        return Line.search(domain, order="month, id")

    def _pages(self):
        """Return what the pages of the report show.

        :return: list of dict: debtor, child, lang, `months` as (date, care, services)
            in francs, and the totals `care`, `services`, `total`, all Decimal
        """
        pages = []
        grouped = self._lines().grouped(lambda line: (line.debtor_id, line.child_id))
        for (debtor, child), lines in grouped.items():
            months = [
                (month, *self._sums(own))
                for month, own in lines.grouped("month").items()
            ]
            care, services = self._sums(lines)
            pages.append(
                {
                    "debtor": debtor,
                    "child": child,
                    "lang": debtor.partner_id.lang or self.env.lang,
                    "months": months,
                    "care": care,
                    "services": services,
                    "total": care + services,
                }
            )
        return sorted(pages, key=lambda page: (page["debtor"].name, page["child"].name))

    @api.model
    def _sums(self, lines):
        """Return (care, services) of some lines: services carry their product."""
        care = sum((exact(line.amount) for line in lines if not line.product_id), ZERO)
        return care, sum((exact(line.amount) for line in lines), ZERO) - care
