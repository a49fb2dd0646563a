"""The failure matrix of spec 9.2; each failure, what is left, how it is mended."""

import json
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sofi_primmo.core import output_directory
from odoo.addons.sofi_primmo.core.transport import Transport

from .common import EXAMPLE, SofiCase

ARCHIVE = "/charges/archive"


@tagged("post_install", "-at_install")
class TestFailures(SofiCase):
    def setUp(self):
        super().setUp()
        # Retries wait 7 s in all: nobody waits for them here.
        self.startPatcher(
            patch("odoo.addons.sofi_primmo.core.transport.time.sleep", lambda _s: None)
        )

    def break_archive(self, **fault):
        self.simulator.faults.add({"path": ARCHIVE, **fault})

    def assertExportedOnce(self, run, content=EXAMPLE):
        self.assertEqual(run.state, "done", run.log_text)
        (name,) = self.files()
        self.assertEqual(name, run.file_ids.name)
        self.assertEqual((self.root / "erables/output" / name).read_bytes(), content)
        times = self.simulator.residence("erables").archived_times
        self.assertEqual(set(times.values()), {1})

    def test_listing_fails_midway(self):
        self.simulator.faults.add({"path": "/charges", "status": 500, "times": 4})
        run = self.export()
        self.assertEqual(run.state, "failed")
        self.assertEqual(self.files(), [])
        self.assertFalse(run.line_ids)
        run.action_resume()
        self.assertExportedOnce(run)

    def test_archive_refused_leaves_tmp_and_resume_completes(self):
        self.break_archive(status=500, times=4)
        run = self.export()
        self.assertEqual(run.state, "partial")
        (name,) = self.files()
        self.assertTrue(name.endswith(".tmp"))
        self.assertEqual(set(run.file_ids.line_ids.mapped("state")), {"written"})
        run.action_resume()
        self.assertExportedOnce(run)
        self.assertEqual(set(run.file_ids.line_ids.mapped("state")), {"archived"})

    def test_no_other_run_starts_until_it_is_resolved(self):
        self.break_archive(status=500, times=4)
        self.export()
        other = self.export()
        self.assertEqual(other.state, "failed")
        self.assertIn("Files found in the output directory", other.log_text)

    def test_reply_lost_is_retried_with_the_same_key(self):
        self.break_archive(kind="drop_after_commit")
        self.assertExportedOnce(self.export())

    def test_reply_lost_for_good_then_resumed(self):
        self.break_archive(kind="drop_after_commit", times=4)
        run = self.export()
        self.assertEqual(run.state, "partial")
        run.action_resume()
        self.assertExportedOnce(run)
        calls = self.simulator.residence("erables").archive_calls
        self.assertEqual(len(calls), 1)

    def test_rejected_charge_leaves_the_file_on_resume(self):
        self.break_archive(kind="drop_before_commit", times=4)
        run = self.export()
        self.simulator.residence("erables").set_status("900007", "refused")
        run.action_resume()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertTrue(self.files()[0].endswith(".tmp"))
        first_sha = run.file_ids.sha256
        failed = run.line_ids.filtered(lambda line: line.state == "archive_failed")
        self.assertEqual(failed.mapped("sofi_charge_id"), ["900007"])
        self.assertEqual(failed.refusal, "status_changed")
        self.assertEqual(failed.detail, "The charge is no longer accepted in SOFI")
        run.action_resume()
        lines = EXAMPLE.splitlines(keepends=True)
        self.assertExportedOnce(run, lines[0] + lines[2])
        self.assertEqual(failed.state, "dropped")
        self.assertNotEqual(run.file_ids.sha256, first_sha)
        self.assertEqual(len(run.file_ids.version_ids), 2)
        self.assertEqual(run.file_ids.amount, 16)

    def test_rejected_charge_accepted_again_is_archived_on_resume(self):
        self.break_archive(kind="drop_before_commit", times=4)
        run = self.export()
        residence = self.simulator.residence("erables")
        residence.set_status("900007", "pending")
        run.action_resume()
        residence.set_status("900007", "accepted")
        run.action_resume()
        self.assertExportedOnce(run)

    def test_archive_right_missing(self):
        self.simulator.residence("erables").archive_right = "bill:edit"
        run = self.export()
        self.assertEqual(run.state, "partial")
        self.assertIn("Invalid client credentials for VendorId 12", run.log_text)
        self.assertIn("Bill/Edit", run.log_text)

    def test_rename_refused_then_resumed(self):
        refused = patch.object(
            output_directory, "rename", side_effect=PermissionError(13, "in use")
        )
        with refused:
            run = self.export()
        self.assertEqual(run.state, "partial")
        self.assertIn("in use", run.log_text)
        self.assertTrue(self.files()[0].endswith(".tmp"))
        run.action_resume()
        self.assertExportedOnce(run)

    def test_taken_by_primmo_before_the_end_does_not_come_twice(self):
        """Killed between rename and commit; Primmo was faster than the resume."""
        run = self.export()
        (self.root / "erables/output" / run.file_ids.name).unlink()
        run.file_ids.state = "publishing"
        run.state = "partial"
        run.action_resume()
        self.assertEqual(run.state, "done")
        self.assertEqual(self.files(), [])

    def test_tmp_removed_by_somebody_is_written_anew(self):
        self.break_archive(status=500, times=4)
        run = self.export()
        (self.root / "erables/output" / self.files()[0]).unlink()
        run.action_resume()
        self.assertExportedOnce(run)

    def test_folder_refuses_the_file(self):
        refused = patch.object(
            output_directory, "write_new", side_effect=OSError(28, "disk full")
        )
        with refused:
            run = self.export()
        self.assertEqual(run.state, "partial")
        self.assertIn("the disk of the folder is full", run.log_text)
        self.assertEqual((self.files(), self.status("900001")), ([], "accepted"))
        run.action_resume()
        self.assertExportedOnce(run)

    def test_cancel_removes_the_tmp_and_frees_the_charges(self):
        self.break_archive(kind="drop_before_commit", times=4)
        run = self.export()
        run.action_cancel()
        self.assertEqual(run.state, "cancelled")
        self.assertEqual(self.files(), [])
        exported = run.line_ids.filtered("file_id")
        self.assertEqual(set(exported.mapped("state")), {"cancelled"})
        self.assertExportedOnce(self.export())

    def test_cancel_is_refused_once_something_is_archived(self):
        self.break_archive(kind="drop_after_commit", times=4)
        run = self.export()
        with self.assertRaisesRegex(UserError, "archived in SOFI already"):
            run.action_cancel()
        self.assertEqual(run.state, "partial")
        run.action_resume()
        self.assertExportedOnce(run)

    def press_cancel_at(self, run, path, nth=1):
        """Let somebody press Cancel just before the n-th request of a path."""
        seen = []

        def once(transport, method, url, options, original=Transport._once):
            seen.extend([url] if url.endswith(path) else [])
            if len(seen) == nth:
                self.env["exchange.progress"]._publish(run, cancel_requested=True)
            return original(transport, method, url, options)

        self.startPatcher(patch.object(Transport, "_once", once))

    def test_cancel_is_refused_while_sofi_cannot_say_what_is_archived(self):
        self.break_archive(kind="drop_after_commit", times=4)
        run = self.export()
        self.residence.sudo().api_secret = "wrong"
        with self.assertRaisesRegex(UserError, "Invalid client credentials"):
            run.action_cancel()
        self.assertEqual(run.state, "partial")
        self.assertTrue(self.files()[0].endswith(".tmp"))

    def test_preview_says_which_residence_cannot_be_read(self):
        cedres = self.make_cedres(api_secret="wrong")
        run = self.make_export(self.residence | cedres)
        run.action_plan()
        self.assertEqual(run.line_ids.residence_id, self.residence)
        self.assertIn("Invalid client credentials for VendorId 13", run.log_text)

    def test_reconciliation_that_fails_spoils_no_run(self):
        self.simulator.faults.add(
            {"path": "/charges", "status": 503, "nth": 2, "times": 4}
        )
        run = self.export()
        self.assertExportedOnce(run)
        self.assertIn("Reconciliation was not possible", run.log_text)
        run.action_reconcile()
        self.assertIn("reconciled", run.exchange_message_ids.mapped("code"))

    def test_cancel_while_reading_leaves_nothing(self):
        run = self.make_export()
        self.press_cancel_at(run, "/charges")
        run.action_run()
        self.assertEqual(run.state, "cancelled", run.log_text)
        self.assertEqual(self.files(), [])
        self.assertEqual(self.status("900001"), "accepted")
        self.assertExportedOnce(self.export())

    def test_cancel_before_the_first_batch_gives_the_charges_back(self):
        self.break_archive(kind="drop_before_commit", times=4)
        run = self.export()
        self.press_cancel_at(run, "/oauth/token")
        run.action_resume()
        self.assertEqual(run.state, "cancelled", run.log_text)
        self.assertEqual(self.files(), [])
        self.assertEqual(self.status("900001"), "accepted")
        self.assertExportedOnce(self.export())

    def test_cancel_while_archiving_is_heard_after_the_file(self):
        """Archived charges that no file brings to Primmo would never be billed."""
        big = self.make_generated("big", 450)
        run = self.make_export(big | self.residence)
        (big | self.residence).sequence = 1  # Big comes first
        self.press_cancel_at(run, ARCHIVE, nth=2)
        run.action_run()
        self.assertEqual(run.state, "cancelled", run.log_text)
        self.assertEqual([name[-4:] for name in self.files("big")], [".csv"])
        times = self.simulator.residence("big").archived_times
        self.assertEqual((len(times), set(times.values())), (450, {1}))
        self.assertEqual(self.files(), [])
        self.assertEqual(self.status("900001"), "accepted")

    def test_cancel_of_a_resumed_run_whose_reply_was_lost_leaves_it_to_be_resumed(self):
        self.break_archive(kind="drop_after_commit", times=4)
        run = self.export()
        run._end("cancelled")  # as the worker does on its way
        self.assertEqual(run.state, "partial")
        self.assertIn("archived in SOFI already", run.log_text)
        run.action_resume()
        self.assertExportedOnce(run)

    def test_whole_archive_refused_is_tried_again_in_batches(self):
        big = self.make_generated("big", 450)
        self.break_archive(status=404, times=3)
        run = self.export(big)
        self.assertEqual(run.state, "partial")
        self.assertIn("charges that SOFI did not archive: 450", run.log_text)
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        times = self.simulator.residence("big").archived_times
        self.assertEqual((len(times), set(times.values())), (450, {1}))

    def test_file_written_anew_keeps_the_settings_of_its_export(self):
        self.break_archive(kind="drop_before_commit", times=4)
        run = self.export()
        self.simulator.residence("erables").set_status("900007", "refused")
        run.action_resume()
        self.residence.write(
            {"vendor_id": "99", "mdg_col09": "NEW", "language": "EN", "mdg_col15p": ""}
        )
        self.residence.layout_id.write({"separator": "tab", "encoding": "utf-8"})
        self.residence.layout_id.column_ids[0].width = 1
        run.action_resume()
        lines = EXAMPLE.splitlines(keepends=True)
        self.assertExportedOnce(run, lines[0] + lines[2])

    def test_archive_one_by_one_profile(self):
        self.residence.profile_id.archive_mode = "single"
        run = self.export()
        self.assertExportedOnce(run)

    def test_many_batches(self):
        big = self.make_generated("big", 450)
        self.simulator.faults.add(
            {"path": ARCHIVE, "status": 500, "nth": 2, "times": 4}
        )
        run = self.export(big)
        self.assertEqual(run.state, "partial")
        states = run.line_ids.grouped("state")
        self.assertEqual(len(states["archived"]), 200)
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(
            len(run.line_ids.filtered(lambda x: x.state == "archived")), 450
        )
        times = self.simulator.residence("big").archived_times
        self.assertEqual((len(times), set(times.values())), (450, {1}))

    def test_pages_are_all_read_before_anything_is_archived(self):
        big = self.make_generated("big", 1250)
        run = self.export(big)
        self.assertEqual(run.file_ids.line_count, 1250)
        lines = run.file_ids._content().splitlines()
        self.assertEqual(len({line.split(b",")[6] for line in lines}), 1250)

    def test_total_that_keeps_changing_is_a_warning(self):
        big = self.make_generated("big", 700)
        for nth in (2, 4):
            self.simulator.faults.add(
                {"path": "/charges", "kind": "total_drift", "nth": nth}
            )
        run = self.export(big)
        self.assertEqual(run.state, "done")
        self.assertIn("total_drift", run.exchange_message_ids.mapped("code"))

    def test_rate_limit_then_success(self):
        self.simulator.faults.add(
            {"path": "/charges", "status": 429, "retry_after": "1", "times": 2}
        )
        self.assertExportedOnce(self.export())

    def test_what_sofi_lists_without_being_asked_is_ignored_and_told(self):
        residence = self.simulator.residence("erables")
        listed = dict(residence.charges["900001"], id="900099", status="refused")
        body = {"data": [listed], "meta": {"total": 1, "total_pages": 1}}
        self.simulator.faults.add(
            {"path": "/charges", "kind": "body", "body": json.dumps(body)}
        )
        run = self.export()
        self.assertEqual((run.state, run.file_ids.line_count), ("done", 0))
        self.assertIn(
            "not accepted or not of the period; they are ignored: 1", run.log_text
        )

    def test_characters_no_database_keeps(self):
        charges = self.simulator.residence("erables").charges
        charges["900001"]["service"]["description_fr"] = "Aide\ud800 au\x00 bain"
        charges["900007"]["resident"]["external_id"] = "T00\x00123"
        run = self.export()
        self.assertEqual(run.state, "done", run.log_text)
        content = run.file_ids._content().decode("cp1252")
        self.assertIn('"Aide? au? bain"', content)
        self.assertNotIn("900007", content)
        self.assertEqual(self.status("900007"), "accepted")
        [left] = run.line_ids.filtered(lambda x: x.sofi_charge_id == "900007")
        self.assertEqual(left.skip_reason, "invalid_charge")

    def test_a_page_instead_of_charges_takes_nothing_out_of_the_file(self):
        """A gateway's 404 while resuming is not SOFI saying that charges are gone."""
        self.break_archive(kind="drop_before_commit", times=4)
        run = self.export()
        self.simulator.residence("erables").set_status("900007", "pending")
        run.action_resume()
        page = {"kind": "body", "body": "<html>", "status": 404}
        self.simulator.faults.add({"path": "/charges/900007", **page})
        run.action_resume()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertNotIn("dropped", run.line_ids.mapped("state"))
        self.simulator.residence("erables").set_status("900007", "accepted")
        run.action_resume()
        self.assertExportedOnce(run)

    def test_the_summary_names_the_reasons_in_words(self):
        run = self.export()
        self.assertIn(
            "3 left out (Resident without External ID: 2, "
            "Service code is not six digits: 1)",
            run.log_text,
        )

    def test_bad_json_is_told(self):
        self.simulator.faults.add({"path": "/charges", "kind": "bad_json", "times": 4})
        run = self.export()
        self.assertEqual(run.state, "failed")
        self.assertIn("something unexpected", run.log_text)

    def test_two_runs_cannot_write_one_charge(self):
        run = self.export()
        line = run.line_ids.filtered(lambda line: line.state == "archived")[0]
        with mute_logger("odoo.sql_db"), self.assertRaises(Exception) as caught:
            line.copy({"state": "written"})
        self.assertEqual(caught.exception.pgcode, "23505")

    def test_settings_that_changed_do_not_touch_what_is_written(self):
        self.break_archive(status=500, times=4)
        run = self.export()
        self.residence.mdg_col09 = "OTHER"
        run.action_resume()
        self.assertExportedOnce(run)
