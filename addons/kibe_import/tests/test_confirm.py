from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import KibeImportCommon, edited

NO_PLANNING = [("prestations", number) for number in range(2, 7)]


@tagged("post_install", "-at_install")
class TestKibeConfirm(KibeImportCommon):
    """What the screen asks for before it offers the buttons that write."""

    def test_nothing_stands_in_the_way(self):
        run = self.run_import("kibe_sample.zip", date_journal="2026-01-01")
        run.exchange_message_ids.filtered(lambda m: m.code == "U02").unlink()
        self.assertFalse(run.obstacle)

    def test_errors_are_corrected_or_left_out(self):
        run = self.run_import("bad/v04_date_31_02.zip", user=self.clerk)
        with Form(run) as form:
            self.assertIn("Errors: 1", form.obstacle)
            form.confirm_warnings = True
            self.assertIn("Errors: 1", form.obstacle)
            form.skip_error_rows = True
            self.assertFalse(form.obstacle)
        run.action_generate()
        self.assertEqual(run.state, "done", run.refusal)

    def test_unreadable_file_cannot_be_skipped(self):
        run = self.run_import("bad/c03_no_header.zip", user=self.clerk)
        run.write({"skip_error_rows": True, "confirm_warnings": True})
        self.assertIn("cannot be read", run.obstacle)
        self.assertIn("«\u00a0enfants.csv\u00a0»\u00a0: l'en-tête manque", run.obstacle)

    def test_loss_is_confirmed(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import(edited(drop=NO_PLANNING))
        run.confirm_warnings = True
        self.assertIn("placements: 1", run.obstacle)
        run.confirm_loss = True
        self.assertFalse(run.obstacle)

    def test_repeated_delivery_is_confirmed(self):
        self.run_import("kibe_sample.zip", "create")
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        french = run.with_context(lang="fr_FR")
        self.assertIn("Ce fichier a déjà été importé le", french.to_confirm)
        self.assertIn("Importer malgré ces avertissements", french.obstacle)
        run.confirm_warnings = True
        self.assertFalse(run.obstacle)
        run.action_test()
        self.assertFalse(run.confirm_warnings, "a new analysis is read again")

    def test_form_opened_before_the_analysis_cannot_skip_the_warnings(self):
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        for button in (run.action_generate, run.action_overwrite):
            with self.assertRaisesRegex(UserError, "(?s)tick.*01.01.2021"):
                button()
        self.assertEqual((run.state, run.operation), ("done", "test"))
        self.assertFalse(self.counts()["child"])
        run.confirm_warnings = True
        run.action_generate()
        self.assertTrue(run.imported, run.refusal)

    def test_program_has_decided(self):
        run = self.run_import("kibe_sample.zip", "create")
        self.assertTrue(run.to_confirm)
        self.assertTrue(run.imported, run.refusal)

    def test_organisations_address_is_confirmed(self):
        self.company.kibe_address_mode = "2"
        run = self.run_import("kibe_sample.zip")
        self.assertIn("10000", run.to_confirm)

    def test_many_warnings_are_cut_short(self):
        run = self.run_import("kibe_sample.zip")
        vals = {"code": "T08", "text": "adresse", "severity": "warning"}
        run._log_many([vals] * 9)
        run.invalidate_recordset()
        self.assertEqual(len(run.to_confirm.splitlines()), 6)
        self.assertIn("5 more", run.to_confirm)

    def test_form_loads_only_the_messages_it_shows(self):
        run = self.run_import("kibe_sample.zip")
        warning = {"code": "T08", "text": "adresse", "severity": "warning"}
        run._log_many([warning, {**warning, "code": "V04", "severity": "error"}] * 200)
        run._log_many([{"code": "C03", "text": "en-tête", "severity": "blocked"}] * 20)
        self.env.invalidate_all()
        self.assertIn("en-tête", run.obstacle)
        self.assertTrue(run.preview_html)
        field = self.env["exchange.message"]._fields["text"]
        loaded = field._get_cache(self.env(su=True))
        self.assertIn(len(loaded), range(1, 11))
