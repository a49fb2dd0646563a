from odoo import api, fields, models
from odoo.fields import Domain

RUNS = "daycare_billing.action_daycare_billing_run"
INVOICES = "account.action_move_out_invoice_type"
OUR_INVOICES = [
    ("billing_run_model", "=", "daycare.billing.run"),
    ("move_type", "in", ("out_invoice", "out_refund")),
]


class ExchangeCard(models.Model):
    """The start page of a daycare: its months and its debtors."""

    _inherit = "exchange.card"

    @api.model
    def _card_makers(self):
        return {
            **super()._card_makers(),
            "daycare_months": self._card_daycare_months,
            "daycare_open": self._card_daycare_open,
        }

    def _card_daycare_months(self):
        """Return the months by their next step, and what they lack afterwards."""
        steps = (
            (self.env._("Months to calculate"), "draft"),
            (self.env._("Months to invoice"), "computed"),
            (self.env._("Months to post"), "invoiced"),
        )
        rows = [(label, [("stage", "=", step)], "warning") for label, step in steps]
        months, _bars = self._figures(RUNS, [], rows)
        failed = [("daycare_mail_failure", "!=", False)]
        invoices, _bars = self._figures(
            INVOICES,
            [
                *OUR_INVOICES,
                ("state", "=", "posted"),
                ("is_move_sent", "=", False),
                ("sending_data", "=", False),
            ],
            [
                (self.env._("Invoices to send or to print"), [], "warning"),
                (self.env._("… whose e-mail came back"), failed, "danger"),
            ],
        )
        incomes, _bars = self._figures(
            "daycare_billing.action_daycare_income_review",
            [("status", "in", ("missing", "outdated"))],
            [(self.env._("Incomes missing or outdated"), [], "")],
        )
        return [*months, *invoices, *incomes], []

    def _card_daycare_open(self):
        """Return what debtors owe, by how late they are, and the invoiced months."""
        today = fields.Date.context_today(self)
        unpaid = Domain("payment_state", "in", ("not_paid", "partial"))
        late = unpaid & Domain("invoice_date_due", "<", today)
        very_late = unpaid & Domain(
            "invoice_date_due", "<", fields.Date.subtract(today, days=30)
        )
        return self._figures(
            INVOICES,
            [
                *OUR_INVOICES,
                ("state", "=", "posted"),
                ("company_id", "=", self.env.company.id),
            ],
            [
                (self.env._("Open amount"), unpaid, ""),
                (self.env._("… overdue"), late, "warning"),
                (self.env._("… overdue for more than 30 days"), very_late, "danger"),
            ],
            measure="amount_residual_signed",
            shown=lambda _count, total: self._amount(total) if total else 0,
            bars=([], "invoice_date", "amount_total_signed"),
        )
