from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import KibeImportCommon, edited


@tagged("post_install", "-at_install")
class TestKibeCorrespondence(KibeImportCommon):
    """A clerk with the import rights only solves a message on the spot."""

    def fix(self, run, code):
        """Return the form that the message opens, as the clerk."""
        message = run.exchange_message_ids.filtered(lambda m: m.code == code)[:1]
        self.assertTrue(message.kibe_fixable, code)
        action = message.action_kibe_fix()
        model = self.env[action["res_model"]].with_user(self.clerk)
        return Form(model.with_context(**action["context"]).browse(action["res_id"]))

    def test_unknown_group_is_mapped_and_remembered(self):
        raw = edited(("prestations", 2, 3, "Les Lutins"))
        run = self.run_import(raw, user=self.clerk)
        self.assertIn("P01", self.codes(run))
        with self.fix(run, "P01") as form:
            self.assertEqual(form.name, "Les Lutins")
            self.assertTrue(form.structure)
            form.group_id = self.env["daycare.group"].search(
                [("code", "=", "NUR1"), ("company_id", "=", self.company.id)]
            )
        run.action_test()
        self.assertNotIn("P01", self.codes(run))
        self.assertEqual(run.counters["sector"]["created"], 1)
        later = self.run_import(raw, "create", user=self.clerk)
        self.assertEqual(later.state, "done", later.refusal)
        self.assertEqual(self.child("10000").sector_ids.group_id.code, "NUR1")

    def test_unknown_group_of_groups_xml_is_mapped(self):
        self.env["daycare.group"].search(
            [("code", "=", "NUR1"), ("company_id", "=", self.company.id)]
        ).code = "NURSERIE"
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        self.assertIn("P02", self.codes(run))
        with self.fix(run, "P02") as form:
            self.assertEqual((form.kind, form.name), ("target", "NUR1"))
            form.group_id = self.env["daycare.group"].search(
                [("code", "=", "NURSERIE"), ("company_id", "=", self.company.id)]
            )
        run.action_test()
        run.confirm_warnings = True
        run.action_generate()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(self.child("10000").sector_ids.group_id.code, "NURSERIE")

    def test_code_left_aside_gets_its_slots(self):
        raw = edited(("prestations", 2, 9, "Lever"))
        run = self.run_import(raw, user=self.clerk)
        with self.fix(run, "P09") as form:
            self.assertEqual((form.kind, form.name), ("code", "Lever"))
            form.slot_numbers = "1, 2"
        run.action_test()
        self.assertNotIn("P09", self.codes(run))
        self.assertEqual(run.counters["sector_line"]["created"], 4)
        unused = self.run_import("kibe_sample.zip", user=self.clerk)
        texts = "".join(unused.exchange_message_ids.mapped("text"))
        self.assertNotIn("Lever", texts, "slots.xml does not declare it")

    def test_a_second_look_opens_the_same_entry(self):
        run = self.run_import(edited(("prestations", 2, 9, "Lever")), user=self.clerk)
        with self.fix(run, "P09") as form:
            form.slot_numbers = "1"
        [message] = run.exchange_message_ids.filtered(lambda m: m.code == "P09")
        self.assertTrue(message.action_kibe_fix()["res_id"])

    def test_delivery_comes_first(self):
        self.env["kibe.correspondence"].create(
            {"kind": "code", "name": "MATIN", "slot_numbers": "6"}
        )
        run = self.run_import("kibe_sample.zip", "create")
        self.assertEqual(run.state, "done", run.refusal)
        lines = self.child("10000").sector_ids.line_ids
        thursday = lines.filtered(lambda line: line.weekday == "thu")
        self.assertEqual(thursday.slot_ids.mapped("number"), [1, 2, 3])

    def test_language_gets_another_name(self):
        raw = edited(("enfants", 2, 6, "Patois d'Évolène"))
        run = self.run_import(raw, user=self.clerk)
        form = self.fix(run, "E04")
        form.language_id = self.env["daycare.language"].search([("code", "=", "fr")])
        form.save().action_add()
        run.action_test()
        run.confirm_warnings = True
        run.action_generate()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(self.child("10000").language_id.code, "fr")

    def test_messages_are_analysed_again(self):
        run = self.run_import(edited(("prestations", 2, 9, "Lever")), user=self.clerk)
        action = run.action_view_messages()
        before = run.exchange_message_ids
        messages = self.env["exchange.message"].with_user(self.clerk)
        messages.with_context(**action["context"]).action_kibe_analyse()
        self.assertTrue(messages.search(action["domain"]))
        self.assertFalse(before.filtered("active"), "new messages replace the old ones")

    def test_wrong_entries_are_refused(self):
        create = self.env["kibe.correspondence"].create
        for vals in (
            {"kind": "code", "name": "A", "slot_numbers": "1;2"},
            {"kind": "target", "name": "NUR9"},
        ):
            with self.assertRaises(ValidationError):
                create(vals)

    def test_only_managers_change_what_is_remembered(self):
        entry = self.env["kibe.correspondence"].create({"kind": "code", "name": "A"})
        with self.assertRaises(AccessError):
            entry.with_user(self.clerk).slot_numbers = "1"
        with self.assertRaises(AccessError):
            entry.with_user(self.clerk).unlink()

    def test_other_company_has_its_own(self):
        other = self.env["res.company"].create({"name": "Autre crèche"})
        self.env["kibe.correspondence"].with_company(other).create(
            {"kind": "code", "name": "Lever", "company_id": other.id}
        )
        run = self.run_import(edited(("prestations", 2, 9, "Lever")), user=self.clerk)
        self.assertIn("P09", self.codes(run))
