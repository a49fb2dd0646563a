from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import BillingCase


@tagged("post_install", "-at_install")
class TestBillingSecurity(BillingCase):
    def test_invoicing_user_runs_without_being_allowed_to_edit_sources(self):
        clerk = new_test_user(
            self.env,
            "billing_clerk",
            "account.group_account_invoice",
            company_id=self.env.company.id,
        )
        fees = self.make_fees(100)
        run = self.make_run().with_user(clerk)
        run.action_run()
        self.assertEqual(run.state, "done")
        self.assertEqual(fees.billing_state, "billed")
        with self.assertRaises(AccessError):
            fees.with_user(clerk).amount = 1

    def test_links_cannot_be_edited_by_anyone(self):
        self.make_fees(100)
        link = self.bill().move_ids.billing_link_ids
        with self.assertRaises(AccessError):
            link.with_user(self.env.ref("base.user_admin")).unlink()

    def test_plain_user_sees_no_run(self):
        nobody = new_test_user(self.env, "billing_nobody", "base.group_user")
        run = self.make_run()
        with self.assertRaises(AccessError):
            run.with_user(nobody).read(["name"])

    def test_runs_of_another_company_are_hidden(self):
        other = self.setup_other_company(name="Other")["company"]
        run = self.make_run()
        clerk = new_test_user(
            self.env,
            "other_clerk",
            "account.group_account_invoice",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        Run = self.env["account.billing.run"].with_user(clerk)
        self.assertNotIn(run, Run.search([]))

    def test_auditor_sees_everything_and_presses_no_button(self):
        auditor = new_test_user(
            self.env, "billing_auditor", "account.group_account_readonly"
        )
        self.make_fees(100)
        run = self.bill()
        seen = run.with_user(auditor)
        self.assertEqual(seen.line_ids.mapped("amount"), [100])
        self.assertEqual(seen.amount, 100)
        self.assertEqual(seen.move_ids.billing_link_ids.amount, 100)
        for press in ("action_new_preview", "action_undo", "unlink"):
            with self.subTest(button=press), self.assertRaises(AccessError):
                getattr(seen, press)()
        self.assertEqual((run.state, run.move_ids.state), ("done", "draft"))

    def test_clerk_cannot_delete_a_run(self):
        clerk = new_test_user(
            self.env, "billing_clerk_2", "account.group_account_invoice"
        )
        run = self.make_run()
        with self.assertRaises(AccessError):
            run.with_user(clerk).unlink()
