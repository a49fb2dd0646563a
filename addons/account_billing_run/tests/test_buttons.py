from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestButtons(BillingCase):
    """Odoo's own buttons on a document of a run: its sources stay billed once."""

    def setUp(self):
        super().setUp()
        self.fee = self.make_fees(100)
        self.move = self.bill().move_ids
        self.move.action_post()

    def _reversal(self):
        return (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=self.move.ids)
            .create({"journal_id": self.move.journal_id.id})
        )

    def _check_billed_once(self):
        self.assertEqual(self.fee.billing_move_id, self.move)
        run = self.make_run()
        run.action_run()
        self.assertFalse(run.move_ids)

    def _press_credit_note(self):
        self._reversal().refund_moves()
        self.move.reversal_move_ids.action_post()

    def _press_partial_credit_note(self):
        self._reversal().refund_moves()
        note = self.move.reversal_move_ids
        note.invoice_line_ids.price_unit = 40
        note.action_post()

    def _press_reset_and_confirm(self):
        self.move.button_draft()
        self.move.action_post()

    def _press_duplicate(self):
        self.assertFalse(self.move.copy().billing_link_ids)

    def _press_pay(self):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.move.ids
        ).create({})._create_payments()
        self.assertIn(self.move.payment_state, ("paid", "in_payment"))

    def test_no_button_bills_anything_twice(self):
        for button in (
            self._press_credit_note,
            self._press_partial_credit_note,
            self._press_reset_and_confirm,
            self._press_duplicate,
            self._press_pay,
        ):
            with self.subTest(button=button.__name__):
                savepoint = self.env.cr.savepoint()
                button()
                self._check_billed_once()
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_reverse_and_create_is_refused_in_words_and_hidden(self):
        wizard = self._reversal()
        self.assertTrue(wizard.billing_no_modify)
        with self.assertRaisesRegex(UserError, "Bill Again"):
            wizard.modify_moves()
        self._check_billed_once()
        arch = self.env["account.move.reversal"].get_view(view_type="form")["arch"]
        self.assertIn("(billing_no_modify)", arch)

    def test_reverse_and_create_works_once_nothing_is_billed_any_more(self):
        self._press_credit_note()
        self.move.action_bill_again()
        self.assertFalse(self.move._billing_correction_hint())

    def test_a_plain_document_is_corrected_as_ever(self):
        plain = self.move.copy({"invoice_date": self.move.invoice_date})
        plain.action_post()
        self.assertFalse(plain._billing_correction_hint())
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=plain.ids)
            .create({"journal_id": plain.journal_id.id})
        )
        self.assertTrue(wizard.modify_moves()["res_id"])

    def test_links_are_written_by_nobody(self):
        for values in ({"billing_run_id": 99}, {"billing_run_model": "x"}):
            with self.assertRaises(AccessError):
                self.move.with_user(self.env.user).sudo(False).write(values)
