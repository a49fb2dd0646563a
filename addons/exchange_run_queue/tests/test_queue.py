from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.tests import tagged

from odoo.addons.exchange_run.tests.common import ExchangeRunCase
from odoo.addons.exchange_run_queue.models import exchange_job
from odoo.addons.queue_job.exception import RetryableJobError
from odoo.addons.queue_job.job import Job

LONG, SHARED = "exchange.fake.long", "exchange.fake.shared"
NAMES = ["Ann", "Bob", "Cid"]


@tagged("post_install", "-at_install")
class TestQueue(ExchangeRunCase):
    """Turns in the queue, as its runner sees them.

    Real runners, workers and crashes are in the tests of both engines.
    """

    def setUp(self):
        super().setUp()
        for model in (LONG, SHARED):
            self.give_access(model, "base.group_user")

    def queue(self, *names, model=LONG, night=False, **wish):
        """Start a job in the background."""
        job = self.make_job(*(names or NAMES), model=model, **wish)
        uid = SUPERUSER_ID if night else self.env.ref("base.user_admin").id
        job.with_user(uid).action_run()
        self.assertEqual(job.state, "running")
        return job

    def turns(self, job):
        """Return the turns of a job that are to come, the most urgent first."""
        keys = [("identity_key", "=like", f"exchange.job/{job.job_id.id}/%")]
        waiting = [*keys, ("state", "=", "pending")]
        return self.env["queue.job"].search(waiting, order="priority, id")

    def take(self, turn):
        """Do what a worker of the queue does with a turn, without its connection."""
        job = Job.load(self.env, turn.uuid)
        job.set_started()
        job.store()
        job.func(*job.args, **job.kwargs)
        job.set_done()
        job.store()

    def test_a_job_in_the_background_waits_for_one_turn(self):
        lanes = self.env["exchange.chunk"]._lanes()
        triggers = [("cron_id", "in", lanes.ids)]
        before = self.env["ir.cron.trigger"].search_count(triggers)
        job = self.queue()
        turn = self.turns(job)
        self.assertEqual((len(turn), turn.channel), (1, "root.exchange"))
        self.assertEqual((turn.priority, turn.max_retries), (10, 0))
        self.assertEqual(turn.records, job.job_id)
        self.assertEqual(self.env["ir.cron.trigger"].search_count(triggers), before)

    def test_a_turn_does_the_job(self):
        job = self.queue()
        self.take(self.turns(job))
        self.assertEqual((job.state, self.partners(*NAMES)), ("done", NAMES))
        self.assertFalse(self.turns(job))

    def test_the_night_comes_after_persons_and_helpers_after_both(self):
        night = self.queue(night=True, model=SHARED)
        day = self.queue("Dan", "Eve", model=SHARED)
        self.assertEqual(self.turns(day).mapped("priority"), [10, 15])
        self.assertEqual(self.turns(night).mapped("priority"), [20, 25])

    def test_as_many_share_a_job_as_there_are_lanes(self):
        self.env["exchange.chunk"]._set_lanes(4)
        job = self.queue(model=SHARED)
        self.assertEqual(len(self.turns(job)), 4)
        first, *others = self.turns(job)
        self.take(others[0])
        self.assertEqual((job.state, self.partners(*NAMES)), ("done", NAMES))
        for turn in (first, *others[1:]):
            self.take(turn)  # comes too late and does nothing
        self.assertEqual(job.counters["partner"]["done"], 3)

    def test_what_a_turn_has_no_time_for_is_left_to_the_next(self):
        job = self.queue()
        with patch.object(exchange_job, "TURN", 0):
            self.take(self.turns(job))
        self.assertEqual((job.state, self.partners(*NAMES)), ("running", ["Ann"]))
        self.take(self.turns(job))
        self.assertEqual((job.state, self.partners(*NAMES)), ("done", NAMES))

    def test_a_turn_is_not_put_into_the_queue_twice(self):
        job = self.queue()
        job._wake_worker()
        self.assertEqual(len(self.turns(job)), 1)

    def test_whom_another_job_keeps_out_comes_again(self):
        job = self.queue()
        turn = self.turns(job)
        with patch.object(type(job), "_work_in_background", lambda _run: False):
            with self.assertRaises(RetryableJobError) as caught:
                self.take(turn)
        self.assertTrue(caught.exception.ignore_retry)
        self.assertEqual(job.state, "running")

    def test_the_night_waits_a_moment_for_whom_it_lets_pass(self):
        night = self.queue(night=True)
        self.turns(night).unlink()
        self.queue("Dan", "Eve")
        night._wake_worker()
        self.assertTrue(self.turns(night).eta)

    def test_a_job_that_the_queue_forgot_is_put_into_it_again(self):
        job = self.queue()
        self.env["exchange.chunk"]._cron_work()
        self.assertEqual(len(self.turns(job)), 1)
        self.turns(job).unlink()
        self.env["exchange.chunk"]._cron_work()
        self.assertEqual(len(self.turns(job)), 1)
        self.take(self.turns(job))
        self.assertEqual(job.state, "done")

    def test_a_turn_of_a_job_that_was_given_up_does_nothing(self):
        job = self.queue()
        turn = self.turns(job)
        job.action_cancel()
        self.take(turn)
        self.assertEqual((job.state, self.partners(*NAMES)), ("cancelled", []))
