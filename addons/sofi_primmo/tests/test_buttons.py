"""What buttons and menus answer, for those who may press them and those who may not."""

import base64

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .common import EXAMPLE, SofiCase
from .common_convention import ConventionCase


@tagged("post_install", "-at_install")
class TestRunButtons(SofiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            name: new_test_user(
                cls.env, f"sofi_b_{name}", groups=f"sofi_primmo.group_sofi_{name}"
            )
            for name in ("viewer", "operator", "manager")
        }

    def as_(self, name, record):
        return record.with_user(self.people[name])

    def test_operators_act_on_simulations_and_managers_on_all(self):
        real, simulated = self.make_export(), self.make_export(dry_run=True)
        for name, expected in (("operator", (False, True)), ("manager", (True, True))):
            runs = self.as_(name, real), self.as_(name, simulated)
            self.assertEqual(tuple(run.may_act for run in runs), expected, name)

    def test_an_operator_resumes_and_gives_up_his_simulation(self):
        leftover = self.root / "erables/output/old.csv"
        leftover.touch()
        runs = [self.make_export(dry_run=True) for _each in range(2)]
        for run in runs:
            self.as_("operator", run).action_run()
            self.assertEqual(run.state, "failed")
        leftover.unlink()
        self.as_("operator", runs[0]).action_resume()
        self.assertEqual(runs[0].state, "done", runs[0].log_text)
        self.as_("operator", runs[1]).action_cancel()
        self.assertEqual(runs[1].state, "cancelled")
        self.assertEqual(self.status("900001"), "accepted")

    def test_an_operator_previews_and_gives_the_preview_up(self):
        run = self.as_("operator", self.make_export())
        run.action_plan()
        self.assertEqual(run.charge_count, 3)
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")

    def test_reconciling_needs_more_than_looking(self):
        run = self.export()
        with self.assertRaises(AccessError):
            self.as_("viewer", run).action_reconcile()
        before = len(run.exchange_message_ids)
        self.assertTrue(self.as_("operator", run).action_reconcile())
        self.assertGreater(len(run.exchange_message_ids), before)

    def test_totals_add_up_to_the_file(self):
        run = self.export()
        action = self.as_("viewer", run).action_view_totals()
        lines = self.env["sofi.charge"].search(action["domain"])
        self.assertAlmostEqual(sum(lines.mapped("amount")), run.file_ids.amount)
        self.assertEqual(lines, run.file_ids.line_ids)

    def test_what_cannot_be_undone_is_asked_for_and_not_the_first_choice(self):
        views = (self.env["sofi.export.wizard"], self.env["sofi.export"])
        for model, name in zip(views, ("action_export", "action_run"), strict=True):
            arch = etree.fromstring(model.get_view(view_type="form")["arch"])
            buttons = arch.xpath(f"//button[@name='{name}']")
            button = next(x for x in buttons if x.get("string") == "Export and Archive")
            with self.subTest(model=model._name):
                self.assertIn("cannot be undone", button.get("confirm"))
        arch = etree.fromstring(views[0].get_view(view_type="form")["arch"])
        (first,) = arch.xpath("//button[contains(@class, 'btn-primary')]")
        self.assertEqual(first.get("name"), "action_preview")

    def test_a_draft_is_given_up_and_deleted(self):
        run = self.make_export()
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")
        run.unlink()
        self.assertFalse(run.exists())

    def test_wizard_takes_the_residences_in_view(self):
        cedres = self.make_cedres()
        Wizard = self.env["sofi.export.wizard"]
        chosen = {"active_model": "sofi.residence", "active_ids": cedres.ids}
        self.assertEqual(Wizard.with_context(**chosen).create({}).residence_ids, cedres)
        everything = Wizard.create({}).residence_ids
        self.assertEqual(everything, self.residence | cedres)

    def test_wizard_previews_simulates_and_exports(self):
        Wizard = self.env["sofi.export.wizard"].with_user(self.people["manager"])
        for button, state, dry_run in (
            ("action_preview", "planned", False),
            ("action_dry_run", "done", True),
        ):
            action = getattr(Wizard.create({}), button)()
            run = self.env["sofi.export"].browse(action["res_id"])
            self.assertEqual((run.state, run.dry_run), (state, dry_run))
        self.assertEqual(self.status("900001"), "accepted")
        (self.root / "erables/output" / run.file_ids.name).unlink()
        action = Wizard.create({}).action_export()
        run = self.env["sofi.export"].browse(action["res_id"])
        self.assertEqual(run.file_ids._content(), EXAMPLE)
        self.assertEqual(self.status("900001"), "archived")

    def test_another_company_in_the_wizard_has_its_own_residences(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        theirs = self.make_cedres(company_id=other.id)
        wizard = Form(
            self.env["sofi.export.wizard"].with_context(
                allowed_company_ids=[self.env.company.id, other.id]
            )
        )
        wizard.company_id = other
        self.assertEqual(wizard.residence_ids[:], theirs)

    def test_refusals_of_issuing_and_exporting_again(self):
        run = self.export()
        file = self.as_("operator", run.file_ids)
        with self.assertRaises(AccessError):
            file._reissue("because")
        line = run.line_ids.filtered(lambda x: x.state == "archived")[0]
        with self.assertRaises(AccessError):
            self.as_("operator", line)._allow_again("because")
        action = self.as_("manager", line).action_export_again()
        self.assertEqual(action["context"], {"default_charge_id": line.id})

    def test_a_download_is_open_to_viewers_and_kept(self):
        file = self.export().file_ids
        action = self.as_("viewer", file).action_download()
        self.assertEqual(action["url"], f"/sofi_primmo/file/{file.id}")
        self.assertEqual(file.downloaded_by_id, self.people["viewer"])

    def test_a_file_that_is_not_complete_is_not_downloaded(self):
        self.simulator.faults.add(
            {"path": "/charges/archive", "status": 403, "times": 9}
        )
        run = self.export()
        file = self.as_("viewer", run.file_ids)
        with self.assertRaisesRegex(UserError, "is not complete"):
            file.action_download()
        run.action_cancel()
        self.assertEqual(file.state, "cancelled")
        with self.assertRaisesRegex(UserError, "is not complete"):
            file.action_download()

    def test_exact_texts_of_the_script_come_with_advice(self):
        self.residence.api_secret = "wrong"
        advice = {
            "invalid_client": "Check the key and the secret of Erables",
            "files_found": "let Primmo take old.csv first",
            "missing": "Create Folders",
        }
        runs = self.export()
        leftover = self.root / "erables/output/old.csv"
        leftover.touch()
        runs |= self.export()
        self.residence.output_directory = "none"
        runs |= self.export()
        for message in runs.exchange_message_ids.filtered("advice"):
            self.assertIn(advice.pop(message.code), message.advice)
        self.assertFalse(advice)

    def test_a_residence_with_files_is_archived_not_deleted(self):
        self.export()
        with self.assertRaisesRegex(UserError, "archive it"):
            self.residence.unlink()
        empty = self.make_cedres()
        empty.unlink()
        self.assertFalse(empty.exists())

    def test_config_buttons_without_what_they_need(self):
        wizard = self.env["sofi.config.wizard"].create({})
        with self.assertRaisesRegex(UserError, "Choose the file"):
            wizard.action_import()
        wizard.file = base64.b64encode(b" " * (1024 * 1024 + 1))
        with self.assertRaisesRegex(UserError, "too large"):
            wizard.action_import()
        self.residence.active = False
        with self.assertRaisesRegex(UserError, "no residence to export"):
            wizard.action_export()


@tagged("post_install", "-at_install")
class TestConventionButtons(ConventionCase):
    def test_check_now_and_open_what_was_found(self):
        self.preview()
        tenant = self.tenant("T00123", unit="999")
        viewer = new_test_user(
            self.env, "sofi_b_look", groups="sofi_primmo.group_sofi_viewer"
        )
        action = self.residence.with_user(viewer).action_check_convention()
        issues = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(self.residence.convention_issue_count, len(issues))
        [unknown] = issues.filtered(lambda i: i.kind == "unit_unknown")
        opened = unknown.with_user(viewer).action_open_record()
        self.assertEqual(
            (opened["res_model"], opened["res_id"]), ("primmo.tenant", tenant.id)
        )
        listed = issues.filtered(lambda i: i.kind == "occupant_type_only_sofi")
        self.assertFalse(listed[:1].action_open_record())

    def test_customers_speak_the_language_of_the_tenant(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        tenants = self.tenant("T1") | self.tenant("T2", language="Au")
        tenants.action_create_customer()
        french, other = tenants.mapped("partner_id")
        self.assertEqual(french.lang, "fr_FR")
        self.assertNotEqual(other.lang, False)
        self.assertEqual((french.name, french.ref), ("Jean Tremblay", "T1"))

    def test_a_tenant_has_one_customer_however_often_the_button_is_pressed(self):
        tenant = self.tenant("T1")
        tenant.action_create_customer()
        partner = tenant.partner_id
        tenant.action_create_customer()
        self.assertEqual(tenant.partner_id, partner)
        self.assertEqual(partner.search_count([("ref", "=", "T1")]), 1)

    def test_only_lines_to_do_are_ticked_off(self):
        tenant = self.tenant("T00123", language="En")
        sync = self.preview()
        line = self.line(tenant, sync)
        with self.assertRaisesRegex(UserError, "to-do list"):
            line.action_done()
        sync.action_run()
        self.assertEqual(line.state, "todo")
        self.assertEqual(sync.todo_count, 1)
        todo = self.env[sync.action_view_todo()["res_model"]].search(
            sync.action_view_todo()["domain"]
        )
        self.assertIn(line, todo)
        line.action_done()
        self.assertEqual((line.state, sync.todo_count), ("done", 0))

    def test_operators_tick_off_and_viewers_do_not(self):
        tenant = self.tenant("T00123", language="En")
        sync = self.preview()
        sync.action_run()
        line = self.line(tenant, sync)
        for name, error in (("viewer", AccessError), ("operator", None)):
            person = new_test_user(
                self.env, f"sofi_t_{name}", groups=f"sofi_primmo.group_sofi_{name}"
            )
            if error:
                with self.assertRaises(error):
                    line.with_user(person).action_done()
            else:
                self.assertTrue(line.with_user(person).action_done())

    def test_lists_of_another_company_are_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        partner = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": other.id}
        )
        with self.assertRaises(UserError):
            self.tenant("T1", partner_id=partner.id)
        with self.assertRaises(UserError):
            self.env["sofi.export"].create(
                {
                    "company_id": other.id,
                    "residence_ids": [Command.set(self.residence.ids)],
                }
            )
