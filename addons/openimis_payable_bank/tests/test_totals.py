import random
from collections import defaultdict
from decimal import Decimal

from odoo.tests import tagged

from .common import BankCase

STEPS = 25


class Totals(BankCase):
    """Bills = payments = statement = ledger, to the cent, whatever the bank does.

    What is expected is counted here, in cents, from what was done.
    """

    seed = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rng = random.Random(cls.seed)
        for number in range(12):
            day = f"2026-05-{number + 1:02}"
            cls._claim(
                f"T{number}",
                {"price_asked": cls.rng.randrange(1, 90000) / 100},
                date_from=day,
                date_to=day,
                health_facility_id=cls.rng.choice(
                    [cls.facility_a.id, cls.facility_b.id]
                ),
            )
            closing = cls._closing(
                cls.clerk, date_from=day, date_to=day, invoice_date="2026-05-31"
            )
            closing.action_generate()
            moves = closing.move_ids.with_user(cls.accountant)
            moves.action_post()
            cls.bills |= moves

    def _cents(self, amount):
        return round(Decimal(str(round(amount, 2))) * 100)

    def _play(self):
        sent, made, at_bank = {}, {}, 0
        settled = defaultdict(int)
        for step in range(STEPS):
            what = self.rng.choice(["send", "make", "make", "back", "other", "twice"])
            reference, name = f"R{step}", f"ST{step}"
            open_bills = [b for b in self.bills if b.openimis_status in ("1", "6")]
            if what == "send" and open_bills:
                bill = self.rng.choice(open_bills)
                due = self._cents(bill.amount_residual)
                amount = self.rng.choice([due, max(1, due // 3)])
                payment = self._pay(bill, reference, amount / 100)
                # a part always has an entry, or nobody would see what is left
                settled[bill] += amount if payment.move_id else 0
                sent[reference] = (bill, amount)
            elif what in ("make", "other") and sent:
                reference = self.rng.choice(sorted(sent))
                bill, amount = sent[reference]
                booked = amount + (7 if what == "other" else 0)
                without_entry = bill.openimis_status == "2" and bill.amount_residual
                self._stated(self._debit(_text(booked), reference), name=name)
                at_bank -= booked
                if what == "make":
                    made[reference] = sent.pop(reference)
                    settled[bill] += amount if without_entry else 0
            elif what == "back" and made:
                reference = self.rng.choice(sorted(made))
                bill, amount = made.pop(reference)
                self._stated(self._back(_text(amount), reference), name=name)
                at_bank += amount
                settled[bill] -= amount
            elif what == "twice" and made:
                reference = self.rng.choice(sorted(made))
                amount = made[reference][1]
                self._stated(self._debit(_text(amount), reference), name=name)
                at_bank -= amount
            self.env.invalidate_all()
            self._check(settled, made, at_bank)

    def _check(self, settled, made, at_bank):
        done = defaultdict(int)
        for bill, amount in made.values():
            done[bill] += amount
        for bill in self.bills:
            total = self._cents(bill.amount_total)
            owed = self._cents(bill.amount_residual)
            self.assertEqual(owed, total - settled[bill])
            self.assertEqual(bill.openimis_status == "7", done[bill] == total)
        lines = self._lines()
        self.assertEqual(self._cents(sum(lines.mapped("amount"))), at_bank)
        ledger = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.bank.default_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(self._cents(sum(ledger.mapped("balance"))), at_bank)
        # what is matched is what was made and came back; all else is to decide
        left = lines.filtered(lambda line: not line.is_reconciled)
        self.assertTrue(all(left.mapped("billing_to_decide")))
        matched = lines - left
        self.assertEqual(
            -self._cents(sum(matched.mapped("amount"))), sum(done.values())
        )
        suspense = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.bank.suspense_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertEqual(
            self._cents(sum(suspense.mapped("balance"))),
            -self._cents(sum(left.mapped("amount"))),
        )


def _text(cents):
    return f"{Decimal(cents) / 100:.2f}"


@tagged("post_install", "-at_install")
class TestTotalsWithEntries(Totals):
    """Payments with an entry: a bill is settled when it is sent."""

    seed = 3

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._with_outstanding_account()

    def test_random_history(self):
        self._play()


@tagged("post_install", "-at_install")
class TestTotalsWithoutEntries(Totals):
    """Payments without: the ledger knows of them once the bank has made them."""

    seed = 5

    def test_random_history(self):
        self._play()
