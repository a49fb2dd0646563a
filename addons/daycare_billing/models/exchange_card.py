from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

RUNS = "daycare_billing.action_daycare_billing_run"
#: so far back a month that nobody invoiced is looked for
MONTHS_LOOKED_AT = 24
MONTHS_NAMED = 3
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
        return [*months, *self._forgotten_months(), *invoices, *incomes], []

    def _forgotten_months(self):
        """Return the figure of months that were passed over, none where none was.

        A month is passed over once it has ended, or a later one was begun.
        """
        runs = self.env["daycare.billing.run"]
        if not runs.has_access("create"):
            return []
        company = self.env.company
        this = fields.Date.start_of(fields.Date.context_today(self), "month")
        since = fields.Date.subtract(this, months=MONTHS_LOOKED_AT)
        mine = [("company_id", "=", company.id), ("service_month", ">=", since)]
        groups = runs._read_group(mine, ["service_month:month"])
        there = {month for (month,) in groups}
        month, last = min(there, default=this), max([this, *there])
        forgotten = []
        while (month := fields.Date.add(month, months=1)) < last:
            forgotten += [month] if month not in there else []
        if not forgotten:
            return []
        label = self.env._("Months without invoices")
        named = [format_date(self.env, m, date_format="MMM y") for m in forgotten]
        window = self.env["ir.actions.actions"]._for_xml_id(RUNS)
        ahead = company.daycare_service_period == "next"
        begin = fields.Date.subtract(forgotten[0], months=int(ahead))
        more = ["…"] if len(named) > MONTHS_NAMED else []
        return [
            {
                "label": label,
                "value": ", ".join(named[:MONTHS_NAMED] + more),
                "tone": "danger",
                "action": {
                    **self._window(window, label, Domain.TRUE, {}),
                    "views": [(False, "form"), (False, "list")],
                    "context": {"default_month": fields.Date.to_string(begin)},
                },
            }
        ]

    def _card_daycare_open(self):
        """Return what debtors owe, by how late they are, and the invoiced months."""
        today = fields.Date.context_today(self)
        unpaid = Domain("payment_state", "in", ("not_paid", "partial"))
        late = unpaid & Domain("invoice_date_due", "<", today)
        very_late = unpaid & Domain(
            "invoice_date_due", "<", fields.Date.subtract(today, days=30)
        )
        figures, bars = self._figures(
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
        view = self.env.ref("daycare_billing.account_move_view_list_open")
        for figure in figures:
            figure["action"]["views"] = [
                (view.id, kind) if kind == "list" else (other, kind)
                for other, kind in figure["action"]["views"]
            ]
        return figures, bars
