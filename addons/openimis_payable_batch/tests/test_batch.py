from lxml import etree

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import file_open

from .common import BatchCase

PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


@tagged("post_install", "-at_install")
class TestBatch(BatchCase):
    """From bills to a file for the bank, and to bills that are paid."""

    def _file(self, batch):
        return etree.fromstring(batch.sudo().payment_file_id.raw)

    def _of_file(self, batch, tag):
        return [e.text for e in self._file(batch).iter(f"{{{PAIN}}}{tag}")]

    def test_no_warning_of_sepa_where_the_money_is_not_the_euro(self):
        self.sepa.payment_method_id.sudo().warn_not_sepa = True
        batch = self._batch()
        self.assertNotEqual(batch.company_id.currency_id.name, "EUR")
        self.assertFalse(batch.sepa or batch.show_warning_not_sepa)

    def test_the_wizard_adds_up_what_is_paid(self):
        wizard = self._wizard()
        self.assertEqual((wizard.payable_count, wizard.partner_count), (3, 2))
        self.assertEqual((wizard.amount, wizard.left_out), (600, ""))

    def test_one_payment_pays_all_bills_of_a_third_party(self):
        batch = self._send(self._batch())
        self.assertEqual(batch.payment_ids.sorted("amount").mapped("amount"), [60, 540])
        self.assertTrue(all(payment.move_id for payment in batch.payment_ids))
        self.assertEqual(self.bills.mapped("amount_residual"), [0, 0, 0])
        self.assertEqual(set(self.bills.mapped("openimis_status")), {"2"})

    def test_payments_without_entries_are_refused_in_words(self):
        self.sepa.payment_account_id = False
        with self.assertRaisesRegex(UserError, "no outstanding account"):
            self._batch().draft2open()

    def test_a_batch_pays_as_a_payment_does(self):
        """Status, day, event and reference are those of one payment by hand."""
        manual = self.bank.outbound_payment_method_line_ids - self.sepa
        manual.payment_account_id = self.sepa.payment_account_id
        known = self.bill_b.openimis_payment_sent(openimis_code_ext="BY-HAND")
        self._send(self._batch(self.bill_a))
        payment = self.bill_a.matched_payment_ids
        for name in ("openimis_is_payment", "openimis_status", "state", "journal_id"):
            self.assertEqual(payment[name], known[name], name)
        for name in ("openimis_status", "payment_state"):
            self.assertEqual(self.bill_a[name], self.bill_b[name], name)
        self.assertEqual(self.bill_a.openimis_date_payed, payment.date)
        events = [
            bill.openimis_event_ids.sorted("id")[-1:]
            for bill in (self.bill_a, self.bill_b)
        ]
        self.assertEqual([event.event_type for event in events], ["3", "3"])
        self.assertEqual(
            events[0].message.replace(payment.openimis_code_ext, ""),
            events[1].message.replace("BY-HAND", "").replace("60.00", "500.00"),
        )

    def test_the_file_is_what_the_official_schema_asks(self):
        batch = self._batch()
        batch.draft2open()
        batch.open2generated()
        path = "account_payment_sepa_credit_transfer/data/pain.001.001.09.xsd"
        with file_open(path, "rb") as schema:
            etree.XMLSchema(etree.parse(schema)).assertValid(self._file(batch))
        self.assertEqual(self._of_file(batch, "NbOfTxs")[0], "2")
        self.assertEqual(self._of_file(batch, "CtrlSum")[0], "600.00")
        references = batch.payment_ids.mapped("openimis_code_ext")
        self.assertEqual(self._of_file(batch, "EndToEndId"), references)
        self.assertEqual(self._of_file(batch, "InstrId"), references)
        self.assertEqual(len(set(references)), 2)
        text = " ".join(self._of_file(batch, "Ustrd"))
        for bill in self.bills:
            self.assertIn(bill.openimis_code, text)

    def test_nothing_is_paid_before_the_file_is_sent(self):
        batch = self._batch()
        batch.draft2open()
        batch.open2generated()
        self.assertEqual(self.bills.mapped("amount_residual"), [500, 60, 40])
        self.assertNotIn("2", self.bills.mapped("openimis_status"))

    def test_a_reference_is_never_used_again(self):
        batch = self._batch()
        batch.draft2open()
        batch.open2generated()
        first = set(batch.payment_ids.mapped("openimis_code_ext"))
        batch.action_cancel()
        batch.cancel2draft()
        batch.draft2open()
        self.assertFalse(first & set(batch.payment_ids.mapped("openimis_code_ext")))

    def test_a_bill_in_a_batch_is_not_paid_beside_it(self):
        batch = self._batch(self.bill_a)
        with self.assertRaisesRegex(UserError, batch.name):
            self.bill_a.openimis_payment_sent()
        wizard = self._wizard()
        self.assertIn(batch.name, wizard.left_out)
        self.assertEqual(wizard.payable_ids, self.bill_a2 | self.bill_b)
        with self.assertRaisesRegex(UserError, batch.name):
            self._batch(self.bill_a)
        line = batch.payment_line_ids
        with self.assertRaisesRegex(UserError, batch.name):
            self._batch(self.bill_b).write(
                {"payment_line_ids": [(0, 0, {"move_line_id": line.move_line_id.id})]}
            )

    def test_what_cannot_be_paid_is_left_out_with_its_reason(self):
        self.bill_a.openimis_bill_suspend()
        self.facility_b.bank_ids.allow_out_payment = False
        wizard = self._wizard()
        self.assertEqual(wizard.payable_ids, self.bill_a2)
        self.assertIn("is suspended", wizard.left_out)
        self.assertIn("Facility HF-B can be trusted", wizard.left_out)
        self.bill_a2.openimis_payment_sent()
        with self.assertRaisesRegex(UserError, "paid already"):
            self._batch()

    def test_an_account_that_came_after_the_bill_is_paid_to(self):
        self.bills.sudo().partner_bank_id = False
        batch = self._batch()
        self.assertEqual(
            batch.payment_line_ids.partner_bank_id,
            (self.facility_a | self.facility_b).bank_ids,
        )
        batch.unlink()
        self.facility_b.bank_ids.unlink()
        self.assertIn("HF-B has no account", self._wizard(self.bill_b).left_out)

    def test_what_changes_on_the_way_stops_the_batch_in_words(self):
        changes = {
            "suspended": lambda: self.bill_a.openimis_bill_suspend(),
            "still owed": lambda: self._reconcile_by_hand(),
        }
        for text, change in changes.items():
            for step in ("draft2open", "open2generated", "generated2uploaded"):
                with self.subTest(text, step=step), self.env.cr.savepoint() as undo:
                    batch = self._batch()
                    for name in ("draft2open", "open2generated", "generated2uploaded"):
                        if name == step:
                            break
                        getattr(batch, name)()
                    change()
                    with self.assertRaisesRegex(UserError, text):
                        getattr(batch, step)()
                    undo.rollback()
                    self.env.invalidate_all()

    def _reconcile_by_hand(self):
        """Settle a part of bill A by an entry, as on a bank statement."""
        owed = self.bill_a._openimis_owed_items().sudo()
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-01",
                "journal_id": self.bank.id,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "account_id": account.id,
                            "partner_id": owed.partner_id.id,
                            "balance": balance,
                        },
                    )
                    for account, balance in (
                        (owed.account_id, 100),
                        (self.bank.default_account_id, -100),
                    )
                ],
            }
        )
        entry.action_post()
        (
            owed | entry.line_ids.filtered(lambda x: x.account_id == owed.account_id)
        ).reconcile()

    def test_a_batch_for_tomorrow_is_paid_tomorrow(self):
        tomorrow = fields.Date.add(fields.Date.context_today(self.bills), days=1)
        batch = self._batch(date=tomorrow)
        batch.draft2open()
        batch.open2generated()
        with self.assertRaisesRegex(UserError, "is paid on"):
            batch.generated2uploaded()

    def test_a_sent_batch_that_is_cancelled_leaves_the_bills_due(self):
        batch = self._send(self._batch())
        batch.action_cancel()
        self.assertEqual(self.bills.mapped("amount_residual"), [500, 60, 40])
        self.assertEqual(self._send(self._batch()).state, "uploaded")
        self.assertEqual(self.bills.mapped("amount_residual"), [0, 0, 0])

    def test_a_step_is_taken_once(self):
        batch = self._send(self._batch())
        for step in ("draft2open", "open2generated", "generated2uploaded"):
            with self.assertRaisesRegex(UserError, "by now"):
                getattr(batch, step)()

    def test_bills_of_others_are_paid_as_ever(self):
        """An ordinary bill of the same facility has a payment of its own."""
        other = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.facility_a.id,
                "company_id": self.company.id,
                "invoice_date": "2026-03-01",
                "ref": "PAPER-1",
                "preferred_payment_method_line_id": self.sepa.id,
                "invoice_line_ids": [
                    (0, 0, {"name": "Paper", "price_unit": 7, "tax_ids": False})
                ],
            }
        )
        other.action_post()
        batch = self._batch(self.bill_a)
        other.with_user(self.accountant).create_account_payment_line()
        line = self.env["account.payment.line"].search(
            [("move_line_id", "in", other.line_ids.ids)]
        )
        line.with_user(self.accountant).order_id = batch
        self._send(batch)
        ordinary = batch.payment_ids.filtered(lambda p: p.amount == 7)
        self.assertFalse(ordinary.openimis_is_payment)
        self.assertFalse(ordinary.openimis_code_ext)
        self.assertEqual(self.bill_a.openimis_status, "2")
