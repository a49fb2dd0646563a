from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.openimis_payable.tests.common import OpenimisCase

LARGE = "[('openimis_type', '!=', False), ('amount_total', '>', 100)]"


class ApprovalCase(OpenimisCase):
    """Bills above 100, and all closings, need one of two officers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._user("openimis_test_officer", "accountant")
        cls.second = cls._user("openimis_test_second", "manager")
        cls.group = cls.env["res.groups"].create({"name": "Officers"})
        cls.group.user_ids = cls.officer | cls.second | cls.clerk | cls.accountant

    @classmethod
    def _tier(cls, model, domain, **vals):
        return cls.env["tier.definition"].create(
            {
                "name": f"Approval of {model}",
                "model_id": cls.env["ir.model"]._get_id(model),
                "company_id": cls.company.id,
                "review_type": "group",
                "reviewer_group_id": cls.group.id,
                "definition_domain": domain,
                **vals,
            }
        )


@tagged("post_install", "-at_install")
class TestBillApproval(ApprovalCase):
    """A bill above an amount is validated once somebody else has approved it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._tier("account.move", LARGE)
        cls._claim("A1", {"price_asked": 500})
        cls._claim("B1", {"price_asked": 60}, health_facility_id=cls.facility_b.id)
        closing = cls._closing(cls.clerk)
        closing.action_generate()
        cls.bills = closing.move_ids
        cls.large = cls.bills.filtered(lambda b: b.amount_total == 500)
        cls.small = cls.bills - cls.large

    def _bank_account(self):
        return self.env["res.partner.bank"].create(
            {"partner_id": self.facility_a.id, "acc_number": "12345"}
        )

    def _approve(self, bill, user):
        bill.with_user(user).validate_tier()
        bill.invalidate_recordset()

    def test_a_large_bill_waits_and_a_small_one_does_not(self):
        self.small.with_user(self.accountant).action_post()
        mine = self.large.with_user(self.accountant)
        with self.assertRaisesRegex(UserError, "needs an approval"):
            mine.action_post()
        mine.request_validation()
        with self.assertRaisesRegex(UserError, "waits for approval by Group Officers"):
            mine.action_post()
        self.assertFalse(mine.openimis_may_validate)
        self._approve(self.large, self.officer)
        self.assertTrue(mine.openimis_may_validate)
        mine.action_post()
        self.assertEqual(self.large.state, "posted")

    def test_a_group_is_named_in_the_language_of_who_reads(self):
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        self.group.with_context(lang="fr_FR").name = "Responsables"
        mine = self.large.with_user(self.accountant).with_context(lang="en_US")
        mine.request_validation()
        self.assertIn("Group Officers", mine._approval_reason())
        theirs = self.large.with_user(self.officer).with_context(lang="fr_FR")
        self.assertIn("Responsables", theirs._approval_reason())
        self.assertIn("Responsables", theirs.review_ids.todo_by)
        self.assertEqual(mine.review_ids.todo_by, "Group Officers")

    def test_who_prepared_does_not_approve(self):
        """Neither who generated it nor who changed it, though both are officers."""
        mine = self.large.with_user(self.officer)
        mine.partner_bank_id = self._bank_account()
        self.assertEqual(self.large.openimis_changed_by_id, self.officer)
        mine.request_validation()
        for user in (self.clerk, self.officer):
            with self.subTest(user.login):
                self.assertFalse(self.large.with_user(user).can_review)
                self._approve(self.large, user)
                self.assertNotEqual(self.large.validation_status, "validated")
        self._approve(self.large, self.second)
        self.assertEqual(self.large.validation_status, "validated")

    def test_an_approval_that_nobody_could_give_is_not_asked_for(self):
        self.group.user_ids = self.clerk
        with self.assertRaisesRegex(UserError, "Nobody could approve"):
            self.large.with_user(self.accountant).request_validation()

    def test_who_works_for_another_company_could_not_give_it(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._user("openimis_test_stranger", "accountant")
        stranger.write(
            {"company_id": elsewhere.id, "company_ids": [(6, 0, elsewhere.ids)]}
        )
        self.group.user_ids = self.clerk | stranger
        with self.assertRaisesRegex(UserError, "Nobody could approve"):
            self.large.with_user(self.accountant).request_validation()

    def test_what_is_approved_stays(self):
        mine = self.large.with_user(self.accountant)
        mine.request_validation()
        self._approve(self.large, self.officer)
        line = mine.invoice_line_ids[:1]
        skipping = mine.with_context(skip_validation_check=True)
        for change in (
            lambda: mine.write({"invoice_date_due": "2027-01-01"}),
            lambda: skipping.write({"partner_id": self.facility_b.id}),
            lambda: skipping.write({"invoice_date_due": "2027-01-01"}),
            lambda: line.write({"price_unit": 9}),
            lambda: line.with_context(skip_validation_check=True).write(
                {"quantity": 9}
            ),
        ):
            with self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    change()
        self.assertEqual(self.large.amount_total, 500)
        mine.restart_validation()
        mine.partner_bank_id = self._bank_account()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            mine.action_post()

    def test_approvals_are_given_by_their_buttons(self):
        mine = self.large.with_user(self.accountant)
        mine.request_validation()
        review = mine.review_ids
        for vals in (
            {"status": "approved"},
            {"reviewer_ids": [(4, self.accountant.id)]},
            {"res_id": self.small.id},
            {"done_by": self.officer.id},
            {"comment": "The officer thinks so"},
            {"last_reminder_date": "2030-01-01 00:00:00"},
            {"company_id": False},
            {"can_review": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                review.write(vals)
        with self.assertRaises(AccessError):
            review.unlink()
        with self.assertRaises(AccessError):
            review.create(
                {
                    "model": "account.move",
                    "res_id": self.large.id,
                    "definition_id": review.definition_id.id,
                    "status": "approved",
                }
            )

    def test_nobody_writes_that_an_approval_was_given(self):
        closing = self._closing(self.clerk)
        self.large.with_user(self.accountant).request_validation()
        for record in (self.large, closing):
            for user in (self.clerk, self.accountant, self.officer):
                mine = record.with_user(user)
                with self.subTest(record, user=user.login):
                    with self.assertRaises(UserError):
                        mine.write({"validation_status": "validated"})

    def test_who_only_reads_neither_asks_for_an_approval_nor_undoes_it(self):
        reader = self._user("openimis_test_reader", rights=("156101",))
        bill = self.large.with_user(reader)
        self.assertTrue(bill.amount_total)
        with self.assertRaises(AccessError):
            bill.request_validation()
        self.large.with_user(self.accountant).request_validation()
        self._approve(self.large, self.officer)
        with self.assertRaises(AccessError):
            bill.restart_validation()
        self.assertEqual(self.large.validation_status, "validated")

    def _said(self, bill, user, reviews, said="validate"):
        vals = {"res_model": bill._name, "res_id": bill.id, "comment": "Paid twice?"}
        dialog = self.env["comment.wizard"].with_user(user)
        return dialog.create(
            {**vals, "validate_reject": said, "review_ids": [(6, 0, reviews.ids)]}
        )

    def test_what_is_said_with_an_approval_is_said_by_who_gives_it(self):
        """OCA's dialog takes whatever approvals it is told of, of any document."""
        mine = self.large.with_user(self.accountant)
        review = mine.request_validation()
        self._tier("account.move", "[]", has_comment=True)
        other = self.small.with_user(self.accountant)
        other.request_validation()
        for user, bill, reviews in (
            (self.clerk, self.large, review),
            (self.officer, self.small, review),
            (self.officer, self.small, review | other.review_ids),
            (self.officer, self.large, review.browse()),
        ):
            for said in ("validate", "reject"):
                with (
                    self.subTest(user=user.login, bill=bill.id, said=said),
                    self.assertRaisesRegex(UserError, "not yours"),
                ):
                    self._said(bill, user, reviews, said).add_comment()
        self.assertFalse((review | other.review_ids).filtered("comment"))
        action = self.small.with_user(self.officer).validate_tier()
        dialog = self.env["comment.wizard"].with_user(self.officer)
        dialog = dialog.with_context(**action["context"]).create({"comment": "Fine"})
        dialog.add_comment()
        approved = other.review_ids.filtered(lambda r: r.status == "approved")
        self.assertEqual(approved.mapped("comment"), ["Fine"])

    def test_approvals_are_read_by_who_may_read_such_documents(self):
        """OCA's shows them to everybody, users of the website among them."""
        mine = self.large.with_user(self.accountant)
        review = mine.request_validation()
        employee = new_test_user(self.env, "approval_employee", "base.group_user")
        portal = new_test_user(self.env, "approval_portal", "base.group_portal")
        for user in (employee, portal):
            seen = review.with_user(user)
            self.assertFalse(seen.search([("model", "=", "account.move")]))
            with self.assertRaises(AccessError):
                seen.read(["name"])
        for user in (self.accountant, self.officer):
            self.assertEqual(
                review.with_user(user).search([("id", "in", review.ids)]), review
            )

    def test_the_life_of_an_approved_bill_goes_on(self):
        mine = self.large.with_user(self.accountant)
        mine.request_validation()
        mine.openimis_bill_suspend()
        mine.openimis_bill_resume()
        self._approve(self.large, self.officer)
        mine.action_post()
        mine.openimis_payment_sent()
        self.assertEqual(self.large.openimis_status, "2")

    def test_late_documents_join_no_bill_under_approval(self):
        closing = self.large.openimis_closing_id
        closing.late_policy = "join"
        self.large.with_user(self.accountant).request_validation()
        self._claim("A2", {"price_asked": 70})
        closing.with_user(self.clerk).action_generate()
        self.assertEqual(self.large.amount_total, 500)
        self.assertEqual(len(closing.move_ids), 3)

    def test_a_refused_bill_is_not_validated(self):
        mine = self.large.with_user(self.accountant)
        mine.request_validation()
        self.large.with_user(self.officer).reject_tier()
        with self.assertRaisesRegex(UserError, "was refused"):
            mine.action_post()

    def test_many_at_once_names_those_that_wait(self):
        mine = self.bills.with_user(self.accountant)
        action = mine.action_validate_moves_with_confirmation()
        self.assertIn("needs an approval", action["params"]["message"])
        mine.request_validation()
        self.bills.with_user(self.officer).action_openimis_approve()
        self.assertEqual(self.large.validation_status, "validated")
        with self.assertRaisesRegex(UserError, "None of these"):
            self.bills.with_user(self.officer).action_openimis_approve()

    def test_no_door_posts_what_waits(self):
        mine = self.large.with_user(self.accountant)
        for door in (
            lambda: mine._post(),
            lambda: mine._post(soft=False),
            lambda: mine.sudo()._post(),
            lambda: mine.with_context(skip_validation_check=True).action_post(),
        ):
            with self.assertRaises(UserError):
                with self.env.cr.savepoint():
                    door()
        self.assertEqual(self.large.state, "draft")

    def test_what_takes_an_approved_bill_back_needs_no_approval(self):
        mine = self.large.with_user(self.accountant)
        mine.request_validation()
        self._approve(self.large, self.officer)
        mine.action_post()
        mine.openimis_bill_delete()
        self.assertEqual(self.large.openimis_status, "4")


@tagged("post_install", "-at_install")
class TestClosingApproval(ApprovalCase):
    """What a closing's preview shows is approved before it is billed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._tier("openimis.closing", "[('amount', '>', 100)]")

    def setUp(self):
        super().setUp()
        self._claim("A1", {"price_asked": 500})
        self.closing = self._closing(self.clerk)

    def test_a_closing_is_previewed_approved_and_generated(self):
        with self.assertRaisesRegex(UserError, "Preview"):
            self.closing.action_generate()
        self.closing.action_preview()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            self.closing.action_generate()
        self.closing.request_validation()
        with self.assertRaisesRegex(UserError, "waits for approval"):
            self.closing.action_generate()
        self.assertFalse(self.closing.can_review, "it is his own")
        self.closing.with_user(self.second).validate_tier()
        self.closing.invalidate_recordset()
        self.closing.action_generate()
        self.assertEqual(self.closing.move_ids.mapped("amount_total"), [500])

    def test_who_previewed_does_not_approve_whoever_wrote_since(self):
        other = self._user("openimis_test_other", "manager")
        self.closing.with_user(self.second).action_preview()
        self.closing.with_user(other).user_id = other
        self.assertEqual(self.closing.write_uid, other)
        self.closing.request_validation()
        reviewers = self.closing.review_ids.reviewer_ids
        self.assertNotIn(self.second, reviewers)
        self.assertNotIn(self.clerk, reviewers)
        self.assertIn(self.officer, reviewers)

    def test_a_small_closing_needs_none(self):
        self.env["tier.definition"].search(
            [("company_id", "=", self.company.id)]
        ).definition_domain = "[('amount', '>', 1000)]"
        self.closing.action_preview()
        self.closing.action_generate()
        self.assertEqual(self.closing.state, "done")

    def test_other_choices_and_previews_are_approved_anew(self):
        self.closing.action_preview()
        self.closing.request_validation()
        self.closing.with_user(self.second).validate_tier()
        with self.assertRaisesRegex(UserError, "Restart Validation"):
            self.closing.action_preview()
        self.closing.write({"due_days": 31})
        self.assertEqual(self.closing.validation_status, "validated")
        self.closing.write({"include_late": True})
        self.assertEqual(
            (self.closing.state, len(self.closing.review_ids)), ("draft", 0)
        )
        self.closing.action_preview()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            self.closing.action_generate()

    def test_late_ones_are_approved_too(self):
        self.closing.action_preview()
        self.closing.request_validation()
        self.closing.with_user(self.second).validate_tier()
        self.closing.invalidate_recordset()
        self.closing.action_generate()
        self._claim("A2", {"price_asked": 700})
        with self.assertRaisesRegex(UserError, "Preview"):
            self.closing.action_generate()
        self.closing.action_preview()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            self.closing.action_generate()

    def test_the_banner_says_whom_it_waits_for_in_french(self):
        self.closing.action_preview()
        self.closing.request_validation()
        banner = self.closing.with_context(lang="fr_FR").to_validate_message
        self.assertIn("attend l’approbation de Group", banner)
