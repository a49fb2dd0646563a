from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestButtons(OpenimisCase):
    """Odoo's own buttons on a bill of openIMIS: the same truth, or a refusal."""

    def setUp(self):
        super().setUp()
        self.claim = self._claim("C1", SERVICE)
        self.closing = self._closing()
        self.closing.action_generate()
        self.bill = self.closing.move_ids
        self.bill.action_post()
        self.bank = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )

    def _events(self, kind):
        events = self.bill.openimis_event_ids.filtered(
            lambda event: event.event_type == kind
        )
        return events.mapped("message")

    def _owed(self):
        return self.bill.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable"
        )

    def _advance(self, user=None, amount=None):
        """Return a plain payment of Odoo's to the facility, not yet of any bill."""
        payment = (
            self.env["account.payment"]
            .with_user(user or self.env.user)
            .create(
                {
                    "payment_type": "outbound",
                    "partner_type": "supplier",
                    "partner_id": self.facility_a.id,
                    "amount": amount or self.bill.amount_total,
                    "date": "2026-02-10",
                    "journal_id": self.bank.id,
                    "memo": "ADVANCE",
                }
            )
        )
        payment.outstanding_account_id = self._outstanding()
        payment.action_post()
        return payment

    def _outstanding(self):
        return self.env["account.account"].search(
            [
                ("company_ids", "in", self.company.ids),
                ("account_type", "=", "asset_current"),
                ("reconcile", "=", True),
            ],
            limit=1,
        ) or self.env["account.account"].create(
            {
                "name": "Outstanding",
                "code": "101499",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(self.company.ids)],
            }
        )

    def _outstanding_line(self, payment):
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == self._owed().account_id
        )

    def _statement_line(self):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-02-15",
                "payment_ref": "Transfer HF-A",
                "partner_id": self.facility_a.id,
                "amount": -self.bill.amount_total,
            }
        )
        _bank, suspense, _other = line._seek_for_lines()
        suspense.account_id = self._owed().account_id
        return line, suspense

    # === PAYING ===

    def test_outstanding_debits_make_a_payment_of_the_bill(self):
        payment = self._advance()
        self.bill.with_user(self.accountant).js_assign_outstanding_line(
            self._outstanding_line(payment).id
        )
        self.assertIn(self.bill.openimis_status, ("2", "7"))
        self.assertEqual(self.bill.openimis_date_payed, payment.date)
        self.assertTrue(payment.openimis_is_payment)
        self.assertEqual(payment.openimis_status, "1")
        self.assertEqual(payment.invoice_ids, self.bill)
        self.assertEqual(len(self._events("3")), 1)
        payment.with_user(self.accountant).openimis_payment_rejected("bounced")
        self.assertNotIn(self.bill.openimis_status, ("2", "7"))
        self.assertEqual(payment.openimis_status, "0")

    def test_outstanding_debits_need_the_right_to_pay(self):
        payment = self._advance()
        user = self._user("creates_only", rights=["156102"])
        mine = self.bill.with_user(user)
        self.assertFalse(mine.invoice_outstanding_credits_debits_widget)
        with self.assertRaises(AccessError):
            mine.js_assign_outstanding_line(self._outstanding_line(payment).id)
        with self.assertRaises(AccessError):
            (self._outstanding_line(payment) | self._owed()).with_user(user).reconcile()

    def test_a_suspended_bill_is_settled_by_nothing(self):
        payment = self._advance()
        self.bill.openimis_bill_suspend()
        mine = self.bill.with_user(self.accountant)
        self.assertFalse(mine.invoice_outstanding_credits_debits_widget)
        with self.assertRaises(UserError):
            mine.js_assign_outstanding_line(self._outstanding_line(payment).id)
        _line, suspense = self._statement_line()
        with self.assertRaises(UserError):
            (suspense | self._owed()).reconcile()
        self.assertEqual(self.bill.openimis_status, "5")

    def test_bank_reconciliation_on_the_bill_itself(self):
        line, suspense = self._statement_line()
        (suspense | self._owed()).with_user(self.accountant).reconcile()
        self.assertEqual(self.bill.openimis_status, "7")
        self.assertEqual(
            self.bill.openimis_date_payed, fields.Date.to_date("2026-02-15")
        )
        self.assertIn("Transfer HF-A", self._events("3")[0])
        line.action_undo_reconciliation()
        self.assertNotIn(self.bill.openimis_status, ("2", "7"))
        self.assertFalse(self.bill.openimis_date_payed)

    def test_what_settled_a_bill_is_taken_off_with_the_right_only(self):
        self.bill.openimis_payment_sent(openimis_code_ext="P1")
        partial = self._owed().matched_debit_ids
        if not partial:
            self.skipTest("payments without entry")
        user = self._user("creates", rights=["156102"])
        with self.assertRaises(AccessError):
            self.bill.with_user(user).js_remove_outstanding_partial(partial.id)
        self.bill.with_user(self.accountant).js_remove_outstanding_partial(partial.id)
        self.assertNotIn(self.bill.openimis_status, ("2", "7"))
        self.assertIn("No longer", self._events("3")[0])

    def test_the_date_of_a_rejected_payment_does_not_stay(self):
        first = self.bill.openimis_payment_sent(
            date="2026-03-31", openimis_code_ext="P1"
        )
        first.openimis_payment_rejected()
        self.bill.openimis_payment_sent(date="2026-03-01", openimis_code_ext="P2")
        self.assertEqual(
            self.bill.openimis_date_payed, fields.Date.to_date("2026-03-01")
        )

    # === REVERSING ===

    def _reversal(self, user):
        return (
            self.env["account.move.reversal"]
            .with_user(user)
            .with_context(active_model="account.move", active_ids=self.bill.ids)
            .create({"journal_id": self.bill.journal_id.id, "date": "2026-02-20"})
        )

    def test_reverse_and_create_is_refused_and_names_amend(self):
        wizard = self._reversal(self.accountant)
        self.assertTrue(wizard.billing_no_modify)
        with self.assertRaisesRegex(UserError, "Amend"):
            wizard.modify_moves()
        self.assertFalse(self.bill.reversal_move_ids)
        self.assertEqual(self.claim.billing_state, "billed")

    def test_a_credit_note_needs_the_right_to_delete(self):
        user = self._user("pays_only", rights=["156202"])
        with self.assertRaises(AccessError):
            self._reversal(user).refund_moves()

    def test_a_credit_note_reverses_the_bill_and_keeps_its_sources(self):
        self._reversal(self.accountant).refund_moves()
        note = self.bill.reversal_move_ids
        self.assertFalse(note.openimis_type)
        note.with_user(self.accountant).action_post()
        self.assertEqual(self.bill.openimis_status, "3")
        self.assertFalse(self.bill.openimis_date_payed)
        self.assertEqual(self.claim.billing_move_id, self.bill)
        self.bill.with_user(self.accountant).action_bill_again()
        self.assertEqual(self.claim.billing_state, "to_bill")

    # === CHANGING ===

    def test_journal_items_need_the_right_of_the_bill(self):
        self.bill.button_draft()
        for right in ("156102", "156104", "156109", "156202", "156203", "156206"):
            with self.subTest(right=right), self.assertRaises(AccessError):
                user = self._user(f"items_{right}", rights=[right])
                with self.env.cr.savepoint():
                    self.bill.invoice_line_ids.with_user(user).write({"price_unit": 1})
        user = self._user("items_156103", rights=["156103"])
        self.bill.invoice_line_ids.with_user(user).write({"price_unit": 1})

    def test_a_duplicate_is_a_plain_document(self):
        copy = self.bill.copy()
        self.assertFalse(
            copy.openimis_type or copy.openimis_code or copy.openimis_line_ids
        )
        self.assertFalse(copy.billing_link_ids)

    def test_reset_and_confirm_keep_the_truth(self):
        self.bill.with_user(self.accountant).button_draft()
        self.assertEqual(self.bill.openimis_status, "0")
        self.assertEqual(self.claim.billing_move_id, self.bill)
        self.bill.with_user(self.accountant).action_post()
        self.assertIn(self.bill.openimis_status, ("1", "6"))

    def test_buttons_are_hidden_from_who_may_not_press_them(self):
        reader = self._user("reader_only", rights=["156101"])
        bill = self.bill.with_user(reader)
        self.assertFalse(
            bill.openimis_may_pay
            or bill.openimis_may_update
            or bill.openimis_may_delete
        )
        arch = self.env["account.move"].get_view(view_type="form")["arch"]
        for field in ("may_pay", "may_update", "may_delete"):
            self.assertIn(f"or not openimis_{field}", arch)

    # === FROM THE LIST ===

    def _drafts(self):
        """Return two more drafts; the second one is suspended."""
        self._claim("C2", SERVICE)
        self._claim("C3", SERVICE, health_facility_id=self.facility_b.id)
        closing = self._closing(self.clerk, date_from="2026-01-01")
        closing.action_generate()
        drafts = closing.move_ids.sorted("id").with_user(self.accountant)
        self.assertEqual(len(drafts), 2)
        drafts[1].openimis_bill_suspend()
        return drafts

    def test_a_suspended_draft_stops_no_other(self):
        ready, suspended = drafts = self._drafts()
        action = drafts.action_validate_moves_with_confirmation()
        self.assertEqual(drafts.mapped("state"), ["posted", "draft"])
        params = action["params"]
        self.assertIn(suspended.openimis_code, params["message"])
        self.assertNotIn(ready.openimis_code, params["message"])
        with self.assertRaisesRegex(UserError, suspended.openimis_code):
            suspended.action_validate_moves_with_confirmation()

    def test_a_suspended_draft_stops_no_other_that_is_secured(self):
        ready, suspended = drafts = self._drafts()
        ready.journal_id.sudo().restrict_mode_hash_table = True
        dialogs = self.env["validate.account.move"].with_user(self.accountant)
        journal = {"active_model": "account.journal", "active_id": ready.journal_id.id}
        dialog = dialogs.with_context(**journal).create({"force_hash": True})
        self.assertEqual(dialog.move_ids, drafts)
        action = dialog.validate_move()
        self.assertTrue(ready.inalterable_hash)
        self.assertEqual(suspended.state, "draft")
        self.assertIn(suspended.openimis_code, action["params"]["message"])

    # === WHAT NOBODY WRITES ===

    def test_marks_of_the_program_are_written_by_nobody(self):
        payment = self.bill.openimis_payment_sent(openimis_code_ext="P1")
        manager = self._user("boss", "manager")
        line = self.bill.openimis_line_ids
        attempts = [
            (self.bill, "openimis_suspended", True),
            (self.bill, "openimis_deleted", True),
            (self.bill, "openimis_type", False),
            (self.bill, "openimis_uuid", "x"),
            (self.bill, "openimis_closing_id", False),
            (self.bill, "openimis_version", 9),
            (self.bill, "openimis_replaced_by_id", self.bill.id),
            (self.bill, "billing_run_id", 99),
            (payment, "openimis_is_payment", False),
            (payment, "openimis_refunded", True),
            (payment, "openimis_uuid", "x"),
            (line, "source_id", 0),
            (line, "source_model", False),
            (line, "amount_net", 1),
            (line, "quantity", 50),
            (line, "move_id", False),
        ]
        for record, name, value in attempts:
            with self.subTest(field=f"{record._name}.{name}"):
                with self.assertRaises(UserError):
                    record.with_user(manager).write({name: value})

    def test_lines_of_a_validated_bill_stay(self):
        line = self.bill.openimis_line_ids.with_user(self._user("boss", "manager"))
        for deed in (lambda: line.write({"description": "x"}), line.unlink):
            with self.assertRaises(UserError):
                deed()

    def test_every_field_is_guarded_unless_said_otherwise(self):
        for model in ("account.move", "account.payment"):
            guarded = self.env[model]._openimis_guarded()
            for name in ("partner_id", "date", "journal_id", "state", "currency_id"):
                self.assertIn(name, guarded)
        self.assertIn("amount_total", self.env["account.move"]._openimis_guarded())

    def test_readers_add_messages_on_the_screen_of_events(self):
        user = self._user("writes_messages", rights=["156101", "156306"])
        action = self.bill.with_user(user).action_openimis_events()
        event = (
            self.env[action["res_model"]]
            .with_user(user)
            .with_context(**action["context"])
            .create({"message": "Please check"})
        )
        self.assertEqual(event.move_id, self.bill)
