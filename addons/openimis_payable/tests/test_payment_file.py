import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_bill_services import BillCase

#: rows of nonsense that pay nothing
#: how the import ends; a file with bytes that are no text is damaged as a whole
STATES = {"huge": "partial", "no character": "failed", "formula": "partial"}
HEAD = "code,amount,status,code_ext,date,reason\n"


@tagged("post_install", "-at_install")
class TestPaymentFile(BillCase):
    """Result files of banks: every row is used, or named with its line and bill."""

    def setUp(self):
        super().setUp()
        self.bill.action_post()
        self.bank = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")], limit=1
        )
        self.code = self.bill.openimis_code

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
        [finding] = run.exchange_message_ids
        self.assertEqual((finding.severity, finding.row), ("warning", 2))
        event = self._last_event()
        self.assertEqual(event.event_type, "4")
        self.assertIn("no account", event.message)
        self.assertEqual(self.bill.amount_residual, 800)

    def test_what_is_counted_has_a_name(self):
        rows = f"{self.code},10,accepted,M1,,\n{self.code},10,rejected,M1,,\n"
        run = self._import(HEAD + rows + "\n,,perhaps,,,\n")
        labels = run.with_context(lang="fr_FR")._counter_labels()
        counted = {*run.counters, *(a for row in run.counters.values() for a in row)}
        self.assertEqual(counted - set(labels), set())
        self.assertEqual(labels["reject"], "Rejeté")

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
            found,
            {
                ("bad_amount", 2, "amount"),
                ("bad_status", 3, "status"),
                (False, 4, "code"),
            },
        )
        self.assertIn("NOBODY", " ".join(run.exchange_message_ids.mapped("text")))
        self.assertEqual(self.bill.amount_residual, 789.5)

    def test_result_file_without_column(self):
        run = self._import("code;amount\nA;1\n")
        self.assertEqual(run.state, "failed")
        self.assertEqual(run.exchange_message_ids.column, "status")

    def _paid(self):
        return 800 - self.bill.amount_residual

    def _texts(self, run):
        return " ".join(run.exchange_message_ids.mapped("text"))

    # === ONE REFERENCE ===

    def test_a_bulk_transfer_pays_all_its_bills(self):
        self._claim("B1", {"price_asked": 60}, health_facility_id=self.facility_b.id)
        self.closing.action_generate()
        other = (self.closing.move_ids - self.bill).with_user(self.accountant)
        other.action_post()
        rows = (
            f"{self.code},800,accepted,BULK-77,,\n"
            f"{other.openimis_code},60,accepted,BULK-77,,\n"
        )
        run = self._import(HEAD + rows)
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual((self.bill | other).mapped("amount_residual"), [0, 0])
        self.assertEqual(run.counters["payment"]["create"], 2)
        self._import(HEAD + f"{other.openimis_code},60,rejected,BULK-77,,closed\n")
        self.assertEqual((self.bill | other).mapped("amount_residual"), [0, 60])

    def test_a_reference_with_another_amount_is_named(self):
        self._import(HEAD + f"{self.code},300,accepted,M1,,\n")
        run = self._import(HEAD + f"{self.code},200,accepted,M1,,\n")
        self.assertEqual(run.state, "failed")
        self.assertIn("M1 was used", self._texts(run))
        self.assertEqual(self._paid(), 300)

    # === AMOUNTS ===

    def test_what_is_no_certain_amount_pays_nothing(self):
        cases = ("0", "", "0.00", '"45,000"', "45.000", "33.335", "-5", "1e2")
        for text in cases:
            with self.subTest(text):
                run = self._import(HEAD + f"{self.code},{text},accepted,,,\n")
                self.assertEqual(run.state, "failed", self._texts(run))
                self.assertEqual(run.exchange_message_ids.row, 2)
                self.assertEqual(self._paid(), 0)

    def test_the_user_says_the_decimal_mark(self):
        row = f"{self.code},1.000,accepted,,,\n"
        self._import(HEAD + row, decimal_mark=",")
        self.assertEqual(self._paid(), 800)
        payment = self.bill.matched_payment_ids
        self.assertEqual(payment.amount, 1000)

    # === TWICE ===

    def test_the_same_file_is_recognised(self):
        text = "code,amount,status\n" + f"{self.code},60,accepted\n"
        self._import(text)
        run = self._import(text)
        self.assertEqual((run.state, self._paid()), ("failed", 60))
        self.assertEqual(run.exchange_message_ids.code, "known_file")
        self._import(text, import_again=True)
        self.assertEqual(self._paid(), 120)

    def test_an_equal_row_without_reference_is_taken_for_the_same(self):
        row = f"{self.code},60,accepted,,2026-02-03,\n"
        run = self._import(HEAD + row + row)
        self.assertEqual((run.state, self._paid()), ("partial", 60))
        self.assertIn("line 3", self._texts(run))
        run = self._import(HEAD + row + f"{self.code},60,accepted,M2,2026-02-03,\n")
        self.assertEqual((run.state, self._paid()), ("partial", 120))
        warning = run.exchange_message_ids.filtered(lambda m: m.severity == "warning")
        self.assertEqual((warning.code, warning.row), ("alike", 3))
        self._import(HEAD + f"{self.code},60,accepted,,2026-02-04,\n")
        self.assertEqual(self._paid(), 180)

    # === ROWS THAT COULD NOT BE USED ===

    def test_rows_that_could_not_be_used_are_never_done(self):
        good = f"{self.code},10,accepted,G,,\n"
        cases = {
            "unreadable": (f"{self.code},ten,accepted,,,\n", "failed"),
            "unknown": ("NOBODY,10,accepted,,,\n", "failed"),
            "one of two": (good + "NOBODY,1,accepted,,,\n", "partial"),
            "one of two unreadable": (good + f"{self.code},ten,paid,,,\n", "partial"),
        }
        for case, (rows, state) in cases.items():
            with self.subTest(case):
                self.assertEqual(self._import(HEAD + rows).state, state)

    def test_a_bill_that_cannot_be_paid_is_named_with_its_line(self):
        self._claim("B1", {"price_asked": 60}, health_facility_id=self.facility_b.id)
        self.closing.action_generate()
        draft = self.closing.move_ids - self.bill
        run = self._import(HEAD + f"\n{draft.openimis_code},60,accepted,,,\n")
        [finding] = run.exchange_message_ids
        self.assertEqual((finding.row, finding.value), (3, draft.openimis_code))
        self.assertIn("line 3", finding.text)
        self.assertIn(f"Bill {draft.openimis_code} is not validated", finding.text)

    def test_a_rejection_without_reference_finds_the_payment(self):
        self._pay(self.bill)
        run = self._import(HEAD + f"{self.code},800,rejected,,,no account\n")
        self.assertEqual((run.state, self._paid()), ("done", 0))

    def test_a_rejection_that_may_mean_several_payments_is_named(self):
        self._pay(self.bill, 300)
        self._pay(self.bill, 300, openimis_code_ext="P2")
        row = f"{self.code},300,rejected,,,no account\n"
        run = self._import(HEAD + row)
        self.assertEqual((run.state, self._paid()), ("failed", 600))
        self.assertIn("P2", self._texts(run))
        run = self._import(HEAD + f"{self.code},200,rejected,P2,,no account\n")
        self.assertEqual((run.state, self._paid()), ("failed", 600))

    # === ODD FILES ===

    def test_days_of_no_payment_are_refused(self):
        for day in ("2099-01-01", "0026-02-03", "1926-02-03"):
            with self.subTest(day):
                run = self._import(HEAD + f"{self.code},10,accepted,,{day},\n")
                self.assertEqual((run.state, self._paid()), ("failed", 0))
                told = run.exchange_message_ids
                self.assertIn(day, (told.value, *told.text.split()))
                self.assertEqual(told.row, 2)

    def test_columns_that_are_not_read_are_named(self):
        run = self._import(
            f"code,amount,status,currency\n{self.code},10,accepted,EUR\n"
        )
        self.assertEqual((run.state, self._paid()), ("done", 10))
        self.assertIn("currency", run.exchange_message_ids.text)

    def test_nonsense_is_a_finding_with_its_line(self):
        rows = {
            "huge": f"{self.code},{'9' * 40},accepted,,,\n",
            "no character": f"{self.code},10,accepted,P\x00,,\n",
            "long": f"{self.code},10,accepted,{'P' * 100_000},,\n",
            "formula": '"=1+1",10,accepted,,,\n',
        }
        for name, row in rows.items():
            with self.subTest(name):
                run = self._import(HEAD + row + f"{self.code},1,accepted,,,\n")
                paid = self._paid()
                self.assertEqual(run.state, STATES.get(name, "done"))
                for finding in run.exchange_message_ids:
                    self.assertTrue(finding.row, finding.text)
                    self.assertNotIn("Traceback", finding.text)
                self.assertLessEqual(paid, 11)
                self.bill._openimis_live_payments().openimis_payment_rejected()

    def test_a_file_that_was_planned_is_the_one_that_runs(self):
        run = self.env["openimis.payment.import"].create(
            {
                "company_id": self.company.id,
                "file": base64.b64encode(
                    f"{HEAD}{self.code},10,accepted,,,\n".encode()
                ),
                "journal_id": self.bank.id,
            }
        )
        run.action_plan()
        other = f"{HEAD}{self.code},20,accepted,,,\n".encode()
        run.with_user(self.accountant).write({"file": base64.b64encode(other)})
        run.action_run()
        self.assertEqual(self._paid(), 20)
        with self.assertRaisesRegex(UserError, "new import"):
            run.with_user(self.accountant).write({"file": base64.b64encode(b"x")})

    def test_more_than_is_due_is_named(self):
        run = self._import(HEAD + f"{self.code},8000,accepted,M1,,\n")
        self.assertEqual(run.state, "done")
        [finding] = run.exchange_message_ids
        self.assertEqual((finding.code, finding.row), ("surplus", 2))
        self.assertIn("8,000.00 was paid", finding.text.replace("$\u00a0", ""))
        run = self._import(HEAD + f"{self.code},1,accepted,M2,,\n")
        self.assertEqual(run.state, "failed", "it is paid")
