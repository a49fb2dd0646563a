from odoo.tests import HttpCase, tagged

from ..core import analysis
from ..models import kibe_import_background as background
from .common import KibeImportCommon, edited


@tagged("post_install", "-at_install")
class TestKibeBackground(KibeImportCommon):
    def setUp(self):
        super().setUp()
        self.patch(background, "READ_AT_ONCE", 0)

    def work(self, run):
        """Let the background worker have its turn."""
        self.env["exchange.chunk"]._cron_work()
        run.invalidate_recordset()

    def test_big_delivery_is_read_in_the_background(self):
        before = self.counts()
        run = self.queue_import("kibe_sample.zip", "create", user=self.clerk)
        self.assertEqual((run.state, run.to_plan), ("running", True))
        self.assertEqual(run.progress_text, "En attente du traitement en arrière-plan")
        self.assertFalse(run.exchange_message_ids)
        self.assertEqual(self.counts(), before)
        self.work(run)
        self.assertEqual((run.state, run.to_plan), ("done", False))
        self.assertEqual(self.child("10000").lastname, "Mory")
        self.assertEqual(run.progress_percent, 100)

    def test_background_and_foreground_say_the_same(self):
        queued = self.queue_import("kibe_sample.zip", user=self.clerk)
        self.work(queued)
        direct = self.run_import("kibe_sample.zip", user=self.clerk)
        for field in ("counters", "counters_overwrite", "details", "fingerprint"):
            self.assertEqual(queued[field], direct[field], field)
        self.assertEqual(
            queued.exchange_message_ids.mapped("text"),
            direct.exchange_message_ids.mapped("text"),
        )
        self.assertEqual(
            queued.line_ids.mapped("label"), direct.line_ids.mapped("label")
        )

    def test_refusal_in_the_background(self):
        run = self.queue_import(edited(("enfants", 2, 4, "xyz")), "create")
        self.work(run)
        self.assertEqual(run.state, "failed")
        self.assertIn("E03", self.codes(run))
        self.assertIn("errors", run.refusal)

    def test_a_small_delivery_is_read_at_once_and_imported_later(self):
        self.patch(background, "READ_AT_ONCE", 200 * 1024)
        self.patch(type(self.env["kibe.import"]), "_exchange_background_from", 5)
        run = self.queue_import("kibe_sample.zip", "create")
        self.assertEqual((run.state, run.to_plan), ("running", False))
        self.assertEqual(run.counters["child"], {"created": 2})
        self.assertFalse(self.env["daycare.child"]._by_kibe_id(["10000"], self.company))
        self.work(run)
        self.assertEqual(run.state, "done")
        self.assertEqual(self.child("10000").lastname, "Mory")

    def test_cancel_before_it_is_read(self):
        run = self.queue_import("kibe_sample.zip", "create")
        run.action_cancel()
        self.work(run)
        self.assertEqual((run.state, run.to_plan), ("cancelled", False))
        self.assertFalse(run.line_ids)
        self.assertFalse(run.exchange_message_ids)

    def test_cancel_while_it_is_read(self):
        before = self.counts()
        self.patch(background, "PAUSE", 0)
        original = analysis.merge

        def merge_and_ask(*args):
            progress = self.env["exchange.progress"].sudo()
            progress._publish(run, cancel_requested=True)
            return original(*args)

        self.patch(analysis, "merge", merge_and_ask)
        run = self.queue_import("kibe_sample.zip", "create")
        self.work(run)
        self.assertEqual((run.state, run.to_plan), ("cancelled", False))
        self.assertFalse(run.line_ids, "nothing of the plan is left")
        self.assertEqual(self.counts(), before)

    def test_progress_while_it_is_read(self):
        self.patch(background, "PAUSE", 0)
        seen = []
        model = type(self.env["kibe.import"])

        def note(run, done, total=None, text=None):
            seen.append((done, text))

        self.patch(model, "_set_progress", note)
        self.run_import("kibe_sample.zip", user=self.clerk)
        done = [number for number, _text in seen]
        self.assertEqual(done, sorted(done))
        self.assertEqual(done[0], 0)
        self.assertLessEqual(done[-1], 100)
        texts = [text for _number, text in seen]
        self.assertIn("Lecture de prestations.csv", texts)
        self.assertIn("Plan\u00a0: avec écrasement", texts)

    def test_a_lost_worker_is_replaced(self):
        """Whatever a dead worker had read is read again, once."""
        run = self.queue_import("kibe_sample.zip", "create")
        run.action_resume()
        self.assertEqual((run.state, run.to_plan), ("done", False))
        self.assertEqual(run.counters["child"], {"created": 2})

    def test_a_worker_says_that_it_was_not_kept_out(self):
        """A queue would try again what is done."""
        run = self.queue_import("kibe_sample.zip", user=self.clerk)
        self.assertTrue(run.with_user(1)._work_in_background())
        self.assertEqual(run.state, "done")

    def test_the_operator_is_told(self):
        run = self.queue_import("kibe_sample.zip", user=self.clerk)
        sent = []
        users = type(self.env["res.users"])
        self.patch(users, "_bus_send", lambda user, *args: sent.append((user, args)))
        self.work(run)
        [(user, (kind, payload))] = [item for item in sent if item[0] == run.user_id]
        self.assertEqual((user, kind), (self.clerk, "simple_notification"))
        self.assertEqual((payload["title"], payload["type"]), (run.name, "success"))


@tagged("post_install", "-at_install")
class TestKibeBackgroundHttp(HttpCase, KibeImportCommon):
    def test_only_a_browser_leaves_the_reading_to_the_worker(self):
        self.patch(background, "READ_AT_ONCE", 0)
        direct = self.run_import("kibe_sample.zip", user=self.clerk)
        self.assertEqual(direct.state, "done")
        run = self.prepare("kibe_sample.zip", user=self.clerk)
        self.authenticate("kibe-clerk", "kibe-clerk")
        self.make_jsonrpc_request(
            "/web/dataset/call_button/kibe.import/action_run",
            {
                "model": "kibe.import",
                "method": "action_run",
                "args": [run.ids],
                "kwargs": {},
            },
        )
        run.invalidate_recordset()
        self.assertEqual((run.state, run.to_plan), ("running", True))
