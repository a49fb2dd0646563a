"""A delivery that is exchanged behind the import's back, at every moment."""

import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SAMPLES, KibeImportCommon, edited

ANOTHER = edited(("enfants", 2, 2, "Dupont"))


@tagged("post_install", "-at_install")
class TestKibeExchanged(KibeImportCommon):
    def waiting(self):
        """Return an import that is planned and waits for its worker."""
        self.patch(type(self.env["kibe.import"]), "_exchange_background_from", 5)
        run = self.queue_import("kibe_sample.zip", "create", user=self.clerk)
        self.assertEqual((run.state, run.to_plan), ("running", False))
        return run

    def work(self, run):
        self.env["exchange.chunk"]._cron_work()
        run.invalidate_recordset()

    def replace(self, run):
        """Put another file in the place of the delivery's, as any user by RPC."""
        stored = self.env["ir.attachment"].search(
            [
                ("res_model", "=", run._name),
                ("res_id", "=", run.id),
                ("res_field", "=", "archive"),
            ]
        )
        stored.with_user(self.clerk).raw = ANOTHER
        run.invalidate_recordset()
        self.assertEqual(base64.b64decode(run.archive), ANOTHER)

    def test_another_file_after_the_test_is_shown_before_it_counts(self):
        for how in ("form", "attachment"):
            with self.subTest(how):
                run = self.run_import("kibe_sample.zip", user=self.clerk)
                first = run.sha256
                if how == "form":
                    run.archive = base64.b64encode(ANOTHER)
                else:
                    self.replace(run)
                run.confirm_warnings = True
                run.action_generate()
                self.assertEqual(run.state, "planned")
                self.assertIn("U06", self.codes(run))
                self.assertNotIn("U05", self.codes(run))
                self.assertNotEqual(run.sha256, first)
                self.assertFalse(self.counts()["child"])
        run.action_generate()
        self.assertTrue(run.imported, run.refusal)
        self.assertEqual(self.child("10000").lastname, "Dupont")

    def test_another_file_before_the_worker_comes_is_refused(self):
        run = self.waiting()
        self.replace(run)
        self.work(run)
        self.assertEqual((run.state, run.imported), ("failed", False))
        texts = run.exchange_message_ids.mapped("text")
        self.assertTrue([t for t in texts if "remplacé" in t], texts)
        self.assertFalse(self.counts()["child"])

    def test_records_changed_before_the_worker_comes_are_noticed(self):
        run = self.waiting()
        group = self.env["daycare.group"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        group.name = "Papillons"
        self.env.flush_all()
        # one transaction has one time: the change comes later in life
        self.env.cr.execute(
            "UPDATE daycare_group SET write_date = write_date + %s WHERE id = %s",
            [timedelta(seconds=1), group.id],
        )
        self.work(run)
        self.assertEqual((run.state, run.imported), ("failed", False))
        self.assertFalse(self.counts()["child"])
        run.action_resume()
        self.assertIn("U05", self.codes(run))
        run.confirm_warnings = True
        run.action_generate()
        self.assertTrue(run.imported, run.refusal)

    def test_nothing_exchanged_is_imported(self):
        run = self.waiting()
        self.work(run)
        self.assertTrue(run.imported, run.exchange_message_ids.mapped("text"))

    def test_files_and_choices_of_what_works_or_is_over_stay(self):
        waiting = self.waiting()
        over = self.run_import("bad/ok_income_comma.zip", "create", user=self.clerk)
        self.assertTrue(over.imported)
        values = {
            "archive": base64.b64encode(ANOTHER).decode(),
            "archive_name": "other.zip",
            "date_journal": "2020-01-01",
            "operation": "overwrite",
            "income_basis": "annual",
            "skip_error_rows": True,
            "confirm_loss": True,
            "absent_action": "leave",
        }
        for run in (waiting, over):
            for name, value in values.items():
                with self.subTest(name, state=run.state):
                    with self.assertRaises(UserError):
                        run.write({name: value})

    def test_what_the_program_found_nobody_writes(self):
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        for name, value in {
            "sha256": "0" * 64,
            "fingerprint": "0" * 64,
            "imported": True,
            "undone": True,
            "refusal": False,
            "needs_review": True,
            "to_plan": True,
            "losing_count": 3,
            "absent_count": 3,
            "income_sum": 1.0,
            "counters_overwrite": {"child": {"created": 9}},
            "details": {"losing": ["x"]},
            "files_deleted": True,
            "state": "running",
        }.items():
            if run.sudo()[name] == value:
                continue
            with self.subTest(name), self.assertRaises(AccessError):
                run.write({name: value})

    def test_error_report_reads_the_file_it_is_about(self):
        run = self.run_import("bad/v04_date_31_02.zip", user=self.clerk)
        self.replace(run)
        with self.assertRaisesRegex(UserError, "remplacé"):
            run.with_context(lang="fr_FR").action_download_report()

    def test_the_file_that_is_tested_again_is_another_one(self):
        """Who uploads a corrected file and tests it is told nothing."""
        run = self.run_import("bad/v04_date_31_02.zip", user=self.clerk)
        run.archive = base64.b64encode((SAMPLES / "kibe_sample.zip").read_bytes())
        run.action_test()
        self.assertFalse({"U05", "U06"} & self.codes(run))
