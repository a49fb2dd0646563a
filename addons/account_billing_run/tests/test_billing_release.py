from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestBillingRelease(BillingCase):
    def test_deleted_draft_frees_its_sources(self):
        fees = self.make_fees(100)
        run = self.bill()
        run.move_ids.unlink()
        self.assertTrue(fees.exists())
        self.assertEqual(fees.billing_state, "to_bill")
        self.assertEqual(self.bill().move_ids.amount_untaxed, 100)

    def test_cancelled_move_frees_its_sources(self):
        fees = self.make_fees(100)
        run = self.bill()
        run.move_ids.button_cancel()
        self.assertEqual(fees.billing_state, "to_bill")

    def test_reset_to_draft_takes_the_sources_back(self):
        fees = self.make_fees(100)
        move = self.bill().move_ids
        move.button_cancel()
        move.button_draft()
        self.assertEqual(fees.billing_move_id, move)
        self.assertFalse(self.bill().move_ids)

    def test_reset_to_draft_is_refused_when_billed_elsewhere(self):
        fees = self.make_fees(100)
        move = self.bill().move_ids
        move.button_cancel()
        second = self.bill().move_ids
        # a refusal is no fault of the database: the server's log stays quiet
        with (
            self.assertNoLogs("odoo.sql_db", "ERROR"),
            self.assertRaisesRegex(UserError, "billed by another"),
        ):
            move.button_draft()
        self.assertEqual(fees.billing_move_id, second)

    def test_reset_to_draft_is_refused_when_the_sources_are_gone(self):
        fees = self.make_fees(100, 50)
        move = self.bill().move_ids
        move.button_cancel()
        fees[0].sudo().unlink()
        with self.assertRaises(UserError) as refusal:
            move.button_draft()
        self.assertIn("deleted or replaced", str(refusal.exception))
        self.assertEqual(move.state, "cancel")
        self.assertEqual(fees[1].billing_state, "to_bill")

    # === CREDITED ===

    def credit(self, move, share=1):
        """Return the posted credit note of a share of a move."""
        note = move._reverse_moves([{"invoice_date": move.invoice_date}])
        for line in note.invoice_line_ids:
            line.price_unit *= share
        note.action_post()
        return note

    def test_credit_note_frees_nothing_by_itself(self):
        fees = self.make_fees(100)
        move = self.bill().move_ids
        move.action_post()
        self.credit(move)
        self.assertEqual(fees.billing_state, "billed")
        self.assertTrue(move.billing_credited)
        self.assertFalse(self.bill().move_ids)

    def test_credited_move_is_billed_again_on_demand(self):
        fees = self.make_fees(100, 50)
        run = self.bill()
        move = run.move_ids
        move.action_post()
        self.credit(move)
        action = move.action_bill_again()
        self.assertEqual((action["res_model"], action["res_id"]), (run._name, run.id))
        self.assertEqual(set(fees.mapped("billing_state")), {"to_bill"})
        self.assertIn("2 documents", move.message_ids[0].body)
        second = self.bill().move_ids
        self.assertEqual(second.amount_untaxed, 150)
        with self.assertRaisesRegex(UserError, "bills nothing"):
            move.action_bill_again()
        with self.assertRaisesRegex(UserError, "billed by another"):
            move.button_draft()

    def test_reset_to_draft_takes_back_what_was_to_be_billed_again(self):
        fees = self.make_fees(100)
        move = self.bill().move_ids
        move.action_post()
        self.credit(move)
        move.action_bill_again()
        move.button_draft()
        self.assertEqual(fees.billing_move_id, move)
        self.assertFalse(self.bill().move_ids)

    def test_partial_credit_is_not_billed_again(self):
        fees = self.make_fees(100)
        move = self.bill().move_ids
        move.action_post()
        for share in (0.4, 0.59):
            self.credit(move, share)
            with self.assertRaisesRegex(UserError, "do not cover"):
                move.action_bill_again()
        self.assertEqual(fees.billing_state, "billed")
        self.credit(move, 0.01)
        move.action_bill_again()
        self.assertEqual(fees.billing_state, "to_bill")

    def test_draft_credit_note_is_not_enough(self):
        self.make_fees(100)
        move = self.bill().move_ids
        move.action_post()
        move._reverse_moves([{"invoice_date": move.invoice_date}])
        with self.assertRaisesRegex(UserError, "do not cover"):
            move.action_bill_again()

    def test_only_who_may_change_documents_bills_again(self):
        self.make_fees(100)
        move = self.bill().move_ids
        move.action_post()
        self.credit(move)
        reader = new_test_user(
            self.env, "billing_reader", "account.group_account_readonly"
        )
        with self.assertRaises(AccessError):
            move.with_user(reader).action_bill_again()

    def test_cancelling_an_old_move_leaves_the_new_one_alone(self):
        fees = self.make_fees(100)
        move = self.bill().move_ids
        move.button_cancel()
        second = self.bill().move_ids
        move.unlink()
        self.assertEqual(fees.billing_move_id, second)
        self.assertEqual(fees.billing_state, "billed")

    def test_reset_of_a_posted_move_keeps_its_sources(self):
        fees = self.make_fees(100)
        move = self.bill().move_ids
        move.action_post()
        move.button_draft()
        self.assertEqual(fees.billing_move_id, move)

    def test_undo_deletes_drafts_and_frees_all(self):
        fees = self.make_fees(100, 50)
        run = self.bill()
        run.action_undo()
        self.assertFalse(run.move_ids.exists())
        self.assertEqual(set(fees.mapped("billing_state")), {"to_bill"})

    def test_undo_refuses_posted_moves(self):
        self.make_fees(100)
        run = self.bill()
        run.move_ids.action_post()
        with self.assertRaisesRegex(UserError, "posted"):
            run.action_undo()

    def test_billed_source_cannot_be_deleted(self):
        fees = self.make_fees(100)
        self.bill()
        with self.assertRaises(UserError):
            fees.sudo().unlink()

    def test_duplicate_of_a_move_bills_nothing(self):
        self.make_fees(100)
        move = self.bill().move_ids
        self.assertFalse(move.copy().billing_link_ids)
