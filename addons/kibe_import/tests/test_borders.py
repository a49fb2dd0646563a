import hashlib

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SAMPLES, KibeImportCommon, edited

GONE = "10000"


@tagged("post_install", "-at_install")
class TestKibeBorders(KibeImportCommon):
    """What a clerk meets beside the files: contacts, settings, children who left."""

    def contact(self, **values):
        return self.env["res.partner"].create(
            {"name": "Edith", "ref": "E77", "company_id": self.company.id, **values}
        )

    def test_a_contact_keeps_all_it_has_and_gets_it_back(self):
        """Operation 2 changes no stored field; undoing leaves what was there."""
        edith = self.contact(
            email="edith@asal.example", function="Directrice", street="Rue 1"
        )
        raw = edited(
            ("intervenants", 2, 8, "E77"),
            ("intervenantsdata", 2, 6, "edith.privee@bluewin.ch"),
            ("intervenantsdata", 2, 9, "Médecin"),
        )
        run = self.run_import(raw, "create")
        self.assertEqual(run.state, "done", run.refusal)
        self.assertIn("I10", self.codes(run))
        self.assertEqual(self.guardian("1001").partner_id, edith)
        kept = ("edith@asal.example", "Directrice", "Rue 1")
        self.assertEqual((edith.email, edith.function, edith.street), kept)
        run.action_undo()
        self.assertEqual((edith.email, edith.function, edith.street), kept)

    def test_an_overwritten_contact_gets_everything_back(self):
        edith = self.contact(email="edith@asal.example", function="Directrice")
        raw = edited(
            ("intervenants", 2, 8, "E77"),
            ("intervenantsdata", 2, 6, "edith.privee@bluewin.ch"),
            ("intervenantsdata", 2, 9, "Médecin"),
        )
        run = self.run_import(raw, "overwrite")
        self.assertEqual(edith.email, "edith.privee@bluewin.ch")
        run.action_undo()
        self.assertEqual(
            (edith.email, edith.function), ("edith@asal.example", "Directrice")
        )

    def test_the_same_delivery_is_known_whatever_the_settings(self):
        run = self.run_import("kibe_sample.zip", "create")
        raw = (SAMPLES / "kibe_sample.zip").read_bytes()
        self.assertEqual(run.sha256, hashlib.sha256(raw).hexdigest())
        again = self.run_import("kibe_sample.zip", income_basis="annual")
        self.assertIn("U04", self.codes(again))
        self.company.kibe_address_mode = "2"
        self.assertIn("U04", self.codes(self.run_import("kibe_sample.zip")))
        later = self.run_import("kibe_sample.zip", date_journal="2021-02-01")
        self.assertNotIn("U04", self.codes(later))
        self.assertIn("U07", self.codes(later))
        self.assertIn("01.01.2021", later.to_confirm)
        self.assertTrue(later.obstacle)

    def test_a_label_with_a_dot_is_known_once_it_is_made_known(self):
        raw = edited(("enfants", 2, 4, "Fém."))
        self.assertIn("E03", self.codes(self.run_import(raw)))
        self.env["daycare.gender.label"].create({"label": "Fém.", "key": "female"})
        self.assertNotIn("E03", self.codes(self.run_import(raw)))

    # === CHILDREN WHO ARE NOT IN THE DELIVERY ===

    def without_melody(self):
        """Return the sample without one of its two children."""
        rows = [("enfants", 2), *(("prestations", row) for row in range(2, 7))]
        rows += [("contrats", row) for row in (2,)]
        return edited(drop=rows)

    def deliver(self, operation="create", **values):
        self.run_import("kibe_sample.zip", "create")
        return self.prepare(
            self.without_melody(), operation, date_journal="2021-06-01", **values
        )

    def placements(self):
        return self.child(GONE).sector_ids

    @freeze_time("2021-06-15")
    def test_a_child_who_is_not_delivered_is_asked_for(self):
        run = self.deliver("test")
        run.action_test()
        self.assertIn("P32", self.codes(run))
        self.assertEqual(run.absent_count, 1)
        self.assertIn("Melody Mory", run.to_confirm)
        with self.assertRaises(UserError):
            run.action_generate()
        self.assertNotIn("Analyse Again", run.obstacle)
        run.absent_action = "leave"
        self.assertIn("Analyse Again", run.obstacle)
        run.action_test()
        self.assertNotIn("P32", self.codes(run))
        self.assertFalse(run.obstacle and "Analyse Again" in run.obstacle)
        run.confirm_warnings = True
        run.action_generate()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(str(self.placements().date_to), "2021-12-01")

    @freeze_time("2021-06-15")
    def test_the_placements_of_a_child_who_left_end(self):
        run = self.deliver(absent_action="end", absent_until="2021-06-30")
        lines = len(self.placements().line_ids)
        run.action_run()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(str(self.placements().date_to), "2021-06-30")
        self.assertEqual(len(self.placements().line_ids), lines)
        run.action_undo()
        self.assertEqual(str(self.placements().date_to), "2021-12-01")

    @freeze_time("2021-06-15")
    def test_nobody_is_ended_while_a_row_cannot_be_told(self):
        """The row without a readable id may be the missing child's."""
        self.run_import("kibe_sample.zip", "create")
        # the child's number was typed wrong: for the import it is not there
        raw = edited(
            ("enfants", 2, 1, "1000O"),
            drop=[("prestations", row) for row in range(2, 7)] + [("contrats", 2)],
        )
        ends = {"absent_action": "end", "absent_until": "2021-06-30"}
        values = {"date_journal": "2021-06-01", "skip_error_rows": True, **ends}
        run = self.run_import(raw, "test", self.clerk, **values)
        run.confirm_warnings = True
        self.assertIn("enfants.csv 2", run.obstacle)
        self.assertIn("aucun placement ne se termine", run.obstacle)
        run.action_overwrite()
        self.assertEqual((run.state, run.imported), ("failed", False))
        self.assertIn("enfants.csv 2", run.refusal)
        self.assertEqual(str(self.placements().date_to), "2021-12-01")
        run.absent_action = "leave"
        run.action_test()
        run.confirm_warnings = True
        run.action_overwrite()
        self.assertTrue(run.imported, run.refusal)
        self.assertEqual(str(self.placements().date_to), "2021-12-01")

    @freeze_time("2022-06-15")
    def test_nobody_asks_for_whose_placements_are_over(self):
        run = self.deliver("test")
        run.action_test()
        self.assertFalse({"P32", "P33"} & self.codes(run))

    def test_ending_needs_a_day(self):
        with self.assertRaises(ValidationError):
            self.deliver(absent_action="end")

    def test_a_test_is_no_import(self):
        run = self.run_import("kibe_sample.zip", "test", self.clerk)
        self.assertEqual(run.with_context(lang="fr_FR").outcome, "Testé")
        run.confirm_warnings = True
        run.action_generate()
        self.assertEqual(run.state, "done", run.refusal)
        self.assertEqual(run.with_context(lang="fr_FR").outcome, "Terminé")

    def test_what_was_undone_is_told(self):
        run = self.run_import("kibe_sample.zip", "create")
        run.action_undo()
        self.assertEqual(run.with_context(lang="fr_FR").outcome, "Annulé")
        reports = self.env["ir.actions.report"].with_context(lang="fr_FR")
        paper, _kind = reports._render_qweb_html("kibe_import.summary", run.ids)
        self.assertIn("Annulé", paper.decode())
