from ast import literal_eval

from odoo import api, fields, models
from odoo.fields import Domain

from .openimis_claim_progress import WAITING

BILLS = "openimis_payable.account_move_bill_action"
OPEN_CLAIMS = [("billing_state", "=", "to_bill"), ("status", "in", ("8", "16"))]
WAY = "openimis_payable.openimis_claim_progress_action"
COST = "openimis_payable.openimis_payable_cost_action"
PRODUCTS_SHOWN = 6
OUR_BILLS = [
    ("openimis_type", "!=", False),
    ("openimis_in_area", "=", True),
    ("move_type", "in", ("in_invoice", "in_refund")),
]


class ExchangeCard(models.Model):
    """The start page of the finance office."""

    _inherit = "exchange.card"

    @api.model
    def _card_makers(self):
        return {
            **super()._card_makers(),
            "openimis_waiting": self._card_openimis_waiting,
            "openimis_well": self._card_openimis_well,
            "openimis_bills": self._card_openimis_bills,
            "openimis_way": self._card_openimis_way,
            "openimis_cost": self._card_openimis_cost,
        }

    def _card_openimis_waiting(self):
        """Return the claims to bill, by their age, and the closings under way."""
        today = fields.Date.context_today(self)
        month, quarter = (fields.Date.subtract(today, days=n) for n in (30, 90))
        late = [("billing_date", "<", month), ("billing_date", ">=", quarter)]
        very_late = [("billing_date", "<", quarter)]
        claims, _bars = self._figures(
            "openimis_payable.openimis_claim_action",
            OPEN_CLAIMS,
            [
                (self.env._("Claims to bill"), [], ""),
                (self.env._("… older than 30 days"), late, "warning"),
                (self.env._("… older than 90 days"), very_late, "danger"),
            ],
        )
        unfinished = [("state", "in", ("draft", "planned"))]
        unwell = [("state", "in", ("partial", "failed"))]
        closings, _bars = self._figures(
            "openimis_payable.openimis_closing_action",
            [],
            [
                (self.env._("Closings not generated yet"), unfinished, ""),
                (self.env._("Closings failed or in part"), unwell, "danger"),
            ],
        )
        return [*claims, *closings], []

    def _card_openimis_bills(self):
        """Return the bills by status with their amounts, and what each month cost."""
        moves = self.env["account.move"]
        statuses = moves._fields["openimis_status"]._description_selection(self.env)
        figures, bars = self._figures(
            BILLS,
            [*OUR_BILLS, ("company_id", "=", self.env.company.id)],
            [
                (label, [("openimis_status", "=", status)], "")
                for status, label in statuses
                if status not in ("3", "4")
            ],
            measure="amount_total_signed",
            # a bill is below zero in Odoo, a credit note above
            shown=lambda count, total: f"{count} · {self._amount(-total)}",
            bars=([("state", "=", "posted")], "invoice_date", "amount_total_signed"),
        )
        for bar in bars:
            bar["value"] = -bar["value"]
        return [figure for figure in figures if figure["count"]], bars

    def _card_openimis_well(self):
        """Return what is overdue, and the payments that came back."""
        today = fields.Date.context_today(self)
        unpaid = Domain("state", "=", "posted") & Domain(
            "payment_state", "in", ("not_paid", "partial")
        )
        bills, _bars = self._figures(
            BILLS,
            OUR_BILLS,
            [
                (self.env._("Bills to pay"), unpaid, ""),
                (
                    self.env._("… overdue"),
                    unpaid & Domain("invoice_date_due", "<", today),
                    "danger",
                ),
                (
                    self.env._("Bills suspended after a refund"),
                    [("openimis_suspended", "=", True)],
                    "warning",
                ),
            ],
        )
        recent = Domain("date", ">=", fields.Date.subtract(today, days=30))
        payments, _bars = self._figures(
            "openimis_payable.account_payment_action",
            [("openimis_is_payment", "=", True)],
            [
                (
                    self.env._("Payments rejected, last 30 days"),
                    recent & Domain("state", "=", "rejected"),
                    "danger",
                )
            ],
        )
        return [*bills, *payments], []

    def _card_openimis_way(self):
        """Return what was paid of what fell due, and what waits at each step."""
        today = fields.Date.context_today(self)
        quarter = fields.Date.subtract(today, days=90)
        # Those that wait beyond the term count: they can no longer be paid in time.
        due = [
            ("step", "in", [*WAITING, "5"]),
            ("date_due", ">=", quarter),
            ("date_due", "<", today),
        ]
        waiting = [
            (self.env._("Received, not processed"), [("step", "=", "1")], ""),
            (self.env._("Processed, not billed"), [("step", "=", "2")], ""),
            (self.env._("Billed, not validated"), [("step", "=", "3")], ""),
            (self.env._("Validated, not paid"), [("step", "=", "4")], ""),
            (
                self.env._("… beyond the term"),
                [("step", "in", WAITING), ("date_due", "<", today)],
                "danger",
            ),
        ]

        def share(count, good):
            return f"{100 * good / count:.0f} %" if count else "–"

        label = self.env._("Due in the last 90 days, paid in time")
        in_time = (label, due, "", "in_time", share)
        # one query for all: the view behind reads every claim of the company
        return self._figures(
            WAY,
            [("company_id", "=", self.env.company.id)],
            [in_time, *waiting],
            measure="amount",
            shown=lambda count, total: f"{count} · {self._amount(total)}",
        )

    def _card_openimis_cost(self):
        """Return what the dearest products of a year cost; each opens its months."""
        lines = self.env["openimis.payable.line"]
        if not lines.has_access("read"):
            return [], []
        window = self.env["ir.actions.actions"]._for_xml_id(COST)
        months = self._months()
        base = Domain(literal_eval(window["domain"].strip())) & Domain(
            [
                ("company_id", "=", self.env.company.id),
                ("move_id.invoice_date", ">=", months[0][0]),
            ]
        )
        groups = lines._read_group(
            base,
            ["product_id"],
            ["amount_cost:sum"],
            order="amount_cost:sum DESC",
            limit=PRODUCTS_SHOWN,
        )
        figures = [
            {
                "label": product.display_name or self.env._("No product"),
                "value": self._amount(amount),
                "tone": "",
                "action": self._window(
                    window,
                    product.display_name or self.env._("No product"),
                    base & Domain("product_id", "=", product.id),
                    {},
                ),
            }
            for product, amount in groups
        ]
        return figures, []
