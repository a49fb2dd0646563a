from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.exchange_run_worker import MAX_ATTEMPTS
from .common import ExchangeRunCase

SHARED = "exchange.fake.shared"
NAMES = ["Ann", "Bob", "Cid", "Dan"]
WORKER = "odoo.addons.exchange_run.models.exchange_run_worker"


@tagged("post_install", "-at_install")
class TestRunShared(ExchangeRunCase):
    """A job that several workers share, as one of them sees it.

    Two real ones at the same time are in the kill tests of the repository.
    """

    def setUp(self):
        super().setUp()
        self.give_access(SHARED, "base.group_user")

    def queue(self, **wish):
        job = self.make_job(*NAMES, model=SHARED, **wish)
        job.with_user(self.env.ref("base.user_admin")).action_run()
        self.assertEqual(job.state, "running")
        return job

    def work(self):
        self.env["exchange.chunk"]._cron_work()

    def test_all_is_done_once_and_counted(self):
        job = self.queue()
        self.work()
        self.assertEqual((job.state, job.finished), ("done", 1))
        self.assertEqual(self.partners(*NAMES), NAMES)
        self.assertEqual(job.counters, {"partner": {"create": 4, "done": 4}})
        self.assertEqual((job.progress_done, job.progress_total), (4, 4))
        self.assertFalse(self.env["exchange.worker"].search([]))

    def test_it_is_done_as_well_where_somebody_waits(self):
        job = self.make_job(*NAMES, model=SHARED)
        job.with_context(exchange_inline=True).action_run()
        self.assertEqual(job.state, "done")
        self.assertEqual(job.counters, {"partner": {"create": 4, "done": 4}})

    def test_what_is_done_meanwhile_is_shown(self):
        job, seen = self.queue(), []

        def _commit(run, units=0):
            run.env.flush_all()
            [table] = job._counters_table()["rows"]
            seen.append((job.progress_done, table[1].get("done")))
            return 60.0

        with patch.object(type(job), "_commit", _commit):
            self.work()
        for number in range(1, 5):
            self.assertIn((number, number), seen)

    def test_a_worker_whose_time_is_over_leaves_the_rest(self):
        job = self.queue()
        with patch.object(type(job), "_commit", lambda *_args: 0.0):
            self.work()
        self.assertEqual((job.state, self.partners(*NAMES)), ("running", ["Ann"]))
        self.work()
        self.assertEqual((job.state, self.partners(*NAMES)), ("done", NAMES))
        self.assertEqual(job.counters["partner"]["done"], 4)

    def test_what_fails_fails_alone_and_is_tried_anew(self):
        job = self.queue(refuse=["Bob"])
        self.work()
        self.assertEqual((job.state, job.counters["partner"]["done"]), ("partial", 3))
        self.assertEqual(job.exchange_message_ids.text, "Bob is not welcome")
        job.wish = {"names": NAMES}
        job.with_context(exchange_inline=True).action_resume()
        self.assertEqual((job.state, job.counters["partner"]["done"]), ("done", 4))
        self.assertEqual(self.partners(*NAMES), NAMES)

    def test_cancel_is_heard_before_the_next_part(self):
        job = self.queue(cancel_at="Bob")
        self.work()
        self.assertEqual(job.state, "cancelled")
        self.assertEqual(self.partners(*NAMES), ["Ann", "Bob"])
        self.assertEqual(job.counters["partner"]["done"], 2)

    def test_a_part_that_kills_workers_is_given_up_alone(self):
        job = self.queue()
        deadly = job._chunks("todo")[1]
        Worker = self.env["exchange.worker"]
        for _death in range(MAX_ATTEMPTS):
            Worker._take(Worker._come(job), deadly)
        self.work()
        self.assertEqual(job.state, "partial")
        self.assertEqual(self.partners(*NAMES), ["Ann", "Cid", "Dan"])
        self.assertIn("stopped 5 times", job.exchange_message_ids.text)
        self.assertFalse(Worker.search([]))
        job.with_context(exchange_inline=True).action_resume()
        self.assertEqual((job.state, self.partners(*NAMES)), ("done", NAMES))

    def test_an_end_that_kills_workers_is_given_up(self):
        job = self.queue()
        for _death in range(MAX_ATTEMPTS):
            self.env["exchange.progress"]._count_attempt(job)
        self.work()
        self.assertEqual((job.state, self.partners(*NAMES)), ("failed", NAMES))
        self.assertIn("stopped 5 times", job.exchange_message_ids.text)

    def test_an_end_that_fails_loses_no_count(self):
        job = self.queue(refuse_end=True)
        self.work()
        self.assertEqual((job.state, job.counters["partner"]["done"]), ("failed", 4))

    def test_who_may_not_start_it_does_nothing_of_it(self):
        job = self.queue()
        self.env["ir.model.access"].search([("model_id.model", "=", SHARED)]).unlink()
        with mute_logger(WORKER):
            self.work()
        self.assertEqual((job.state, self.partners(*NAMES)), ("failed", []))
