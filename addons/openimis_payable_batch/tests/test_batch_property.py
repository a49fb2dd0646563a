import random
from decimal import Decimal

from odoo.tests import tagged

from odoo.addons.openimis_payable.tests.history import FIRST_HISTORY, HISTORIES, decimal

from .common import BatchCase

DEEDS = 14


@tagged("post_install", "-at_install")
class TestBatchProperty(BatchCase):
    """Whatever happens to batches: bills, payments, batches and ledger say the same."""

    def test_bills_payments_batches_and_ledger_agree(self):
        given = self.bills
        for seed in range(FIRST_HISTORY, FIRST_HISTORY + HISTORIES):
            self.rng, self.told, self.sent = random.Random(seed), [], {}
            self.bills = given
            with self.env.cr.savepoint() as undo:
                try:
                    for _number in range(DEEDS):
                        deed = self.rng.choice(self._deeds())
                        self.told.append(deed.__name__)
                        deed()
                        self._check()
                except Exception as error:
                    text = f"history {seed}: {', '.join(self.told)}"
                    raise AssertionError(text) from error
                undo.rollback()
                self.env.invalidate_all()

    def _deeds(self):
        return (
            self._bill,
            self._advance,
            self._make,
            self._make,
            self._go_on,
            self._go_on,
            self._go_on,
            self._go_back,
            self._bank_says,
            self._bank_says,
        )

    def _amount(self, most=90_000):
        return self.rng.randint(1, most) / 100

    # === DEEDS ===

    def _bill(self):
        """A bill of a facility, validated."""
        bill = (
            self.env["account.move"]
            .with_user(self.accountant)
            .openimis_bill_create(
                {
                    "partner_id": self.rng.choice(
                        (self.facility_a, self.facility_b)
                    ).id,
                    "invoice_date": "2026-02-01",
                    "openimis_code": f"R-{len(self.bills)}",
                },
                [{"code": "S", "description": "Care", "unit_price": self._amount()}],
            )
        )
        bill.action_post()
        self.bills |= bill

    def _advance(self):
        """A payment on account."""
        self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.rng.choice((self.facility_a, self.facility_b)).id,
                "amount": self._amount(20_000),
                "date": "2026-01-15",
                "journal_id": self.bank.id,
                "payment_method_line_id": self.sepa.id,
                "memo": "ADV",
            }
        ).action_post()

    def _make(self):
        """A batch of some of what is due, with or without setting advances off."""
        some = self.bills.filtered(lambda bill: self.rng.random() < 0.6)
        if not some:
            return
        wizard = self._wizard(some, set_off=self.rng.random() < 0.6)
        if wizard.payable_ids:
            wizard.action_make()

    def _orders(self, *states):
        return (
            self.env["account.payment.order"]
            .search([("state", "in", states), ("company_id", "=", self.company.id)])
            .with_user(self.accountant)
        )

    def _go_on(self):
        """The next step of a batch."""
        orders = self._orders("draft", "open", "generated")
        if not orders:
            return
        order = self.rng.choice(orders)
        step = {
            "draft": "draft2open",
            "open": "open2generated",
            "generated": "generated2uploaded",
        }[order.state]
        getattr(order, step)()
        if order.state == "uploaded":
            for payment in order.payment_ids:
                self.sent[payment.openimis_code_ext] = decimal(payment.amount)

    def _go_back(self):
        """A batch that was not sent is cancelled and confirmed again."""
        orders = self._orders("open", "generated")
        if orders:
            order = self.rng.choice(orders)
            order.action_cancel()
            order.cancel2draft()

    def _bank_says(self):
        """The bank pays, rejects, or pays less; sometimes it says so twice."""
        if not self.sent:
            return
        reference = self.rng.choice(sorted(self.sent))
        amount = self.sent[reference]
        if not amount:
            return
        kind = self.rng.choice(("accepted", "rejected", "short"))
        paid = amount
        if kind == "short" and amount > Decimal("0.02"):
            paid = amount - Decimal("0.01") * self.rng.randint(1, int(amount * 100) - 1)
        status = "rejected" if kind == "rejected" else "accepted"
        for again in range(self.rng.randint(1, 2)):
            run = self._results(
                f",{paid},{status},{reference},x,,", import_again=bool(again)
            )
            self.assertEqual(run.state, "done", self._texts(run))
        self.sent[reference] = Decimal(0) if kind == "rejected" else paid

    # === CHECKS ===

    def _check(self):
        self.env.flush_all()
        self.env.invalidate_all()
        payments = self.env["account.payment"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "in", ("in_process", "paid")),
            ]
        )
        stands = sum(map(decimal, payments.mapped("amount")), Decimal(0))
        batched = payments.filtered("payment_order_id")
        self.assertEqual(
            sum(map(decimal, batched.mapped("amount")), Decimal(0)),
            sum(self.sent.values(), Decimal(0)),
            "what batches paid is what the bank was told, less what it took back",
        )
        outstanding = self.sepa.payment_account_id
        self.assertEqual(
            -self._balance([("account_id", "=", outstanding.id)]),
            stands,
            "the ledger has the payments that stand",
        )
        bills = self.bills.sudo()
        billed = sum(map(decimal, bills.mapped("amount_total")), Decimal(0))
        due = sum(map(decimal, bills.mapped("amount_residual")), Decimal(0))
        owed = -self._balance([("account_type", "=", "liability_payable")])
        self.assertEqual(owed, billed - stands, "billed, less what was paid, is owed")
        waiting = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_type", "=", "liability_payable"),
                ("parent_state", "=", "posted"),
                ("amount_residual", ">", 0),
            ]
        )
        free = sum(map(decimal, waiting.mapped("amount_residual")), Decimal(0))
        self.assertEqual(due - free, owed, "bills owe it, less what is on account")

    def _balance(self, domain):
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                *domain,
            ]
        )
        return sum(map(decimal, lines.mapped("balance")), Decimal(0))
