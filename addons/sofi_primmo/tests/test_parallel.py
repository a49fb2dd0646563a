"""A run over several residences: read at once where the servers allow it."""

import threading
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from odoo.addons.sofi_primmo.core.transport import Transport

from .common import SofiCase

RESIDENCES, CHARGES = 6, 12


@tagged("post_install", "-at_install")
class TestParallel(SofiCase):
    def setUp(self):
        super().setUp()
        self.pauses = []
        self.startPatcher(
            patch(
                "odoo.addons.sofi_primmo.core.transport.time.sleep", self.pauses.append
            )
        )
        self.residences = self.env["sofi.residence"].browse()
        for number in range(RESIDENCES):
            self.residences |= self.make_generated(f"r{number}", CHARGES)
        self.watch_requests()

    def make_export(self, residences=None, **values):
        """Create a run that is not left to the background, however long it is."""
        run = super().make_export(residences, **values)
        return run.with_context(exchange_inline=True)

    def watch_requests(self):
        """Keep how many requests are under way at once, and the threads they are in."""
        lock, self.now, self.most, self.threads = threading.Lock(), 0, 0, set()

        def watched(transport, *args, original=Transport._exchange):
            with lock:
                self.now += 1
                self.most = max(self.most, self.now)
                self.threads.add(threading.current_thread().name)
            try:
                return original(transport, *args)
            finally:
                with lock:
                    self.now -= 1

        self.startPatcher(patch.object(Transport, "_exchange", watched))

    def assertAllExportedOnce(self, run):
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(run.file_ids.mapped("line_count"), [CHARGES] * RESIDENCES)
        for residence in self.residences:
            path = residence.name.lower()
            times = self.simulator.residence(path).archived_times
            self.assertEqual((len(times), set(times.values())), (CHARGES, {1}))
            (name,) = self.files(path)
            self.assertEqual(residence.export_file_ids.name, name)

    def test_residences_are_read_ahead_and_each_is_exported_once(self):
        run = self.export(self.residences)
        self.assertAllExportedOnce(run)
        self.assertTrue(any("sofi-read" in name for name in self.threads))
        ranks = [file.name[-6:-4] for file in run.file_ids.sorted("id")]
        self.assertEqual(ranks, ["01", "02", "03", "04", "05", "06"])

    def test_server_gets_no_more_requests_than_it_bears(self):
        self.residences.parallel_requests = 4
        self.residences[3].parallel_requests = 1  # the smallest number counts
        self.assertAllExportedOnce(self.export(self.residences))
        self.assertEqual(self.most, 1)

    def test_preview_reads_ahead_too_and_changes_nothing(self):
        run = self.make_export(self.residences)
        run.action_plan()
        self.assertEqual(len(run.line_ids), CHARGES * RESIDENCES)
        self.assertEqual(self.status("00000001", "r0"), "accepted")
        self.assertTrue(any("sofi-read" in name for name in self.threads))

    def test_log_is_in_the_order_of_the_residences(self):
        run = self.export(self.residences)
        summaries = run.exchange_message_ids.filtered(lambda m: m.code == "summary")
        names = [message.text.split(":")[0] for message in summaries.sorted("id")]
        self.assertEqual(names, self.residences.mapped("name"))

    def test_failures_stay_with_their_residence(self):
        self.residences[1].api_secret = "wrong"
        self.residences[2].url = "https://127.0.0.1.invalid"
        self.simulator.faults.add(
            {"path": "/charges", "residence": "r4", "status": 503, "times": 4}
        )
        run = self.export(self.residences)
        self.assertEqual(run.state, "partial")
        self.assertEqual(
            run.file_ids.residence_id,
            self.residences - self.residences[1:3] - self.residences[4],
        )
        errors = run.exchange_message_ids.filtered(lambda m: m.severity == "error")
        self.assertEqual(
            errors.sorted("id").mapped("res_id"),
            (self.residences[1:3] | self.residences[4]).ids,
        )
        self.residences[1].api_secret = self.residences[0].api_secret
        self.residences[2].url = self.simulator.address("r2")
        for file in run.file_ids:
            (self.root / file.residence_id.output_directory / file.name).unlink()
        run.action_resume()
        self.assertEqual(run.state, "done", run.log_text)
        for residence in self.residences:
            times = self.simulator.residence(residence.name.lower()).archived_times
            self.assertEqual((len(times), set(times.values())), (CHARGES, {1}))

    def test_server_that_asks_to_wait_is_waited_for(self):
        self.simulator.faults.add(
            {"path": "/charges", "status": 429, "retry_after": "7", "times": 3}
        )
        self.assertAllExportedOnce(self.export(self.residences))
        self.assertEqual(self.pauses, [7.0] * 3)

    def test_cancel_leaves_the_residences_that_follow_alone(self):
        run = self.make_export(self.residences)
        original = type(run)._archive

        def archive(export, file, client):
            self.env["exchange.progress"]._publish(run, cancel_requested=True)
            return original(export, file, client)

        with patch.object(type(run), "_archive", archive):
            run.action_run()
        self.assertEqual(run.state, "cancelled", run.log_text)
        for number in range(1, RESIDENCES):
            self.assertEqual(self.status("00000001", f"r{number}"), "accepted")
            self.assertEqual(self.files(f"r{number}"), [])

    def test_number_of_requests_is_checked(self):
        for number in (0, 9):
            with self.assertRaisesRegex(ValidationError, "1 to 8 requests"):
                self.residences[0].parallel_requests = number
