from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.service.model import call_kw
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

    # === WHO DOES NOT SEE THE DOCUMENTS ===

    def _blind_clerk(self, moves):
        """Return a clerk from whom some documents are hidden."""
        clerk = new_test_user(
            self.env, "billing_blind", "account.group_account_invoice"
        )
        self.env["ir.rule"].create(
            [
                {
                    "name": f"hidden {model}",
                    "model_id": self.env["ir.model"]._get_id(model),
                    "domain_force": f"[('{name}', 'not in', {moves.ids}"
                    f" if user.id == {clerk.id} else [])]",
                }
                for model, name in (
                    ("account.move", "id"),
                    ("account.move.line", "move_id"),
                )
            ]
        )
        self.assertFalse(moves.with_user(clerk).search([("id", "in", moves.ids)]))
        return clerk

    def test_undo_counts_posted_documents_that_are_hidden(self):
        fees = self.make_fees(100)
        run = self.bill()
        run.move_ids.action_post()
        clerk = self._blind_clerk(run.move_ids)
        with self.assertRaisesRegex(UserError, "posted"):
            call_kw(run.with_user(clerk), "action_undo", [run.ids], {})
        self.assertEqual((run.state, run.move_ids.state), ("done", "posted"))
        self.assertEqual(fees.billing_state, "billed")

    def test_undo_leaves_no_hidden_draft_behind(self):
        self.make_fees(100)
        self.make_fees(50, partner=self.partner_b)
        run = self.bill()
        hidden = run.move_ids[0]
        clerk = self._blind_clerk(hidden)
        with self.assertRaisesRegex(UserError, "1 drafts"):
            call_kw(run.with_user(clerk), "action_undo", [run.ids], {})
        run.invalidate_recordset()
        self.assertEqual((run.state, len(run.move_ids)), ("done", 2))

    # === WHAT WAS BILLED STAYS ===

    def test_what_was_billed_stays_until_the_bill_is_gone(self):
        self.env["ir.model.access"].create(
            {
                "name": "fees are written",
                "model_id": self.env["ir.model"]._get_id("account.billing.fake.fee"),
                "group_id": self.env.ref("account.group_account_invoice").id,
                "perm_write": True,
            }
        )
        clerk = new_test_user(
            self.env, "billing_writer", "account.group_account_invoice"
        )
        fees = self.make_fees(100)
        run = self.bill()
        mine = fees.with_user(clerk)
        for vals in (
            {"amount": 1},
            {"partner_id": self.partner_b.id},
            {"day": "2026-02-01"},
            {"name": "Another"},
        ):
            with (
                self.subTest(vals),
                self.assertRaisesRegex(UserError, "has been billed"),
            ):
                call_kw(mine, "write", [fees.ids, vals], {})
        mine.write({"amount": 100})  # what changes nothing is let pass
        mine.write({"billing_excluded": True})
        mine.write({"billing_excluded": False})
        run.action_undo()
        mine.write({"amount": 1})
        self.assertEqual(fees.amount, 1)

    def test_a_run_is_offered_and_takes_only_converters_that_work_alone(self):
        """By RPC as in the form: none that is abstract, none with a run of its own."""
        clerk = new_test_user(self.env, "chooser", "account.group_account_invoice")
        run, Run = self.make_run(), self.env["account.billing.run"]
        offered = dict(Run.fields_get(["converter"])["converter"]["selection"])
        names = self.env.registry.descendants(["account.billing.converter"], "_inherit")
        alone = {
            name
            for name in names
            if self.env[name]._source_model and self.env[name]._stands_alone
        }
        self.assertEqual(set(offered), alone)
        for name in {*names, "res.partner", "no.such.model"} - alone:
            with self.subTest(name), self.assertRaises(ValidationError):
                call_kw(Run.with_user(clerk), "create", [{"converter": name}], {})
            with self.subTest(name), self.assertRaises(ValidationError):
                run.with_user(clerk).converter = name

    def test_nobody_writes_what_odoo_works_out_of_a_billed_document(self):
        """Its state and sums are what Odoo's buttons and entries make of it."""
        clerk = new_test_user(
            self.env, "billing_writer", "account.group_account_manager"
        )
        fees = self.make_fees(100)
        move = self.bill().move_ids
        for vals in ({"state": "posted"}, {"state": "cancel"}, {"amount_total": 1}):
            with self.subTest(vals), self.assertRaises(AccessError):
                move.with_user(clerk).write(vals)
        move.with_user(clerk).action_post()
        item = move.line_ids.filtered("date_maturity")[:1].with_user(clerk)
        for vals in (
            {"state": "draft"},
            {"state": "cancel"},
            {"payment_state": "paid"},
            {"amount_residual": 0},
            {"posted_before": False},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                move.with_user(clerk).write(vals)
        for vals in (
            {"amount_residual": 0},
            {"reconciled": True},
            {"matching_number": "1"},
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                item.write(vals)
        # Odoo's own buttons do all that, and what was billed follows them
        move.with_user(clerk).button_draft()
        move.with_user(clerk).action_post()
        move.with_user(clerk).action_toggle_block_payment()
        self.assertEqual(move.payment_state, "blocked")
        move.with_user(clerk).button_draft()
        move.with_user(clerk).button_cancel()
        self.assertEqual((move.state, fees.billing_state), ("cancel", "to_bill"))

    def test_no_client_excuses_itself(self):
        """What Odoo's methods tell each other by the context, a client may send."""
        clerk = new_test_user(
            self.env, "billing_writer", "account.group_account_manager"
        )
        fees = self.make_fees(100)
        move = self.bill().move_ids.with_user(clerk)
        item = move.line_ids.filtered("date_maturity")
        excused = {
            "check_move_validity": False,
            "skip_invoice_sync": True,
            "skip_readonly_check": True,
            "force_delete": True,
            "dynamic_unlink": True,
        }
        sign = -move.direction_sign
        with self.assertRaises(UserError):
            item.with_context(**excused).write({"amount_currency": sign * 3000})
        with self.assertRaises(UserError) as refused:
            # what was so before an update, and balances by what is no part of the total
            spoilt = item.sudo().with_context(**excused)
            spoilt.write({"amount_currency": sign * 3000})
            spoilt.create(
                {
                    "move_id": move.id,
                    "display_type": "cogs",
                    "account_id": self.expense.id,
                    "amount_currency": -sign * 2900,
                }
            )
            move.with_context(**excused).action_post()
        self.assertIn("journal items owe", str(refused.exception))
        with self.assertRaises(UserError) as refused:
            line = move.invoice_line_ids.sudo().with_context(**excused)
            line.price_unit *= 2
            move.action_post()
        self.assertIn("journal items to", str(refused.exception))
        with self.assertRaises(UserError) as refused:
            item.with_context(**excused).partner_id = self.partner_b
            move.action_post()
        self.assertIn("journal items name", str(refused.exception))
        move.action_post()
        draft = self.init_invoice("in_invoice", amounts=[10])
        for name, forbidden in {
            "partner": lambda move: move.write({"partner_id": self.partner_b.id}),
            "partner of items": lambda move: move.line_ids.write(
                {"partner_id": self.partner_b.id}
            ),
            "date": lambda move: move.write({"date": "2026-01-30"}),
            "entry of items": lambda move: move.line_ids.write({"move_id": draft.id}),
            "lines": lambda move: move.line_ids.unlink(),
            "all": lambda move: move.unlink(),
        }.items():
            with self.subTest(name), self.assertRaises(UserError):
                forbidden(move.with_context(**excused))
        self.assertEqual(move.amount_total, 100)
        self.assertEqual(fees.billing_state, "billed")

    def test_documents_that_bill_nothing_are_odoos_alone(self):
        clerk = new_test_user(
            self.env, "billing_writer", "account.group_account_manager"
        )
        move = self.init_invoice("out_invoice", amounts=[10]).with_user(clerk)
        move.write({"state": "posted"})
        self.assertEqual(move.state, "posted")
