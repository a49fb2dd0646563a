import random
from collections import defaultdict
from decimal import Decimal

from odoo.tests import tagged

from .common import BankCase

STEPS = 30
DEEDS = (
    *("send", "send", "make", "make", "back", "other", "twice"),
    *("reject", "late", "credit"),
)


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
        self.sent, self.made, self.gone, self.at_bank = {}, {}, {}, 0
        self.settled, self.credited = defaultdict(int), defaultdict(int)
        self.done_deeds = defaultdict(int)
        for step in range(STEPS):
            deeds = self.rng.sample(DEEDS, len(DEEDS))
            if step % 2:  # what was done least, so that each is done
                deeds.sort(key=lambda deed: self.done_deeds[deed])
            for deed in deeds:
                if getattr(self, f"_deed_{deed}")(step):
                    self.done_deeds[deed] += 1
                    break
            self.env.invalidate_all()
            self._check()
        self.assertEqual(set(self.done_deeds), set(DEEDS))

    def _open_bills(self):
        return [bill for bill in self.bills if bill.openimis_status in ("1", "6")]

    def _one_of(self, kept):
        return self.rng.choice(sorted(kept)) if kept else None

    def _book(self, step, booked, reference):
        self._stated(self._debit(_text(booked), reference), name=f"ST{step}")
        self.at_bank -= booked

    # === DEEDS: each tells whether it was done ===

    def _deed_send(self, step):
        """All or a part is sent; a bill whose payment came back is tried again."""
        if not (found := self._open_bills()):
            return False
        bill, reference = self.rng.choice(found), f"R{step}"
        due = self._cents(bill.amount_residual)
        amount = self.rng.choice([due, max(1, due // 3)])
        payment = self._pay(bill, reference, amount / 100)
        # a part always has an entry, or nobody would see what is left
        entered = amount if payment.move_id else 0
        self.settled[bill] += entered
        self.sent[reference] = (bill, amount, entered)
        return True

    def _deed_make(self, step):
        """The bank makes a payment."""
        if not (reference := self._one_of(self.sent)):
            return False
        bill, amount, entered = self.sent.pop(reference)
        self._book(step, amount, reference)
        self.settled[bill] += amount - entered
        self.made[reference] = (bill, amount)
        return True

    def _deed_other(self, step):
        """The bank books another amount than was sent."""
        if not (reference := self._one_of(self.sent)):
            return False
        self._book(step, self.sent[reference][1] + 7, reference)
        return True

    def _deed_back(self, step):
        """The money comes back."""
        if not (reference := self._one_of(self.made)):
            return False
        bill, amount = self.made.pop(reference)
        self._stated(self._back(_text(amount), reference), name=f"ST{step}")
        self.at_bank += amount
        self.settled[bill] -= amount
        return True

    def _deed_twice(self, step):
        """The bank books once more what it made."""
        if not (reference := self._one_of(self.made)):
            return False
        self._book(step, self.made[reference][1], reference)
        return True

    def _deed_reject(self, _step):
        """The bank says that it will not make a payment."""
        if not (reference := self._one_of(self.sent)):
            return False
        bill, amount, entered = self.sent.pop(reference)
        payment = self.env["account.payment"].search(
            [
                ("openimis_code_ext", "=", reference),
                ("company_id", "=", self.company.id),
            ]
        )
        payment.with_user(self.accountant).openimis_payment_rejected("AC04")
        self.settled[bill] -= entered
        self.gone[reference] = amount
        return True

    def _deed_late(self, step):
        """The bank books what it rejected before."""
        if not (reference := self._one_of(self.gone)):
            return False
        self._book(step, self.gone[reference], reference)
        return True

    def _deed_credit(self, _step):
        """A credit note takes a part off a bill."""
        found = [b for b in self._open_bills() if self._cents(b.amount_residual) > 2]
        if not found:
            return False
        bill = self.rng.choice(found)
        amount = self._cents(bill.amount_residual) // 3
        note = bill.sudo()._reverse_moves([{"invoice_date": "2026-05-31"}])
        note.invoice_line_ids.price_unit = amount / 100
        note.action_post()
        owed = (note | bill.sudo()).line_ids.filtered(
            lambda line: line.account_type == "liability_payable"
        )
        owed.filtered(lambda line: not line.reconciled).reconcile()
        self.settled[bill] += amount
        self.credited[bill] += amount
        return True

    # === CHECKS ===

    def _check(self):
        done = defaultdict(int)
        for bill, amount in self.made.values():
            done[bill] += amount
        for bill in self.bills:
            total = self._cents(bill.amount_total)
            owed = self._cents(bill.amount_residual)
            self.assertEqual(owed, total - self.settled[bill])
            self.assertEqual(
                bill.openimis_status == "7", done[bill] + self.credited[bill] == total
            )
            # what is settled in its own money is settled in the ledger's
            items = bill.sudo().line_ids.filtered(
                lambda line: line.account_type == "liability_payable"
            )
            self.assertEqual(bool(sum(items.mapped("amount_residual"))), bool(owed))
        lines = self._lines()
        self.assertEqual(self._cents(sum(lines.mapped("amount"))), self.at_bank)
        ledger = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.bank.default_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        booked = self._cents(sum(ledger.mapped("amount_currency")))
        self.assertEqual(booked, self.at_bank)
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
            self._cents(sum(suspense.mapped("amount_currency"))),
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


@tagged("post_install", "-at_install")
class TestTotalsInAnotherCurrency(Totals):
    """Bills and an account in other money than the books, at a rate that moves."""

    seed = 7

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": euro.id,
                    "company_id": cls.company.id,
                }
                for day, rate in (("2026-01-01", 0.91), ("2026-03-02", 0.8777))
            ]
        )
        account = cls.bank.bank_account_id
        cls.bank.bank_account_id = False
        cls.bank = cls.bank.create(
            {
                "name": "Euros",
                "code": "EURO",
                "type": "bank",
                "company_id": cls.company.id,
                "currency_id": euro.id,
                "bank_account_id": account.id,
            }
        )
        cls._with_outstanding_account()
        moves = cls.env["account.move"].with_user(cls.accountant)
        cls.bills = moves.browse()
        for number in range(10):
            price = cls.rng.randrange(100, 90000) / 100
            cls.bills |= moves.openimis_bill_create(
                {
                    "partner_id": cls.rng.choice((cls.facility_a, cls.facility_b)).id,
                    "invoice_date": "2026-02-01",
                    "openimis_code": f"E-{number}",
                    "currency_id": euro.id,
                },
                [{"code": "S", "description": "Care", "unit_price": price}],
            )
        cls.bills.action_post()

    def test_random_history(self):
        self._play()
