from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BatchCase


@tagged("post_install", "-at_install")
class TestBatchAttacks(BatchCase):
    """Ways around what somebody confirmed: none leads to the bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ledger = cls._user("openimis_test_ledger", "accountant")
        cls.ledger.group_ids |= cls.env.ref("account.group_account_manager")
        cls.ledger.group_ids |= cls.env.ref("account.group_validate_bank_account")
        cls.ledger.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.thief = cls._account(cls.facility_b, "GB29NWBK60161331926819")

    def setUp(self):
        super().setUp()
        self.batch = self._batch()

    def _confirmed(self):
        self.batch.draft2open()
        return self.batch

    def test_an_account_that_was_changed_after_all_gets_nothing(self):
        """Who may trust accounts may change one in the same breath."""
        account = self.facility_a.bank_ids
        self._confirmed()
        account.with_user(self.ledger).write(
            {"allow_out_payment": False, "acc_number": "GB82WEST12345698765432"}
        )
        with self.assertRaisesRegex(UserError, "DE89370400440532013000"):
            self.batch.open2generated()
        account.allow_out_payment = True
        with self.assertRaisesRegex(UserError, "another one now"):
            self.batch.open2generated()
        account.write(
            {"allow_out_payment": False, "acc_number": "DE89370400440532013000"}
        )
        with self.assertRaisesRegex(UserError, "not trusted any more"):
            self.batch.open2generated()

    def test_a_bill_is_not_paid_to_the_account_of_somebody_else(self):
        line = self.batch.payment_line_ids.filtered(
            lambda x: x.partner_id == self.facility_a
        )[:1]
        line.with_user(self.accountant).partner_bank_id = self.thief
        with self.assertRaisesRegex(UserError, "belongs to Facility HF-B"):
            self._confirmed()

    def test_ordinary_payments_of_a_batch_stay_as_they_were_confirmed_too(self):
        line = self.env["account.payment.line"].with_user(self.accountant)
        line.create(
            {
                "order_id": self.batch.id,
                "partner_id": self.facility_b.id,
                "partner_bank_id": self.facility_b.bank_ids[:1].id,
                "amount_currency": 7,
                "communication": "Paper",
            }
        )
        self._confirmed()
        ordinary = self.batch.payment_ids.filtered(lambda p: p.amount == 7)
        self.assertFalse(ordinary.openimis_is_payment)
        for user in (self.accountant, self.ledger):
            mine = ordinary.with_user(user)
            for vals in ({"amount": 7000}, {"partner_bank_id": self.thief.id}):
                with self.subTest(vals), self.assertRaises(AccessError):
                    mine.write(vals)
            with self.assertRaises(AccessError):
                mine.unlink()
            with self.assertRaisesRegex(UserError, self.batch.name):
                mine.action_post()

    def test_nothing_is_taken_out_of_the_file_and_paid_all_the_same(self):
        self._confirmed()
        lots = self.batch.payment_lot_ids.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, self.batch.name):
            lots.unlink()
        line = self.batch.payment_line_ids[:1].with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "confirmed"):
            line.write({"payment_ids": [(5,)]})

    def test_nobody_changes_the_file(self):
        self._confirmed().open2generated()
        file = self.batch.sudo().payment_file_id.with_user(self.accountant)
        for vals in ({"raw": b"<mine/>"}, {"datas": b"bWluZQ=="}, {"name": "mine.xml"}):
            with self.subTest(vals), self.assertRaisesRegex(AccessError, "nobody"):
                file.write(vals)
        with self.assertRaisesRegex(AccessError, "nobody"):
            file.unlink()
        self.batch.action_cancel()
        self.assertFalse(file.exists())

    def _age(self, table, column, record):
        """Let rows that belong to a record be an hour older."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {table} SET create_date = create_date - interval '1 hour',"
            f" write_date = write_date - interval '1 hour' WHERE {column} = %s",
            [record.id],
        )
        self.env.invalidate_all()

    def _age_layout(self, layout):
        self._age("openimis_payment_layout", "id", layout)
        self._age("openimis_payment_layout_column", "layout_id", layout)

    def _by_layout(self):
        """Return the method of a batch by layout that was confirmed an hour ago."""
        method = self._method(
            self.env.ref("openimis_payable_batch.method_layout"),
            name="List",
            openimis_layout_id=self.env.ref(
                "openimis_payable_batch.layout_bank_csv"
            ).id,
            payment_account_id=self.sepa.payment_account_id.id,
        )
        self.batch.unlink()
        self.batch = self._batch(self.bill_a, payment_method_line_id=method.id)
        self._confirmed()
        self.env.flush_all()
        layout = method.openimis_layout_id
        self._age("account_payment", "payment_order_id", self.batch)
        self._age("account_payment_method_line", "id", method)
        self._age_layout(layout)
        self.env.invalidate_all()
        return method

    def test_what_was_changed_of_how_it_is_written_writes_no_file(self):
        """Neither a layout that was changed, nor another one that was there before."""
        method = self._by_layout()
        layout = method.openimis_layout_id
        other = layout.copy({"name": "Other"})
        self._age_layout(other)
        for change in (
            lambda: layout.column_ids.filtered(lambda c: c.source == "account").write(
                {"source": False, "prefix": self.thief.acc_number}
            ),
            lambda: method.write({"openimis_layout_id": other.id}),
        ):
            with self.assertRaisesRegex(UserError, "was changed after batch"):
                with self.env.cr.savepoint():
                    change()
                    self.env.flush_all()
                    self.batch.open2generated()
            self.env.invalidate_all()
        self.batch.open2generated()
        self.assertEqual(self.batch.state, "generated")

    def test_an_account_at_another_bank_is_another_one(self):
        bank = self.env["res.bank"].create({"name": "Ours", "bic": "DEUTDEFFXXX"})
        self.facility_a.bank_ids.bank_id = bank
        self._confirmed()
        bank.with_user(self.ledger).sudo().bic = "COBADEFFXXX"
        with self.assertRaisesRegex(UserError, "DEUTDEFFXXX"):
            self.batch.open2generated()

    def test_a_closing_of_receivables_says_so(self):
        closing = self._closing(self.clerk)
        with self.assertRaisesRegex(UserError, "no vendor bill"):
            closing.with_user(self.accountant).action_openimis_pay_in_batch()
