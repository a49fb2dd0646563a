from odoo.exceptions import UserError
from odoo.tests import tagged

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
        with self.assertRaisesRegex(UserError, "billed by another"):
            move.button_draft()
        self.assertEqual(fees.billing_move_id, second)

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
