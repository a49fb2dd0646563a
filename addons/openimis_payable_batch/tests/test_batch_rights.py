from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import tagged

from .common import BatchCase

STEPS = ("draft2open", "open2generated", "generated2uploaded")
GROUP = "account_payment_batch_oca.group_account_payment"


@tagged("post_install", "-at_install")
class TestBatchRights(BatchCase):
    """Who may pay bills of openIMIS in batches, at every door."""

    def test_who_manages_payments_does_not_pay_openimis_bills(self):
        stranger = self._user("openimis_test_stranger")
        stranger.group_ids |= self.env.ref(GROUP)
        stranger.group_ids |= self.env.ref("account.group_account_invoice")
        batch = self._batch()
        for step in STEPS:
            with self.subTest(step):
                with self.assertRaisesRegex(AccessError, "156202"):
                    getattr(batch.with_user(stranger), step)()
                getattr(batch, step)()
        with self.assertRaisesRegex(AccessError, "156203"):
            batch.with_user(stranger).action_cancel()
        with self.assertRaisesRegex(AccessError, "156202"):
            self.bills.with_user(stranger).action_openimis_pay_in_batch()

    def test_bills_of_other_areas_are_not_paid(self):
        batch = self._batch()
        self.officer.openimis_location_ids = self.district_a
        for step in STEPS:
            with self.subTest(step):
                with self.assertRaisesRegex(AccessError, "area"):
                    getattr(batch.with_user(self.officer), step)()
                getattr(batch, step)()
        with self.assertRaisesRegex(AccessError, "area"):
            self._wizard(self.bill_b, self.officer)

    def test_a_second_person_confirms(self):
        self.company.openimis_second_person = True
        batch = self._batch()
        with self.assertRaisesRegex(UserError, "Somebody else has to confirm"):
            batch.draft2open()
        # who changes where the money goes prepares, too
        line = batch.payment_line_ids[0].with_user(self.officer)
        line.amount_currency -= 1
        with self.assertRaisesRegex(UserError, "Somebody else has to confirm"):
            batch.with_user(self.officer).draft2open()
        batch.with_user(self.clerk).draft2open()
        self.assertEqual(batch.state, "open")

    def test_who_enters_the_account_is_no_second_person(self):
        """Nobody approved it with the bill, which names none."""
        self.company.openimis_second_person = True
        self.bills.sudo().partner_bank_id = False
        self.facility_a.bank_ids.unlink()
        chooser = self._user("openimis_test_chooser", "manager")
        chooser.group_ids |= self.env.ref("account.group_validate_bank_account")
        chooser.group_ids |= self.env.ref("base.group_partner_manager")
        account = self.env["res.partner.bank"].with_user(chooser)
        account = account.create(
            {"partner_id": self.facility_a.id, "acc_number": "GB29NWBK60161331926819"}
        )
        account.allow_out_payment = True
        batch = self._batch(self.bill_a)
        self.assertEqual(batch.payment_line_ids.partner_bank_id, account)
        with self.assertRaisesRegex(UserError, "Somebody else has to confirm"):
            batch.with_user(chooser).draft2open()
        batch.with_user(self.officer).draft2open()
        self.assertEqual(batch.state, "open")

    def test_nobody_else_is_paid_than_the_bill_says(self):
        """The line of a batch is the payer's to change, the bill is not."""
        thief = self._account(self.facility_b, "GB29NWBK60161331926819")
        batch = self._batch(self.bill_a)
        batch.payment_line_ids.write(
            {"partner_id": self.facility_b.id, "partner_bank_id": thief.id}
        )
        with self.assertRaisesRegex(UserError, "would pay Facility HF-B"):
            batch.draft2open()

    def test_nor_in_other_money(self):
        batch = self._batch(self.bill_a)
        dear = self.env.ref("base.KWD")
        dear.active = True
        batch.payment_line_ids.currency_id = dear
        with self.assertRaisesRegex(UserError, "would pay KWD"):
            batch.draft2open()

    def test_who_confirms_chooses_nothing_else_by_the_way(self):
        batch = self._batch(self.bill_b)
        other = self.env["account.account"].search(
            [
                ("company_ids", "in", self.company.id),
                ("account_type", "=", "expense"),
            ],
            limit=1,
        )
        said = {
            "default_destination_account_id": other.id,
            "default_payment_reference": "MINE",
            "default_openimis_fees": 7,
            "default_openimis_code_rcp": "MINE",
        }
        orders = self.env(user=batch.env.uid, context={})["account.payment.order"]
        call_kw(orders, "draft2open", [batch.ids], {"context": said})
        payment = batch.payment_ids
        self.assertNotEqual(payment.destination_account_id, other)
        self.assertFalse(payment.openimis_fees)
        self.assertFalse(payment.openimis_code_rcp)
        self.assertNotEqual(payment.payment_reference, "MINE")

    def test_the_program_writes_the_states(self):
        batch = self._batch()
        for vals in (
            {"state": "uploaded"},
            {"date_uploaded": "2026-01-01"},
            {"payment_file_id": 1},
            {"openimis_preparer_ids": [(5,)]},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                batch.write(vals)
        with self.assertRaises(AccessError):
            batch.copy({"state": "generated"})

    def test_nobody_puts_a_payment_into_a_batch(self):
        batch = self._batch()
        batch.draft2open()
        vals = {
            "amount": 1000,
            "partner_id": self.facility_b.id,
            "payment_type": "outbound",
            "journal_id": self.bank.id,
            "company_id": self.company.id,
        }
        payments = self.env["account.payment"].with_user(self.accountant)
        own = payments.create(vals)
        lot = batch.payment_lot_ids
        for into in ({"payment_order_id": batch.id}, {"payment_lot_id": lot.id}):
            with self.subTest(into):
                with self.assertRaises(AccessError):
                    payments.create({**vals, **into})
                with self.assertRaises(AccessError):
                    own.write(into)
        with self.assertRaises(AccessError):
            lot.write({"payment_ids": [(4, own.id)]})

    def test_what_is_confirmed_stays(self):
        batch = self._batch()
        batch.draft2open()
        payment = batch.payment_ids[:1].with_user(self.accountant)
        account = self._account(payment.partner_id, "GB29NWBK60161331926819")
        for vals in (
            {"amount": payment.amount + 1},
            {"partner_bank_id": account.id},
            {"memo": "mine"},
            {"openimis_code_ext": "mine"},
            {"payment_order_id": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                payment.write(vals)
        line = batch.payment_line_ids[:1]
        for change in (
            lambda: line.write({"amount_currency": 1}),
            lambda: line.write({"partner_bank_id": account.id}),
            line.unlink,
            lambda: batch.write({"journal_id": False}),
            batch.unlink,
            payment.action_post,
            payment.action_cancel,
            payment.openimis_payment_rejected,
        ):
            with self.assertRaisesRegex(UserError, batch.name):
                change()
        with self.assertRaises(AccessError):
            payment.unlink()
