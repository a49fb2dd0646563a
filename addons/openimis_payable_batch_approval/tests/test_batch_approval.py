from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from odoo.addons.openimis_payable_batch.tests.common import BatchCase


@tagged("post_install", "-at_install")
class TestBatchApproval(BatchCase):
    """A batch above an amount is confirmed once somebody else has approved it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._user("openimis_test_second", "manager")
        group = cls.env["res.groups"].create({"name": "Officers"})
        group.user_ids = cls.officer | cls.second | cls.accountant
        cls.tier = cls.env["tier.definition"].create(
            {
                "name": "Batches",
                "model_id": cls.env["ir.model"]._get_id("account.payment.order"),
                "company_id": cls.company.id,
                "review_type": "group",
                "reviewer_group_id": group.id,
                "definition_domain": "[('total_company_currency', '>', 100)]",
            }
        )

    def _approved(self):
        batch = self._batch()
        batch.request_validation()
        batch.with_user(self.officer).validate_tier()
        batch.invalidate_recordset()
        return batch

    def test_a_large_batch_waits_and_a_small_one_does_not(self):
        self._send(self._batch(self.bill_b))
        self.assertEqual(self.bill_b.amount_residual, 0)
        batch = self._batch(self.bill_a)
        with self.assertRaisesRegex(UserError, "needs an approval"):
            batch.draft2open()
        batch.request_validation()
        with self.assertRaisesRegex(UserError, "waits for approval by Group Officers"):
            batch.draft2open()
        batch.with_user(self.officer).action_openimis_approve()
        batch.invalidate_recordset()
        self._send(batch)
        self.assertEqual(self.bill_a.amount_residual, 0)
        with self.assertRaisesRegex(UserError, "None of these"):
            batch.with_user(self.officer).action_openimis_approve()

    def test_nobody_writes_whether_an_approval_is_needed_or_given(self):
        """What OCA's addons work out decides: the total, and how far approvals are."""
        batch = self._batch(self.bill_a)
        line = batch.payment_line_ids[:1]
        batch.request_validation()
        for record, vals in (
            (batch, {"total_company_currency": 1}),
            (batch, {"validation_status": "validated"}),
            (line, {"amount_company_currency": 1}),
        ):
            for user in (self.accountant, self.officer):
                with self.subTest(vals, user=user.login):
                    with self.assertRaises(AccessError):
                        record.with_user(user).write(vals)
        with self.assertRaisesRegex(UserError, "waits for approval"):
            batch.draft2open()

    def test_who_prepared_does_not_approve(self):
        batch = self._batch()
        line = batch.payment_line_ids[:1].with_user(self.officer)
        line.amount_currency -= 1
        batch.request_validation()
        for user in (self.accountant, self.officer):
            self.assertFalse(batch.with_user(user).can_review, user.login)
            batch.with_user(user).validate_tier()
            batch.invalidate_recordset()
            self.assertNotEqual(batch.validation_status, "validated")
        batch.with_user(self.second).validate_tier()
        batch.invalidate_recordset()
        self.assertEqual(batch.validation_status, "validated")

    def test_no_door_confirms_what_waits(self):
        batch = self._batch()
        batch.request_validation()
        line = batch.payment_line_ids[:1]
        other = self._account(self.facility_a, "GB29NWBK60161331926819")
        skipping = batch.with_context(skip_validation_check=True)
        for number, door in enumerate(
            (
                batch.draft2open,
                batch.sudo().draft2open,
                lambda: batch.write({"state": "open"}),
                lambda: skipping.write({"date_scheduled": "2099-01-01"}),
                lambda: batch.write({"journal_id": self.bank.id}),
                lambda: line.write({"partner_bank_id": other.id}),
                lambda: line.write({"amount_currency": 1}),
                line.unlink,
                lambda: batch.review_ids.write({"status": "approved"}),
            )
        ):
            with self.subTest(number), self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    door()
        self.assertEqual(batch.state, "draft")
        batch.restart_validation()
        line.amount_currency -= 1
        with self.assertRaisesRegex(UserError, "needs an approval"):
            batch.draft2open()

    def test_what_was_changed_after_it_was_shown_is_approved_anew(self):
        batch = self._approved()
        self.env.flush_all()
        # it was asked for an hour ago
        self.env.cr.execute(
            "UPDATE tier_review SET create_date = create_date - interval '1 hour'"
            " WHERE model = 'account.payment.order'"
        )
        self.env.invalidate_all()
        self.facility_a.bank_ids.acc_holder_name = "Somebody Else"
        with self.assertRaisesRegex(UserError, "was changed after its approval"):
            batch.draft2open()

    def test_a_batch_that_is_cancelled_is_approved_anew(self):
        batch = self._approved()
        batch.draft2open()
        batch.action_cancel()
        batch.cancel2draft()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            batch.draft2open()
        self.assertTrue(batch.unlink())

    def test_a_refused_batch_is_not_confirmed(self):
        batch = self._batch()
        batch.request_validation()
        batch.with_user(self.officer).reject_tier()
        batch.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "was refused"):
            batch.draft2open()
