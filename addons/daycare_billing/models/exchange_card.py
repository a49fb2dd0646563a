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
        """Return the months by their next step."""
        runs = self.env["daycare.billing.run"]
        steps = (
            (self.env._("Months to calculate"), "draft"),
            (self.env._("Months to invoice"), "computed"),
            (self.env._("Months to post"), "invoiced"),
        )
        figures = [
            self._figure(
                label,
                runs.search_count([("stage", "=", stage)]),
                RUNS,
                [("stage", "=", stage)],
                "warning",
            )
            for label, stage in steps
        ]
        return [*figures, *self._daycare_undelivered()], []

    def _daycare_undelivered(self):
        """Return the posted invoices that nobody has received yet."""
        moves = self.env["account.move"]
        if not moves.has_access("read"):
            return []
        waiting = [
            *OUR_INVOICES,
            ("state", "=", "posted"),
            ("is_move_sent", "=", False),
            ("sending_data", "=", False),
        ]
        failed = [*waiting, ("daycare_mail_failure", "!=", False)]
        return [
            self._figure(
                self.env._("Invoices to send or to print"),
                moves.search_count(waiting),
                INVOICES,
                waiting,
                "warning",
            ),
            self._figure(
                self.env._("… whose e-mail came back"),
                moves.search_count(failed),
                INVOICES,
                failed,
                "danger",
            ),
        ]

    def _card_daycare_open(self):
        """Return what debtors owe, by how late they are, and the invoiced months."""
        today = fields.Date.context_today(self)
        month = fields.Date.subtract(today, days=30)
        unpaid = Domain(OUR_INVOICES) & Domain(
            [
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("company_id", "=", self.env.company.id),
            ]
        )
        late = Domain("invoice_date_due", "<", today)
        very_late = Domain("invoice_date_due", "<", month)
        figures = [
            self._figure(
                label, self._daycare_sum(unpaid & part), INVOICES, unpaid & part, tone
            )
            for label, part, tone in (
                (self.env._("Open amount"), Domain.TRUE, ""),
                (self.env._("… overdue"), late, "warning"),
                (self.env._("… overdue for more than 30 days"), very_late, "danger"),
            )
        ]
        posted = [
            *OUR_INVOICES,
            ("state", "=", "posted"),
            ("company_id", "=", self.env.company.id),
        ]
        return figures, self._monthly(
            "account.move", posted, "invoice_date", "amount_total_signed:sum"
        )

    def _daycare_sum(self, domain):
        [(total,)] = self.env["account.move"]._read_group(
            domain, [], ["amount_residual_signed:sum"]
        )
        return self._amount(total) if total else 0
