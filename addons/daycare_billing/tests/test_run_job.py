from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import FULL, DaycareBillingCommon

CHUNK = (
    "odoo.addons.daycare_billing.models.daycare_billing_run_calculation.CHUNK_CHILDREN"
)


@tagged("post_install", "-at_install")
class TestRunJob(DaycareBillingCommon):
    """Stages, chunks, queries, interruptions."""

    def _children(self, number):
        children = []
        for n in range(number):
            parent = self._guardian(
                f"Family {n}", "Parent", incomes={"2021-01-01": 4000}
            )
            child = self._child(f"Family {n}", "Child", parent)
            self._sector(child, "2021-01-01", "2021-12-31", {"mon": FULL, "tue": FULL})
            children.append(child)
        return children

    def test_stages(self):
        run = self._run()
        self.assertEqual(run.stage, "draft")
        with self.assertRaises(UserError):
            run.action_invoice()
        run.action_compute()
        self.assertEqual((run.stage, run.state), ("computed", "done"))
        with self.assertRaises(UserError):
            run.action_post()
        run.action_invoice()
        self.assertEqual((run.stage, run.state), ("invoiced", "done"))
        run.action_post()
        self.assertEqual((run.stage, run.state), ("posted", "done"))
        self.assertEqual(run.total_amount, sum(run.move_ids.mapped("amount_total")))
        self.assertEqual((run.child_count, run.billing_line_count), (1, 1))
        with self.assertRaises(UserError):
            run.unlink()

    def test_accountant_posts_one_by_one(self):
        run = self._bill()
        run.move_ids.action_post()
        self.assertEqual(run.stage, "posted")
        run.move_ids.button_draft()
        self.assertEqual(run.stage, "invoiced")

    def test_households_stay_together(self):
        tom = self._child("Mory", "Tom", self.mother, self.father)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        self._children(3)
        run = self._run()
        with patch(CHUNK, 1):
            plan = run._plan_calculation()
        chunks = [set(chunk["child_ids"]) for chunk in plan]
        self.assertIn({self.melody.id, tom.id}, chunks)
        self.assertEqual(len(chunks), 4)

    def test_chunks_give_the_same_as_one(self):
        self._children(4)
        run = self._run()
        run.action_compute()
        whole = self._amounts(run)
        with patch(CHUNK, 1):
            run.action_compute()
        self.assertEqual(self._amounts(run), whole)
        self.assertEqual(run.counters["daycare.child"]["calculated"], 5)

    def test_queries_of_a_chunk_do_not_grow_with_the_children(self):
        def queries(run):
            ids = self.env["daycare.billing.reader"]._candidates(
                self.company, run.date_from, run.date_to
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            run._calculate(ids)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        self._children(3)
        few = self._run()
        self.assertTrue(few.name)
        first = queries(few)
        few._discard_calculation()
        self._children(30)
        second = queries(self._run())
        self.assertLessEqual(second, first + 2)

    def test_interrupted_calculation_is_resumed(self):
        self._children(3)
        run = self._run()
        calculate = type(run)._calculate

        def fail_once(run, child_ids):
            if self.melody.id in child_ids:
                raise UserError(run.name)
            return calculate(run, child_ids)

        with patch(CHUNK, 1), patch.object(type(run), "_calculate", fail_once):
            run.action_compute()
        self.assertEqual(run.state, "partial")
        self.assertNotIn("Melody", self._amounts(run))
        run.action_resume()
        self.assertEqual(run.state, "done")
        self.assertEqual(self._amounts(run)["Melody"], 1295.00)
        self.assertEqual(len(run.billing_line_ids), 4)

    def test_one_bad_debtor_does_not_stop_the_others(self):
        self._children(2)
        run = self._run()
        run.action_compute()
        self.commune.city = False
        run.action_invoice()
        self.assertEqual(len(run.move_ids), 2)
        self.assertIn("debtor_address", self._codes(run, "error"))
        self.assertNotIn(self.commune.partner_id, run.move_ids.partner_id)

    def test_what_changed_between_preview_and_invoice_is_seen(self):
        run = self._run()
        run.action_compute()
        run.action_preview_invoices()
        run.billing_line_ids.billing_excluded = True
        run.action_run()
        self.assertFalse(run.move_ids)

    def test_running_job_is_left_alone(self):
        run = self._bill()
        run._set_state("running")
        for action in (run.action_compute, run.action_post, run.action_discard):
            with self.assertRaises(UserError):
                action()
        self.assertEqual(run.move_ids.state, "draft")

    def test_a_generic_billing_run_takes_no_care(self):
        """Care is billed by its own run, which knows the month."""
        with self.assertRaises(ValidationError):
            self.env["account.billing.run"].create(
                {"converter": "daycare.billing.converter", "date_from": "2021-01-01"}
            )

    def test_lines_are_found_from_run_and_child(self):
        run = self._bill()
        for source in (run, self.melody):
            action = source.action_view_billing_lines()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, run.billing_line_ids)
        explained = run.billing_line_ids.action_explain()
        self.assertEqual(explained["res_id"], run.billing_line_ids.id)
        self.assertEqual(explained["name"], "Melody Mory · 03.2021 · Care")

    def test_states_in_french(self):
        """The chatter tells them, though the form shows the stage."""
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        modules = self.env["ir.module.module"].sudo()
        modules._load_module_terms(["exchange_run", "daycare_billing"], ["fr_FR"])
        french = self.env(context={**self.env.context, "lang": "fr_FR"})
        field = self.env["daycare.billing.run"]._fields["state"]
        found = dict(field._description_selection(french))
        self.assertEqual(found["running"], "En cours")
        self.assertEqual(found["done"], "Terminé")
        self.assertEqual(found["failed"], "Échoué")
