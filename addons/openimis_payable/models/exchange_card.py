from odoo import api, fields, models
from odoo.fields import Domain

BILLS = "openimis_payable.account_move_bill_action"
OPEN_CLAIMS = [("billing_state", "=", "to_bill"), ("status", "in", ("8", "16"))]
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
        }

    def _card_openimis_waiting(self):
        """Return the claims to bill, by their age, and the closings under way."""
        claims = self.env["openimis.claim"]
        if not claims.has_access("read"):
            return self._openimis_closings(), []
        today = fields.Date.context_today(self)
        month, quarter = (fields.Date.subtract(today, days=n) for n in (30, 90))
        late = [("billing_date", "<", month), ("billing_date", ">=", quarter)]
        very_late = [("billing_date", "<", quarter)]
        ages = (
            (self.env._("Claims to bill"), [], ""),
            (self.env._("… older than 30 days"), late, "warning"),
            (self.env._("… older than 90 days"), very_late, "danger"),
        )
        action = "openimis_payable.openimis_claim_action"
        return [
            self._figure(
                label,
                claims.search_count(Domain(OPEN_CLAIMS) & Domain(age)),
                action,
                Domain(OPEN_CLAIMS) & Domain(age),
                tone,
            )
            for label, age, tone in ages
        ] + self._openimis_closings(), []

    def _openimis_closings(self):
        closings = self.env["openimis.closing"]
        if not closings.has_access("read"):
            return []
        unfinished = [("state", "in", ("draft", "planned"))]
        unwell = [("state", "in", ("partial", "failed"))]
        action = "openimis_payable.openimis_closing_action"
        return [
            self._figure(
                self.env._("Closings not generated yet"),
                closings.search_count(unfinished),
                action,
                unfinished,
            ),
            self._figure(
                self.env._("Closings failed or in part"),
                closings.search_count(unwell),
                action,
                unwell,
                "danger",
            ),
        ]

    def _card_openimis_bills(self):
        """Return the bills by status with their amounts, and what each month cost."""
        moves = self.env["account.move"]
        statuses = moves._fields["openimis_status"]._description_selection(self.env)
        groups = moves._read_group(
            [*OUR_BILLS, ("company_id", "=", self.env.company.id)],
            ["openimis_status"],
            ["__count", "amount_total_signed:sum"],
        )
        found = {status: (count, -total) for status, count, total in groups}
        figures = [
            self._figure(
                label,
                f"{found[status][0]} · {self._amount(found[status][1])}",
                BILLS,
                [
                    ("openimis_status", "=", status),
                    ("company_id", "=", self.env.company.id),
                ],
            )
            for status, label in statuses
            if status in found and status not in ("3", "4")
        ]
        valid = [*OUR_BILLS, ("state", "=", "posted")]
        bars = self._monthly(
            "account.move", valid, "invoice_date", "amount_total_signed:sum"
        )
        for bar in bars:
            bar["value"] = -bar["value"]
        return figures, bars

    def _card_openimis_well(self):
        """Return what is overdue, and the payments that came back."""
        moves = self.env["account.move"]
        today = fields.Date.context_today(self)
        open_bills = [
            *OUR_BILLS,
            ("state", "=", "posted"),
            ("payment_state", "in", ("not_paid", "partial")),
        ]
        overdue = [*open_bills, ("invoice_date_due", "<", today)]
        suspended = [*OUR_BILLS, ("openimis_suspended", "=", True)]
        rejected = [
            ("openimis_is_payment", "=", True),
            ("state", "=", "rejected"),
            ("date", ">=", fields.Date.subtract(today, days=30)),
        ]
        payments = self.env["account.payment"]
        return [
            self._figure(
                self.env._("Bills to pay"),
                moves.search_count(open_bills),
                BILLS,
                open_bills,
            ),
            self._figure(
                self.env._("… overdue"),
                moves.search_count(overdue),
                BILLS,
                overdue,
                "danger",
            ),
            self._figure(
                self.env._("Bills suspended after a refund"),
                moves.search_count(suspended),
                BILLS,
                suspended,
                "warning",
            ),
            payments.has_access("read")
            and self._figure(
                self.env._("Payments rejected, last 30 days"),
                payments.search_count(rejected),
                "openimis_payable.account_payment_action",
                rejected,
                "danger",
            ),
        ], []
