from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.openimis_payable.tests.common import GROUP

from .common import BankCase, detail, entry


class BankDoors:
    """What holds for payments with an entry on its way to the bank and without."""

    def test_the_statement_confirms_a_payment(self):
        self._pay(self.bill_a, "P1")
        self.assertEqual(self.bill_a.openimis_status, "2")
        self._stated(self._debit(500, "P1"))
        self.assertEqual(self.bill_a.openimis_status, "7")
        self.assertFalse(self._lines().filtered("billing_to_decide"))
        # one payment, told once
        self.assertEqual(len(self._events(self.bill_a, "3")), 1)

    def test_one_payment_of_two_bills(self):
        self._pay(self.bill_a | self.bill_a2, "P1")
        self._stated(self._debit(540, "P1"))
        both = self.bill_a | self.bill_a2
        self.assertEqual(both.mapped("openimis_status"), ["7", "7"])

    def test_one_reference_of_two_facilities(self):
        self._pay(self.bill_a, "BULK")
        self._pay(self.bill_b, "BULK")
        self._stated(self._debit(560, "BULK"))
        both = self.bill_a | self.bill_b
        self.assertEqual(both.mapped("openimis_status"), ["7", "7"])

    def test_another_amount_is_left_to_decide(self):
        self._pay(self.bill_a, "P1")
        self._stated(self._debit(499, "P1"))
        self.assertEqual(self.bill_a.openimis_status, "2")
        line = self._line(-499)
        self.assertEqual(line.billing_finding, "payment_amount")
        self.assertIn("1.00 less", line.billing_text)
        self.assertEqual(line.billing_move_id, self.bill_a)

    def test_made_twice(self):
        self._pay(self.bill_a, "P1")
        self._stated(self._debit(500, "P1"), self._debit(500, "P1"))
        self.assertEqual(self.bill_a.openimis_status, "7")
        twice = self._lines().filtered("billing_to_decide")
        self.assertEqual(twice.mapped("billing_finding"), ["payment_twice"])

    def test_a_part_made_twice(self):
        self._pay(self.bill_a, "P1", 100)
        self._stated(self._debit(100, "P1"))
        self._stated(self._debit(100, "P1"), name="S2")
        self.assertEqual(self.bill_a.amount_residual, 400)
        twice = self._lines().filtered("billing_to_decide")
        self.assertEqual(twice.mapped("billing_finding"), ["payment_twice"])

    def test_made_though_it_was_rejected_here(self):
        self._pay(self.bill_a, "P1").openimis_payment_rejected("no account")
        self._stated(self._debit(500, "P1"))
        self.assertEqual(self._line(-500).billing_finding, "payment_gone")
        self.assertIn(self.bill_a.openimis_status, ("1", "6"))

    def test_what_comes_back_makes_the_bill_due_again(self):
        payment = self._pay(self.bill_a, "P1")
        self._stated(self._debit(500, "P1"))
        self._stated(self._back(500, "P1"), name="S2")
        self.assertIn(self.bill_a.openimis_status, ("1", "6"))
        self.assertEqual(self.bill_a.amount_residual, 500)
        self.assertEqual(payment.openimis_status, "0")
        [event] = self._events(self.bill_a, "4")
        self.assertIn("AC04", event.message)
        back = self._line(500)
        self.assertTrue(back.is_reconciled and back.billing_to_decide)
        self.assertIn("due again", back.billing_text)
        # a second attempt
        self._pay(self.bill_a, "P2")
        self._stated(self._debit(500, "P2"), name="S3")
        self.assertEqual(self.bill_a.openimis_status, "7")
        self.assertFalse(self._lines().filtered("billing_to_decide"))

    def test_what_comes_back_unknown_is_left(self):
        self._pay(self.bill_a, "P1")
        self._stated(self._back(500, "P1"), self._back(7, "P9"))
        self.assertEqual(self.bill_a.openimis_status, "2")
        self.assertEqual(self._line(500).billing_finding, "reversal")
        self.assertEqual(self._line(7).billing_finding, "unknown")


@tagged("post_install", "-at_install")
class TestBankWithEntries(BankDoors, BankCase):
    """Payments that have an entry on an outstanding account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outstanding = cls._with_outstanding_account()

    def test_nothing_stays_on_its_way(self):
        self._pay(self.bill_a, "P1")
        self._stated(self._debit(500, "P1"))
        self._stated(self._back(500, "P1"), name="S2")
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.outstanding.id)]
        )
        self.assertEqual(sum(items.mapped("balance")), 0)
        self.assertTrue(all(items.mapped("reconciled")))


@tagged("post_install", "-at_install")
class TestBankWithoutEntries(BankDoors, BankCase):
    """Payments that are booked by the bank's line itself, as Odoo does by default."""


