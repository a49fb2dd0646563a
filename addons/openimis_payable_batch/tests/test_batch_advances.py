from odoo.tests import tagged

from .common import BatchCase


@tagged("post_install", "-at_install")
class TestBatchAdvances(BatchCase):
    """What a facility got before is taken off its next bills, and shown."""

    def _advance(self, amount, partner=None, **vals):
        advance = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": (partner or self.facility_a).id,
                "amount": amount,
                "date": "2026-01-15",
                "journal_id": self.bank.id,
                "payment_method_line_id": self.sepa.id,
                "memo": "ADV",
                **vals,
            }
        )
        advance.action_post()
        return advance

    def _owed_to(self, partner):
        """Return what the ledger says that a third party is owed."""
        items = self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_type", "=", "liability_payable"),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ]
        )
        return -sum(items.mapped("balance"))

    def test_an_advance_is_shown_taken_off_and_told(self):
        advance = self._advance(300)
        wizard = self._wizard()
        self.assertEqual((wizard.amount_set_off, wizard.amount), (300, 300))
        self.assertIn("Facility HF-A", wizard.advances)
        self.assertIn("300.00", wizard.advances)
        self.assertEqual(self.bill_a.amount_residual, 500, "looking changes nothing")
        action = wizard.action_make()
        batch = self.env["account.payment.order"].browse(action["res_id"])
        batch = batch.with_user(self.accountant)
        by_bill = {
            line.move_line_id.move_id: (
                line.openimis_amount_bill,
                line.openimis_amount_set_off,
                line.amount_currency,
            )
            for line in batch.payment_line_ids
        }
        self.assertEqual(by_bill[self.bill_a], (500, 300, 200))
        self.assertEqual(by_bill[self.bill_a2], (40, 0, 40))
        event = self.bill_a.openimis_event_ids.sorted("id")[-1]
        self.assertIn("300.00", event.message)
        self._send(batch)
        self.assertEqual(self.bills.mapped("amount_residual"), [0, 0, 0])
        self.assertEqual(self._owed_to(self.facility_a), 0)
        line = batch.payment_line_ids.filtered(
            lambda x: x.move_line_id.move_id == self.bill_a
        )
        self.assertEqual(line.openimis_amount_set_off, 300, "not what it paid itself")
        advice = self.env["report.openimis_payable.report_remittance"]
        payment = self._payment(batch, self.facility_a)
        row = next(
            row
            for row in advice.with_user(self.accountant)._settled(payment)
            if row.bill == self.bill_a
        )
        self.assertEqual((row.here, row.still_open), (200, 0))
        self.assertEqual(row.others, ((f"Payment {advance.name}", 300),))

    def test_an_advance_that_covers_all_leaves_nothing_to_pay(self):
        advance = self._advance(700)
        wizard = self._wizard(self.bill_a | self.bill_a2)
        self.assertEqual((wizard.amount_set_off, wizard.amount), (540, 0))
        action = wizard.action_make()
        self.assertIn("nothing is left", action["params"]["message"])
        self.assertEqual((self.bill_a | self.bill_a2).mapped("amount_residual"), [0, 0])
        self.assertEqual(self._owed_to(self.facility_a), -160)
        # the rest waits for the next bill
        rest = advance.move_id.line_ids.filtered(lambda x: x.amount_residual > 0)
        self.assertEqual(sum(rest.mapped("amount_residual")), 160)

    def test_it_is_left_alone_where_nobody_wants_it(self):
        self._advance(300)
        wizard = self._wizard(set_off=False)
        self.assertEqual((wizard.amount_set_off, wizard.amount), (0, 600))
        self.assertTrue(wizard.advances, "it is said all the same")
        batch = self.env["account.payment.order"].browse(wizard.action_make()["res_id"])
        self.assertEqual(sum(batch.payment_line_ids.mapped("amount_currency")), 600)

    def test_only_what_belongs_to_the_same_third_party_is_taken(self):
        self._advance(10, partner=self.facility_b)
        draft = self._advance(5)
        draft.action_draft()
        wizard = self._wizard(self.bill_a)
        self.assertFalse(wizard.advances)
        self.assertEqual(wizard.amount, 500)

    def test_credit_notes_take_the_right_to_cancel_bills(self):
        bills = self.env["account.move"].with_user(self.accountant)
        bills.openimis_bill_create(
            {
                "partner_id": self.facility_a.id,
                "move_type": "in_refund",
                "invoice_date": "2026-02-01",
            },
            [{"code": "BACK", "description": "Back", "unit_price": 30}],
        ).action_post()
        payer = self._user("openimis_test_payer", rights=["156202", "156101"])
        self.assertFalse(self._wizard(self.bill_a, payer).advances)
        wizard = self._wizard(self.bill_a)
        self.assertEqual((wizard.amount_set_off, wizard.amount), (30, 470))
        wizard.action_make()
        self.assertEqual(self.bill_a.amount_residual, 470)
