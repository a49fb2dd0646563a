from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestBillLife(BillCase):
    """Delete, amend, suspend, re-run: nothing twice, nothing lost."""

    def _billed(self):
        """Return the amount of the live bills of the closing."""
        moves = self.closing.move_ids.filtered(
            lambda move: move.openimis_status not in ("3", "4")
        )
        return sum(moves.mapped("amount_total"))

    # === DELETE ===

    def test_deleted_draft_frees_its_claims(self):
        self.bill.openimis_bill_delete()
        self.assertEqual(self.bill.openimis_status, "4")
        self.assertEqual(set(self.claims.mapped("billing_state")), {"to_bill"})
        self.assertTrue(self.claims.exists())
        self.closing.action_generate()
        self.assertEqual(self._billed(), 800)

    def test_deleted_validated_bill_is_reversed(self):
        self.bill.action_post()
        self.bill.openimis_bill_delete()
        self.assertEqual(self.bill.openimis_status, "4")
        self.assertEqual(self.bill.amount_residual, 0)
        self.assertEqual(self.bill.reversal_move_ids.amount_total, 800)
        self.closing.action_generate()
        self.assertEqual(self._billed(), 800)

    def test_paid_bill_is_not_deleted(self):
        self.bill.action_post()
        self._pay(self.bill, 100)
        with self.assertRaisesRegex(UserError, "paid"):
            self.bill.openimis_bill_delete()

    def test_deleted_draft_comes_back_with_its_claims(self):
        self.bill.openimis_bill_delete()
        self.bill.button_draft()
        self.assertEqual(self.bill.openimis_status, "0")
        self.assertEqual(set(self.claims.mapped("billing_state")), {"billed"})

    def test_deleted_draft_stays_away_once_its_claims_are_billed(self):
        self.bill.openimis_bill_delete()
        self.closing.action_generate()
        with self.assertRaises(UserError):
            self.bill.button_draft()

    def test_reversed_and_amended_bills_do_not_come_back(self):
        self.bill.action_post()
        self.bill.openimis_bill_delete()
        with self.assertRaisesRegex(UserError, "deleted"):
            self.bill.button_draft()
        self.closing.action_generate()
        second = (self.closing.move_ids - self.bill).with_user(self.accountant)
        second.openimis_bill_amend()
        with self.assertRaisesRegex(UserError, "amended"):
            second.button_draft()

    def test_unlinked_draft_frees_its_claims(self):
        self.bill.unlink()
        self.assertEqual(set(self.claims.mapped("billing_state")), {"to_bill"})

    # === AMEND ===

    def test_amended_draft(self):
        replacement = self.bill.openimis_bill_amend()
        self.assertEqual(self.bill.openimis_status, "3")
        self.assertEqual(self.bill.openimis_replaced_by_id, replacement)
        self.assertEqual(replacement.openimis_replaces_id, self.bill)
        self.assertEqual(replacement.openimis_code, "IV-HF-A-2026-01")
        self.assertEqual(replacement.openimis_line_ids.mapped("code"), ["C1", "C2"])
        self.assertEqual(replacement.amount_total, 800)
        self.assertEqual(self.claims.billing_move_id, replacement)
        self.assertConsistent(replacement)

    def test_amended_validated_bill_is_reversed(self):
        self.bill.action_post()
        replacement = self.bill.openimis_bill_amend()
        self.assertEqual(self.bill.openimis_status, "3")
        self.assertEqual(self.bill.reversal_move_ids.state, "posted")
        self.assertEqual(replacement.state, "draft")
        replacement.openimis_bill_item_update(
            replacement.openimis_line_ids[0].id, {"discount": 100}
        )
        replacement.action_post()
        self.assertEqual(replacement.amount_total, 700)

    def test_amended_bill_is_due_when_the_first_one_was(self):
        self.bill.invoice_date_due = "2026-03-15"
        replacement = self.bill.openimis_bill_amend()
        self.assertEqual(str(replacement.invoice_date_due), "2026-03-15")
        replacement.action_post()
        again = replacement.openimis_bill_amend()
        self.assertEqual(str(again.invoice_date_due), "2026-03-15")

    def test_each_status_leaves_an_event(self):
        for deed, message in (
            ("action_post", "Bill validated"),
            ("button_draft", "Bill reset to draft"),
            ("button_cancel", "Bill cancelled"),
            ("button_draft", "Bill reset to draft"),
        ):
            getattr(self.bill, deed)()
            event = self._last_event()
            self.assertEqual((event.event_type, event.message), ("1", message))
            self.assertEqual(event.create_uid, self.accountant)

    def test_closing_counts_each_bill_once(self):
        self.bill.openimis_bill_delete()
        self.assertEqual(self.closing.amount, 0)
        self.closing.action_generate()
        self.assertEqual(self.closing.amount, 800)
        again = (self.closing.move_ids - self.bill).with_user(self.accountant)
        again.action_post()
        replacement = again.openimis_bill_amend()
        self.assertEqual(self.closing.amount, 800)
        self.assertIn(replacement, self.closing.line_ids.move_id)
        replacement.action_post()
        replacement.openimis_bill_delete()
        self.assertEqual(self.closing.amount, 0)

    def test_amended_bill_is_not_billed_again(self):
        self.bill.openimis_bill_amend()
        self.closing.action_generate()
        self.assertEqual(self._billed(), 800)

    def test_a_bill_is_amended_once(self):
        self.bill.openimis_bill_amend()
        with self.assertRaisesRegex(UserError, "amended"):
            self.bill.openimis_bill_amend()

    # === SUSPEND ===

    def test_suspended_bill_is_neither_validated_nor_paid(self):
        self.bill.openimis_bill_suspend()
        self.assertEqual(self.bill.openimis_status, "5")
        with self.assertRaisesRegex(UserError, "suspended"):
            self.bill.action_post()
        self.bill.openimis_bill_resume()
        self.bill.action_post()
        self.bill.openimis_bill_suspend()
        with self.assertRaisesRegex(UserError, "suspended"):
            self._pay(self.bill)
        with self.assertRaisesRegex(UserError, "suspended"):
            self.env["account.payment.register"].with_user(
                self.accountant
            ).with_context(
                active_model="account.move", active_ids=self.bill.ids
            ).create({})._create_payments()

    # === RE-RUN ===

    def test_rerun_bills_nothing_twice(self):
        self.closing.action_generate()
        other = self._closing(self.clerk)
        other.action_generate()
        self.assertFalse(other.move_ids)
        self.assertEqual(set(self._candidates(other).values()), {"billed"})

    def test_late_claim_gets_a_second_bill(self):
        self.bill.action_post()
        self._claim("LATE", {"price_asked": 50})
        self.closing.action_generate()
        late = self.closing.move_ids - self.bill
        self.assertEqual(late.openimis_line_ids.code, "LATE")
        self.assertEqual(late.openimis_code, "IV-HF-A-2026-01-2")

    def test_late_claim_joins_the_draft(self):
        self.closing.late_policy = "join"
        self._claim("LATE", {"price_asked": 50})
        self.closing.action_generate()
        self.assertEqual(self.closing.move_ids, self.bill)
        self.assertEqual(self.bill.amount_total, 850)
        self.assertEqual(len(self.bill.openimis_line_ids), 3)
        self.assertConsistent(self.bill)

    def test_late_claim_of_another_product_is_named_on_the_bill(self):
        self.closing.late_policy = "join"
        other = self._product("PR2")
        self._claim("LATE", {"price_asked": 50}, product_id=other.id)
        self.closing.action_generate()
        self.assertEqual(self.bill.openimis_product_ids, self.product | other)
        self.assertEqual(self.bill.openimis_terms, "Product PR1, Product PR2")
        lines = self.bill.openimis_line_ids
        self.assertEqual(lines.mapped("code"), ["C1", "C2", "LATE"])
        self.assertEqual(lines.mapped("sequence"), [1, 2, 3])

    def test_late_claim_does_not_join_a_suspended_draft(self):
        self.closing.late_policy = "join"
        self.bill.openimis_bill_suspend()
        self._claim("LATE", {"price_asked": 50})
        self.closing.action_generate()
        self.assertEqual(self.bill.amount_total, 800)
        self.assertEqual((self.closing.move_ids - self.bill).amount_total, 50)

    def test_late_claim_joins_the_amended_draft(self):
        self.closing.late_policy = "join"
        replacement = self.bill.openimis_bill_amend()
        self._claim("LATE", {"price_asked": 50})
        self.closing.action_generate()
        self.assertEqual(replacement.amount_total, 850)
        self.assertEqual(self.closing.amount, 850)

    def test_late_claim_does_not_join_a_validated_bill(self):
        self.closing.late_policy = "join"
        self.bill.action_post()
        self._claim("LATE", {"price_asked": 50})
        self.closing.action_generate()
        self.assertEqual(self.bill.amount_total, 800)
        self.assertEqual((self.closing.move_ids - self.bill).amount_total, 50)

    def test_claims_of_earlier_periods(self):
        self._claim("OLD", {"price_asked": 10}, date_from="2025-12-20", date_to=False)
        self.closing.action_generate()
        self.assertEqual(self._billed(), 800)
        late = self._closing(self.clerk, include_late=True)
        late.action_generate()
        self.assertEqual(late.move_ids.openimis_line_ids.mapped("code"), ["OLD"])
