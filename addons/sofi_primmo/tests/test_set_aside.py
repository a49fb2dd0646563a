"""A SOFI that accepts requests to archive and is silent, beside others that answer."""

import threading
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.sofi_primmo.core import read_ahead, transport

from .common import SofiCase

ARCHIVE = "/charges/archive"
RESIDENCES, CHARGES, BATCH = 4, 401, 200
LONG = 20  # seconds after which a test gives up


@tagged("post_install", "-at_install")
class TestSetAside(SofiCase):
    """The first residence of a run falls silent in the middle of its archiving."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(transport.time, "sleep", lambda _seconds: None))
        self.startPatcher(patch.object(read_ahead, "PATIENCE", 0.05))
        self.residences = self.env["sofi.residence"].browse()
        for number in range(RESIDENCES):
            self.residences |= self.make_generated(f"r{number}", CHARGES)
        self.silent = self.residences[0]
        self.others = self.residences - self.silent
        self.let_go, self.in_time = threading.Event(), []
        self.addCleanup(self.let_go.set)

    def fall_silent(self, from_batch):
        """Let the server of the first residence keep its answers back."""
        server = self.simulator.residence("r0")
        asked = []

        def archive(body, key, original=server.archive):
            asked.append(key)
            if len(asked) >= from_batch and not self.let_go.is_set():
                self.in_time.append(self.let_go.wait(LONG))
            return original(body, key)

        server.archive = archive
        return asked

    def run_all(self):
        run = self.make_export(self.residences).with_context(exchange_inline=True)
        run.action_run()
        return run

    def assertExportedOnce(self, residences):
        for residence in residences:
            path = residence.name.lower()
            times = self.simulator.residence(path).archived_times
            self.assertEqual((len(times), set(times.values())), (CHARGES, {1}))
            (name,) = self.files(path)
            self.assertEqual(name, residence.export_file_ids.name)
            content = (self.root / path / "output" / name).read_bytes()
            self.assertEqual(content, residence.export_file_ids._content())
            self.assertEqual(content.count(b"\r\n"), CHARGES)

    def on_last_file(self, happens):
        """Let something happen when all other residences have their file."""
        files = self.env.registry["sofi.export.file"]
        original = files._publish

        def publish(file, *args):
            result = original(file, *args)
            if all(r.export_file_ids.state == "done" for r in self.others):
                happens()
            return result

        self.startPatcher(patch.object(files, "_publish", publish))

    def test_others_get_their_files_while_one_keeps_its_answer_back(self):
        self.on_last_file(self.let_go.set)  # only then SOFI answers
        asked = self.fall_silent(from_batch=2)
        run = self.run_all()
        self.assertEqual(self.in_time, [True])
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(len(asked), len(set(asked)), "asked twice")
        self.assertEqual(run.progress_done, RESIDENCES)
        self.assertExportedOnce(self.residences)

    def test_all_of_them_may_answer_late(self):
        self.startPatcher(patch.object(read_ahead, "PATIENCE", 0))
        run = self.run_all()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertExportedOnce(self.residences)

    def test_one_that_never_answers_is_left_to_a_later_try(self):
        self.startPatcher(patch.object(transport.http, "TIMEOUT", (LONG, 2)))
        self.startPatcher(patch.object(transport, "PAUSES", ()))
        asked = self.fall_silent(from_batch=2)
        run = self.run_all()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertEqual(run._troubled(), self.silent)
        self.assertIn("R0: SOFI does not answer (ReadTimeout)", run.log_text)
        self.assertExportedOnce(self.others)
        self.assertEqual(self.silent.export_file_ids.batch_sent, 1)
        self.let_go.set()
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(len(set(asked)), 3)
        self.assertExportedOnce(self.residences)

    def test_a_run_that_only_waits_can_be_cancelled(self):
        seconds = "odoo.addons.sofi_primmo.models.sofi_export_together.CANCEL_SECONDS"
        self.startPatcher(patch(seconds, 0.01))
        self.fall_silent(from_batch=1)

        def requested(_progress, _run):
            files = self.others.mapped("export_file_ids")
            waits = files.mapped("state") == ["done"] * len(self.others)
            if waits:
                self.let_go.set()
            return waits

        progress = self.env.registry["exchange.progress"]
        with patch.object(progress, "_is_cancel_requested", requested):
            run = self.run_all()
        self.assertEqual(self.in_time, [True])
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertIn("can only be resumed", run.log_text)
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertExportedOnce(self.residences)

    def test_a_cancelled_run_hears_the_answer_before_it_ends(self):
        """What SOFI archives while the run is being cancelled is not lost."""

        def cancel():
            progress = self.env["exchange.progress"]
            progress._publish(run, cancel_requested=True)
            threading.Timer(0.1, self.let_go.set).start()

        run = self.make_export(self.residences).with_context(exchange_inline=True)
        asked = self.fall_silent(from_batch=2)
        self.on_last_file(cancel)
        # One more residence, that is not begun any more
        self.residence.sequence = 99
        run.residence_ids |= self.residence
        run.action_run()
        self.assertEqual(run.state, "partial", run.log_text)
        self.assertIn("can only be resumed", run.log_text)
        self.assertEqual(self.files(), [])
        file = self.silent.export_file_ids
        self.assertEqual(file._count_lines("archived"), 2 * BATCH)
        self.assertEqual((len(asked), file.batch_sent), (2, 1))
        # What was not asked for yet: somebody else can still be told from us.
        self.simulator.residence("r0").set_status("00000401", "archived")
        run.action_resume()
        self.assertEqual((run.state, run.foreign_count), ("partial", 1))
        run.action_keep_all()
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertExportedOnce(self.others)
