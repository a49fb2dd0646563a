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

    def test_a_layout_that_was_changed_writes_no_file(self):
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
        # it was confirmed an hour ago
        self.env.cr.execute(
            "UPDATE account_payment SET create_date = create_date - interval '1 hour'"
            " WHERE payment_order_id = %s",
            [self.batch.id],
        )
        self.env.invalidate_all()
        columns = method.openimis_layout_id.column_ids
        columns.filtered(lambda c: c.source == "account").write(
            {"source": False, "prefix": self.thief.acc_number}
        )
        with self.assertRaisesRegex(UserError, "was changed after batch"):
            self.batch.open2generated()

    def test_a_closing_of_receivables_says_so(self):
        closing = self._closing(self.clerk)
        with self.assertRaisesRegex(UserError, "no vendor bill"):
            closing.with_user(self.accountant).action_openimis_pay_in_batch()