@tagged("post_install", "-at_install")
class TestBankOnBills(BankCase):
    """Bills that were paid at the bank, without a payment here; rights at this door."""

    def test_a_bill_named_by_its_code_is_paid(self):
        code = self.bill_a.openimis_code
        paid = detail(500, text=code)
        self._stated(entry("-500", paid, day="2026-03-03"))
        self.assertEqual(self.bill_a.openimis_status, "7")
        self.assertEqual(str(self.bill_a.openimis_date_payed), "2026-03-03")
        [event] = self._events(self.bill_a, "3")
        self.assertIn("Paid by the bank statement", event.message)

    def test_what_only_resembles_pays_nothing(self):
        code = self.bill_a.openimis_code
        for text, amount in ((code[:-1], 500), (f"{code} ok", 500), (code, 499)):
            paid = detail(amount, text=text)
            self._stated(entry(f"-{amount}", paid), name=text)
        self.assertIn(self.bill_a.openimis_status, ("1", "6"))
        self.assertEqual(len(self._lines().filtered("billing_to_decide")), 3)

    def test_a_suspended_bill_is_not_paid(self):
        self.bill_a.openimis_bill_suspend()
        paid = detail(500, text=self.bill_a.openimis_code)
        self._stated(entry("-500", paid))
        self.assertEqual(self.bill_a.openimis_status, "5")
        self.assertIn("suspended", self._line(-500).billing_text)

    def test_matched_by_hand_in_oca_s_screen(self):
        """The buttons of OCA's screen, as a bookkeeper with the right to pay."""
        self._stated(entry("-500", day="2026-03-03"))
        line = self._line(-500).with_user(self.bookkeeper)
        owed = self.bill_a.line_ids.filtered(
            lambda item: item.account_type == "liability_payable"
        )
        line.add_account_move_line_id = owed
        line._onchange_add_account_move_line_id()
        line.reconcile_bank_line()
        self.assertEqual(self.bill_a.openimis_status, "7")
        self.assertEqual(str(self.bill_a.openimis_date_payed), "2026-03-03")
        self.assertEqual(len(self._events(self.bill_a, "3")), 1)
        line.unreconcile_bank_line()
        self.assertIn(self.bill_a.openimis_status, ("1", "6"))
        self.assertEqual(len(self._events(self.bill_a, "3")), 2)

    def test_without_the_right_nothing_is_paid_or_taken_off(self):
        """By the file, by hand, and by taking a match apart."""
        reader = self._bookkeeper(self.company, "bank_only")
        paid = detail(500, text=self.bill_a.openimis_code)
        self._stated(entry("-500", paid), user=reader)
        line = self._line(-500).with_user(reader)
        self.assertEqual(line.billing_finding, "refused")
        self.assertIn(self.bill_a.openimis_status, ("1", "6"))
        self.assertTrue(line.billing_to_decide)
        line.reconcile_data = False
        with self.assertRaises(AccessError):
            line.reconcile_bank_line()
        self.env.invalidate_all()
        self._line(-500).with_user(self.bookkeeper).action_billing_match()
        self.assertEqual(self.bill_a.openimis_status, "7")
        with self.assertRaises(AccessError):
            line.unreconcile_bank_line()

    def test_a_return_takes_the_right_to_reject(self):
        payer = self._bookkeeper(
            self.company,
            "bank_payer",
            ",openimis_payable.group_right_156202,openimis_payable.group_right_156201",
        )
        self._pay(self.bill_a, "P1")
        self._stated(self._debit(500, "P1"))
        self._stated(self._back(500, "P1"), name="S2", user=payer)
        self.assertEqual(self.bill_a.openimis_status, "7")
        back = self._line(500)
        self.assertEqual(back.billing_finding, "refused")
        back.with_user(self.bookkeeper).action_billing_match()
        self.assertIn(self.bill_a.openimis_status, ("1", "6"))

    def test_bills_of_another_area_stay(self):
        local = self._bookkeeper(self.company, "bank_local", f",{GROUP}accountant")
        local.openimis_location_ids = self.district_b
        paid = detail(500, text=self.bill_a.openimis_code)
        own = detail(60, text=self.bill_b.openimis_code)
        self._stated(entry("-500", paid), entry("-60", own), user=local)
        self.assertIn(self.bill_a.openimis_status, ("1", "6"))
        self.assertEqual(self.bill_b.openimis_status, "7")
        self.assertIn("not yours", self._line(-500).billing_text)


@tagged("post_install", "-at_install")
class TestBankOnBatches(BankCase):
    """A batch that the bank booked as one total; needs `openimis_payable_batch`."""

    def test_a_total_settles_all_its_payments(self):
        payments = self.env["account.payment"]
        if "payment_lot_id" not in payments._fields:
            self.skipTest("openimis_payable_batch is not installed")
        account = self._with_outstanding_account()
        first = self._pay(self.bill_a, "P1")
        second = self._pay(self.bill_b, "P2")
        order = self.env["account.payment.order"].create(
            {
                "payment_type": "outbound",
                "journal_id": self.bank.id,
                "payment_method_line_id": first.payment_method_line_id.id,
            }
        )
        lot = self.env["account.payment.lot"].create(
            {"name": "LOT1", "order_id": order.id, "date": "2026-03-01"}
        )
        (first | second).sudo().payment_lot_id = lot
        self._stated(entry("-560", batch="LOT1", count=2, bank="E1"))
        both = self.bill_a | self.bill_b
        self.assertEqual(both.mapped("openimis_status"), ["7", "7"])
        items = self.env["account.move.line"].search([("account_id", "=", account.id)])
        self.assertTrue(all(items.mapped("reconciled")))
        # one of them comes back
        self._stated(self._back(60, "P2"), name="S2")
        self.assertEqual(self.bill_a.openimis_status, "7")
        self.assertIn(self.bill_b.openimis_status, ("1", "6"))
