from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestBillPaymentBack(BillCase):
    """Payments that are taken back, and what goes with them."""

    def setUp(self):
        super().setUp()
        self.bill.action_post()
        self.charges = self.env["account.account"].create(
            {
                "code": "627000",
                "name": "Charges",
                "account_type": "expense",
                "company_ids": self.company.ids,
            }
        )
        self.company.openimis_account_bank_fee_id = self.charges

    def _charged(self):
        """Return the balance of the account of payment charges."""
        lines = self.env["account.move.line"].search(
            [("account_id", "=", self.charges.id), ("parent_state", "=", "posted")]
        )
        return sum(lines.mapped("balance"))

    def _owed(self):
        """Return what the books say the facility is owed."""
        lines = self.env["account.move.line"].search(
            [
                ("account_id.account_type", "=", "liability_payable"),
                ("partner_id", "=", self.facility_a.id),
                ("parent_state", "=", "posted"),
            ]
        )
        return -sum(lines.mapped("balance"))

    def _dialog(self, payment, method):
        action = getattr(payment, method)()
        return (
            self.env[action["res_model"]]
            .with_user(self.accountant)
            .with_context(**action["context"])
        )

    # === DIALOGS ===

    def test_reject_asks_why(self):
        payment = self._pay(self.bill)
        with Form(self._dialog(payment, "action_openimis_reject")) as form:
            form.reason = "account closed"
        form.record.action_confirm()
        self.assertEqual(payment.openimis_status, "0")
        self.assertEqual(self._owed(), 800)
        event = self._last_event()
        self.assertEqual(event.event_type, "4")
        self.assertIn("account closed", event.message)

    def test_refund_asks_when_and_why(self):
        payment = self._pay(self.bill, date="2026-02-01")
        with Form(self._dialog(payment, "action_openimis_refund")) as form:
            form.date = "2026-02-09"
            form.reason = "paid twice"
        form.record.action_confirm()
        self.assertEqual(payment.openimis_status, "2")
        refund = self.env["account.payment"].search(
            [("partner_id", "=", self.facility_a.id), ("payment_type", "=", "inbound")]
        )
        self.assertEqual((str(refund.date), refund.amount), ("2026-02-09", 800))
        self.assertIn("paid twice", self._last_event().message)

    # === TAKEN BACK ONCE ===

    def test_what_was_rejected_or_refunded_is_not_taken_back_again(self):
        for way in ("openimis_payment_rejected", "openimis_payment_refunded"):
            payment = self._pay(self.bill, 100)
            getattr(payment, way)()
            self.bill.sudo().openimis_suspended = False
            for deed in ("action_draft", "action_cancel"):
                with self.assertRaisesRegex(UserError, "Register a new one"):
                    getattr(payment, deed)()
            self.assertEqual(self._owed(), 800)

    def test_payment_reset_to_draft_takes_its_fees_along(self):
        payment = self._pay(self.bill, openimis_code_ext="P1", openimis_fees=2)
        self.assertEqual(self._charged(), 2)
        payment.action_draft()
        self.assertEqual((self._charged(), self._owed()), (0, 800))
        self.assertIn("P1 reset to draft", self._last_event().message)
        payment.openimis_fees = 3
        payment.action_post()
        self.assertEqual((self._charged(), self._owed()), (3, 0))

    def test_fees_of_a_confirmed_payment_follow(self):
        payment = self._pay(self.bill)
        for fees in (2, 7.5, 0, 3):
            payment.openimis_fees = fees
            self.assertEqual((self._charged(), self._owed()), (fees, 0))
        self.assertEqual(len(payment.openimis_fee_move_id), 1)

    def test_fees_stay_once_the_bank_has_them(self):
        payment = self._pay(self.bill, openimis_fees=2)
        line = payment.sudo().openimis_fee_move_id.line_ids.filtered(
            lambda line: line.account_id != self.charges
        )
        line.account_id.reconcile = True
        counterpart = self.env["account.move"].create(
            {
                "journal_id": payment.journal_id.id,
                "date": payment.date,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": amount})
                    for account, amount in (
                        (line.account_id, 2),
                        (payment.journal_id.default_account_id, -2),
                    )
                ],
            }
        )
        counterpart.action_post()
        (line | counterpart.line_ids.filtered(lambda x: x.balance > 0)).reconcile()
        payment.invalidate_recordset()
        self.assertTrue(payment.openimis_fees_locked)
        with self.assertRaisesRegex(UserError, "its fees stay"):
            payment.openimis_fees = 3
        self.assertEqual(self._charged(), 2)

    def test_fees_are_not_negative(self):
        with self.assertRaisesRegex(ValidationError, "must not be negative"):
            self._pay(self.bill, openimis_fees=-4)
        payment = self._pay(self.bill)
        with self.assertRaisesRegex(ValidationError, "must not be negative"):
            payment.openimis_fees = -4

    def test_what_was_taken_back_counts_for_nothing(self):
        self.assertEqual(self._pay(self.bill, 100).openimis_amount_standing, 100)
        payment = self._pay(self.bill, 200)
        payment.openimis_payment_rejected()
        self.assertEqual(payment.openimis_amount_standing, 0)
        payment = self._pay(self.bill, 300)
        payment.openimis_payment_refunded()
        self.assertEqual(payment.openimis_amount_standing, 0)

    def test_cancelled_payment_takes_its_fees_along(self):
        payment = self._pay(self.bill, openimis_fees=2)
        payment.action_cancel()
        self.assertEqual(payment.openimis_status, "3")
        self.assertEqual((self._charged(), self._owed()), (0, 800))

    def test_only_the_right_to_change_payments_takes_them_back(self):
        payment = self._pay(self.bill)
        payer = self._user("openimis_payer_only", rights=["156202"])
        for deed in ("action_draft", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(payment.with_user(payer), deed)()

    # === SEVERAL PAYMENTS AT ONCE ===

    def _two_facilities(self):
        self._claim("B1", {"price_asked": 50}, health_facility_id=self.facility_b.id)
        self.closing.action_generate()
        other = (self.closing.move_ids - self.bill).with_user(self.accountant)
        other.action_post()
        return self.bill | other

    def _register(self, bills):
        return (
            self.env["account.payment.register"]
            .with_user(self.accountant)
            .with_context(active_model="account.move", active_ids=bills.ids)
        )

    def test_details_of_one_payment_are_not_given_to_several(self):
        bills = self._two_facilities()
        wizard = self._register(bills).create({})
        self.assertFalse(wizard.openimis_is_single)
        wizard.openimis_fees = 2
        with self.assertRaisesRegex(UserError, "Fees: this belongs to one payment"):
            wizard._create_payments()
        wizard.write({"openimis_fees": 0, "openimis_label": "January"})
        payments = wizard._create_payments()
        self.assertEqual(payments.mapped("openimis_label"), ["January", "January"])
        self.assertEqual(set(bills.mapped("openimis_status")), {"2"})

    def test_details_are_asked_for_once_the_bills_are_grouped(self):
        self._claim("C3", {"price_asked": 50})
        self.closing.action_generate()
        other = (self.closing.move_ids - self.bill).with_user(self.accountant)
        other.action_post()
        wizard = self._register(self.bill | other).create({})
        self.assertFalse(wizard.openimis_is_single)
        wizard.group_payment = True
        self.assertTrue(wizard.openimis_is_single)
        wizard.openimis_code_ext = "P9"
        payment = wizard._create_payments()
        self.assertEqual((payment.amount, payment.openimis_code_ext), (850, "P9"))
        for bill in self.bill | other:
            self.assertIn("P9", bill.openimis_event_ids[0].message)
