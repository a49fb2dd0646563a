import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

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

    # === RESULT FILE ===

    def _import(self, text, **vals):
        run = (
            self.env["openimis.payment.import"]
            .with_user(self.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "file": base64.b64encode(text.encode()),
                    "file_name": "results.csv",
                    "journal_id": self.bank.id,
                    **vals,
                }
            )
        )
        run.action_run()
        return run

    def test_result_file_comes_from_the_only_bank(self):
        imports = self.env["openimis.payment.import"].with_user(self.accountant)
        new = imports.new({"company_id": self.company.id})
        self.assertEqual(new.journal_id._origin, self.bank)
        self.bank.copy()
        self.assertFalse(imports.new({}).journal_id)

    def test_result_file_registers_and_rejects(self):
        code = self.bill.openimis_code
        head = "code,amount,status,code_ext,date,reason\n"
        self._import(head + f"{code},300,accepted,M1,2026-02-03,\n")
        self.assertEqual(self.bill.amount_residual, 500)
        run = self._import(
            head
            + f"{code},300,accepted,M1,2026-02-03,\n"
            + f"{code},500,accepted,M2,2026-02-04,\n"
        )
        self.assertEqual(run.state, "done")
        self.assertEqual(self.bill.amount_residual, 0)
        self._import(head + f"{code},500,rejected,M2,2026-02-05,no such account\n")
        self.assertEqual(self.bill.amount_residual, 500)

    def test_result_file_notes_a_failure_that_was_never_registered(self):
        head = "code,amount,status,reason\n"
        run = self._import(head + f"{self.bill.openimis_code},800,failed,no account\n")
        self.assertEqual(run.state, "done")
        event = self._last_event()
        self.assertEqual(event.event_type, "4")
        self.assertIn("no account", event.message)
        self.assertEqual(self.bill.amount_residual, 800)

    def test_result_file_names_bad_cells(self):
        run = self._import(
            "code;amount;status\n"
            f"{self.bill.openimis_code};12,5,0;accepted\n"
            f"{self.bill.openimis_code};10;perhaps\n"
            "NOBODY;10;accepted\n"
            f"{self.bill.openimis_code};10,50;accepted\n"
        )
        self.assertEqual(run.state, "partial")
        found = {
            (message.code, message.row, message.column)
            for message in run.exchange_message_ids
            if message.row
        }
        self.assertEqual(
            found, {("bad_amount", 2, "amount"), ("bad_status", 3, "status")}
        )
        self.assertIn("NOBODY", " ".join(run.exchange_message_ids.mapped("text")))
        self.assertEqual(self.bill.amount_residual, 789.5)

    def test_result_file_without_column(self):
        run = self._import("code;amount\nA;1\n")
        self.assertEqual(run.state, "failed")
        self.assertEqual(run.exchange_message_ids.column, "status")
