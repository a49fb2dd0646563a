from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestBillPayment(BillCase):
    """Payments through Odoo: partial, several, over-paid, rejected, refunded."""

    def setUp(self):
        super().setUp()
        self.bill.action_post()
        self.bank = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")], limit=1
        )

    def test_partial_payments_add_up(self):
        self._pay(self.bill, 200, openimis_code_ext="P1")
        self.assertEqual(self.bill.amount_residual, 600)
        self.assertNotEqual(self.bill.openimis_status, "2")
        self._pay(self.bill, 600, openimis_code_ext="P2")
        self.assertEqual(self.bill.openimis_status, "2")

    def test_payment_carries_openimis_fields(self):
        payment = self._pay(
            self.bill,
            openimis_code_ext="EXT",
            openimis_code_rcp="RCP",
            openimis_code_receipt="R-7",
            openimis_label="January",
            openimis_amount_received=798,
            date="2026-02-10",
        )
        self.assertRecordValues(
            payment,
            [
                {
                    "amount": 800,
                    "openimis_code_ext": "EXT",
                    "openimis_code_rcp": "RCP",
                    "openimis_code_receipt": "R-7",
                    "openimis_label": "January",
                    "openimis_amount_received": 798,
                    "openimis_status": "1",
                }
            ],
        )
        self.assertEqual(str(self.bill.openimis_date_payed), "2026-02-10")
        event = self._last_event()
        self.assertEqual((event.event_type, event.data["code_ext"]), ("3", "EXT"))
        self.assertIn("$\xa0800.00", event.message)

    def test_same_reference_is_registered_once(self):
        first = self._pay(self.bill, 200, openimis_code_ext="P1")
        again = self._pay(self.bill, 200, openimis_code_ext="P1")
        self.assertEqual(first, again)
        self.assertEqual(self.bill.amount_residual, 600)

    def test_same_reference_with_another_amount_is_refused(self):
        self._pay(self.bill, 200, openimis_code_ext="P1")
        with self.assertRaisesRegex(UserError, "P1 was used.*IV-HF-A-2026-01"):
            self._pay(self.bill, 201, openimis_code_ext="P1")
        self.assertEqual(self.bill.amount_residual, 600)

    def _other_bills(self):
        """Return another bill of the facility, and one of another facility."""
        self._claim("B1", {"price_asked": 60}, health_facility_id=self.facility_b.id)
        self._claim("C3", {"price_asked": 50})
        self.closing.action_generate()
        bills = (self.closing.move_ids - self.bill).with_user(self.accountant)
        bills.action_post()
        return bills.sorted(lambda bill: bill.partner_id != self.facility_a)

    def test_a_bulk_transfer_has_one_reference_for_several_bills(self):
        own, other = self._other_bills()
        payments = [
            self._pay(bill, openimis_code_ext="BULK")
            for bill in (self.bill, own, other, other)
        ]
        self.assertEqual(len(set(payments)), 3)
        self.assertEqual(payments[2], payments[3])
        self.assertEqual([p.amount for p in payments], [800, 50, 60, 60])
        self.assertFalse(any((self.bill | own | other).mapped("amount_residual")))

    def test_a_reference_does_not_pay_a_bill_with_others_once_more(self):
        own, _other = self._other_bills()
        self._pay(self.bill, 200, openimis_code_ext="BULK")
        with self.assertRaisesRegex(UserError, "BULK was used"):
            self._pay(self.bill | own, openimis_code_ext="BULK")

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_the_reference_of_the_same_bills_once(self):
        first = self._pay(self.bill, 200, openimis_code_ext="P1")
        second = self._pay(self.bill, 200, openimis_code_ext="P2")
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            second.openimis_code_ext = "P1"
            self.env.flush_all()
        self.assertEqual(first.openimis_status, "1")

    def test_amounts_have_the_decimals_of_the_currency(self):
        for name in ("amount", "openimis_fees", "openimis_amount_received"):
            with (
                self.subTest(name),
                self.assertRaisesRegex(UserError, "33.335 has more decimals than USD"),
            ):
                self._pay(self.bill, **{name: 33.335})
        self.assertFalse(self.bill.matched_payment_ids)

    def test_overpayment_leaves_a_credit(self):
        payment = self._pay(self.bill, 900)
        self.assertEqual(self.bill.openimis_status, "2")
        payable = payment.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        )
        self.assertEqual(payable.amount_residual, 100)

    def test_one_payment_for_several_bills(self):
        self._claim("C3", {"price_asked": 50})
        self.closing.action_generate()
        other = (self.closing.move_ids - self.bill).with_user(self.accountant)
        other.action_post()
        payment = self._pay(self.bill | other)
        self.assertEqual(len(payment), 1)
        self.assertEqual(payment.amount, 850)
        self.assertEqual((self.bill | other).mapped("openimis_status"), ["2", "2"])

    def test_draft_and_paid_bills_are_refused(self):
        self._pay(self.bill)
        with self.assertRaisesRegex(UserError, "paid already"):
            self._pay(self.bill)
        self._claim("C3", {"price_asked": 50})
        self.closing.action_generate()
        draft = (self.closing.move_ids - self.bill).with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "not validated"):
            self._pay(draft)

    def test_rejected_payment_makes_the_bill_due(self):
        payment = self._pay(self.bill, openimis_code_ext="P1")
        payment.openimis_payment_rejected("account closed")
        self.assertEqual(payment.openimis_status, "0")
        self.assertEqual(self.bill.amount_residual, 800)
        self.assertIn(self.bill.openimis_status, ("1", "6"))
        self.assertEqual(self._last_event().event_type, "4")
        self._pay(self.bill, openimis_code_ext="P1")
        self.assertEqual(self.bill.openimis_status, "2")

    def test_refunded_payment_suspends_the_bill(self):
        payment = self._pay(self.bill)
        refund = payment.openimis_payment_refunded()
        self.assertEqual(payment.openimis_status, "2")
        self.assertEqual((refund.payment_type, refund.amount), ("inbound", 800))
        self.assertEqual(self.bill.amount_residual, 800)
        self.assertEqual(self.bill.openimis_status, "5")

    def test_fees_are_posted(self):
        charges = self.env["account.account"].create(
            {
                "code": "627000",
                "name": "Charges",
                "account_type": "expense",
                "company_ids": self.company.ids,
            }
        )
        with self.assertRaisesRegex(UserError, "payment charges"), self.cr.savepoint():
            self._pay(self.bill, openimis_fees=2)
        self.company.openimis_account_bank_fee_id = charges
        payment = self._pay(self.bill, openimis_fees=2)
        entry = payment.openimis_fee_move_id
        self.assertEqual(entry.state, "posted")
        line = entry.line_ids.filtered(lambda x: x.account_id == charges)
        self.assertEqual(line.balance, 2)
