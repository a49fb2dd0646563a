import csv
from io import StringIO

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import BatchCase


@tagged("post_install", "-at_install")
class TestBatchLayout(BatchCase):
    """Batches as files of mobile money and of banks, whose layouts are data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.by_layout = cls.env.ref("openimis_payable_batch.method_layout")
        cls.mobile = cls._by_layout("layout_mobile_money")
        cls.transfer = cls._by_layout("layout_bank_csv")
        cls._account(cls.facility_a, "+225 07 01 02 03 04")
        cls._account(cls.facility_b, "+225 05 01 02 03 04")

    @classmethod
    def _by_layout(cls, name):
        layout = cls.env.ref(f"openimis_payable_batch.{name}")
        return cls._method(
            cls.by_layout,
            name=name,
            openimis_layout_id=layout.id,
            payment_account_id=cls.sepa.payment_account_id.id,
        )

    def _written(self, method, **vals):
        batch = self._batch(payment_method_line_id=method.id, **vals)
        batch.draft2open()
        batch.open2generated()
        layout = method.openimis_layout_id
        text = batch.sudo().payment_file_id.raw.decode(layout.encoding)
        delimiter = {"comma": ",", "semicolon": ";"}[layout.separator]
        return batch, list(csv.reader(StringIO(text), delimiter=delimiter))

    def test_a_file_for_mobile_money(self):
        batch, (head, *rows) = self._written(self.mobile)
        self.assertEqual(head[:3], ["msisdn", "amount", "currency"])
        paid = {row[0]: row[1:] for row in rows}
        to_a = self._payment(batch, self.facility_a)
        self.assertEqual(
            paid["2250701020304"][:4],
            ["540.00", "USD", "Facility HF-A", to_a.openimis_code_ext],
        )
        self.assertEqual(paid["2250501020304"][0], "60.00")
        self.assertIn(self.bill_a2.openimis_code, paid["2250701020304"][4])
        self.assertEqual(batch.sudo().payment_file_id.name, f"{batch.name}.csv")

    def test_a_file_for_a_bank(self):
        self.facility_a.name = "Hôpital; du Łac"
        batch, (head, *rows) = self._written(self.transfer, date="2026-12-31")
        amounts = [row[head.index("Amount")] for row in rows]
        self.assertEqual(sorted(amounts), ["540,00", "60,00"])
        by_account = {row[head.index("Account")]: row for row in rows}
        row = by_account["DE89370400440532013000"]
        self.assertEqual(row[head.index("Date")], "31/12/2026")
        self.assertEqual(row[head.index("Debit account")], "CH9300762011623852957")
        self.assertTrue(row[head.index("Beneficiary")].startswith("Hôpital; du "))

    def test_results_of_a_file_come_back_by_its_references(self):
        batch, (_head, *rows) = self._written(self.mobile)
        batch.generated2uploaded()
        references = {row[0]: row[4] for row in rows}
        run = self._results(
            f",540.00,rejected,{references['2250701020304']},wallet closed,,",
            f",60.00,accepted,{references['2250501020304']},,,",
        )
        self.assertEqual(run.state, "done", self._texts(run))
        self.assertEqual(self.bills.mapped("amount_residual"), [500, 0, 40])

    def test_what_the_file_does_not_take_is_said_before(self):
        self.facility_b.bank_ids.filtered(
            lambda account: account.acc_number.startswith("+")
        ).unlink()
        wizard = self._wizard(payment_method_line_id=self.mobile.id)
        self.assertEqual(wizard.payable_ids, self.bill_a | self.bill_a2)
        self.assertIn("a mobile number with its country code", wizard.left_out)

    def test_what_the_file_does_not_take_stops_it_with_all_reasons(self):
        self.mobile.openimis_layout_id.write({"amount_most": 500, "amount_least": 70})
        batch = self._batch(payment_method_line_id=self.mobile.id)
        batch.draft2open()
        with self.assertRaises(UserError) as caught:
            batch.open2generated()
        text = str(caught.exception)
        self.assertIn("Facility HF-A", text)
        self.assertIn("above the most one, 500", text)
        self.assertIn("below the least one, 70", text)
        self.assertEqual(batch.state, "open")

    def test_layouts_that_cannot_work_are_refused(self):
        layout = self.mobile.openimis_layout_id
        for vals in (
            {"account_pattern": "[0-9"},
            {"account_pattern": "1" * 101},
            {"account_pattern": "([0-9]+)+"},
            {"account_pattern": "([A-Z0-9]?){64}"},
            {"decimals": 7},
            {"column_ids": [(5,)]},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                layout.write(vals)
        with self.assertRaises(ValidationError):
            self._method(self.by_layout, name="None", selectable=True)

    def test_a_layout_shows_its_first_lines(self):
        layout = self.env.ref("openimis_payable_batch.layout_bank_csv")
        head, row = layout.preview.splitlines()
        self.assertIn("Debit account;Beneficiary", head)
        self.assertIn("1234,00;XOF;31/01/2026", row)
        self.assertNotEqual(layout.copy().name, layout.name)

    def test_nobody_changes_what_another_company_pays_by(self):
        """A layout is of no company: who is paid would be what a stranger writes."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._user("openimis_test_stranger", "manager")
        stranger.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        theirs = {"allowed_company_ids": other.ids}
        layout = self.mobile.openimis_layout_id.with_user(stranger)
        layout = layout.with_context(**theirs)
        account = layout.column_ids.filtered(lambda c: c.source == "account")
        for number, deed in enumerate(
            (
                lambda: account.write({"source": False, "prefix": "2250000000000"}),
                lambda: account.copy({"title": "mine"}),
                account.unlink,
                lambda: layout.write({"decimals": 0}),
                lambda: layout.write(
                    {"column_ids": [(1, account.id, {"prefix": "1"})]}
                ),
            )
        ):
            with self.subTest(number), self.assertRaisesRegex(AccessError, "Duplicate"):
                deed()
        copy = layout.copy()
        copy.column_ids[0].title = "mine"
        with self.assertRaises(AccessError):
            copy.column_ids[0].layout_id = layout
        self.mobile.openimis_layout_id.with_user(
            self._user("openimis_test_own", "manager")
        ).decimals = 1

    def test_a_description_that_is_too_long_is_not_looked_at(self):
        with self.assertRaisesRegex(ValidationError, "too long"):
            self.mobile.openimis_layout_id.account_pattern = "(" * 5000
