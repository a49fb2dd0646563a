from unittest.mock import patch

from odoo import SUPERUSER_ID
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import ExchangeRunCase

LONG = "exchange.fake.long"


@tagged("post_install", "-at_install")
class TestRunLanes(ExchangeRunCase):
    """Which job comes first, and how many are worked on at the same time."""

    def setUp(self):
        super().setUp()
        self.give_access(LONG, "base.group_user")

    def queue(self, *names, night=False):
        """Start a job that has to wait for a lane."""
        job = self.make_job(*names, model=LONG)
        uid = SUPERUSER_ID if night else self.env.ref("base.user_admin").id
        job.with_user(uid).action_run()
        self.assertEqual(job.state, "running")
        return job

    def work(self):
        """Do what one lane does when it is woken."""
        self.env["exchange.chunk"]._cron_work()

    def in_order(self, *names):
        """Return the names of partners in the order in which jobs made them."""
        found = self.env["res.partner"].search([("name", "in", names)], order="id")
        return found.mapped("name")

    def lanes(self):
        return self.env["exchange.chunk"]._lanes()

    # === ORDER ===

    def test_a_person_comes_before_the_night(self):
        self.queue("Night 1", "Night 2", night=True)
        self.queue("Day 1", "Day 2", "Day 3")
        self.work()
        names = ["Day 1", "Day 2", "Day 3", "Night 1", "Night 2"]
        self.assertEqual(self.in_order(*names), names)

    def test_short_comes_before_long(self):
        self.queue("Long 1", "Long 2", "Long 3")
        self.queue("Short 1", "Short 2")
        self.work()
        names = ["Short 1", "Short 2", "Long 1", "Long 2", "Long 3"]
        self.assertEqual(self.in_order(*names), names)

    def test_the_night_lets_a_person_pass_between_two_parts(self):
        night = self.queue("Night 1", "Night 2", "Night 3", night=True)
        self.interrupt(night, at="Night 1", by=("Day 1", "Day 2"))
        self.work()
        self.work()
        names = ["Night 1", "Day 1", "Day 2", "Night 2", "Night 3"]
        self.assertEqual(self.in_order(*names), names)
        self.assertEqual(night.state, "done")

    def test_a_person_does_not_make_another_person_wait(self):
        first = self.queue("First 1", "First 2")
        self.interrupt(first, at="First 1", by=("Second 1", "Second 2"))
        self.work()
        names = ["First 1", "First 2", "Second 1", "Second 2"]
        self.assertEqual(self.in_order(*names), names)

    def test_nobody_gives_way_to_a_job_that_was_given_up(self):
        night = self.queue("Night 1", "Night 2", night=True)
        self.interrupt(night, at="Night 1", by=("Day 1", "Day 2"), cancel=True)
        self.work()
        self.assertEqual(night.state, "done")
        self.assertEqual(self.in_order("Day 1", "Day 2"), [])

    def interrupt(self, job, at, by, cancel=False):
        """Let a person start a job while another one is worked on by a scheduler.

        :param str at: the part in the middle of which it happens
        :param by: the parts of the new job
        :param bool cancel: whether the person thinks better of it
        """
        execute = type(job)._execute

        def _execute(run, payload):
            execute(run, payload)
            if payload["name"] == at:
                other = self.queue(*by)
                if cancel:
                    other.action_cancel()

        self.startPatcher(patch.object(type(job), "_execute", _execute))
        # a scheduler's time is limited, that of a person who waits is not
        self.startPatcher(patch.object(type(job), "_commit", lambda *_args: 60.0))

    # === NUMBER ===

    def test_two_lanes_are_there_from_the_start(self):
        self.assertEqual(len(self.lanes()), 2)

    def test_lanes_are_opened_and_closed_in_the_settings(self):
        first = self.lanes()[0]
        for number in (4, 1, 3):
            self.settings(number)
            self.assertEqual(len(self.lanes()), number)
            self.assertEqual(self.lanes()[0], first)
            self.assertEqual(set(self.lanes().mapped("code")), {first.code})

    def test_lanes_that_somebody_deleted_are_made_anew(self):
        self.lanes().unlink()
        self.settings(2)
        self.assertEqual(len(self.lanes()), 2)
        self.queue("Ann", "Bob")
        self.work()
        self.assertEqual(self.in_order("Ann", "Bob"), ["Ann", "Bob"])

    def test_a_senseless_number_of_lanes_is_refused(self):
        for number in (0, -1, 1000):
            with self.assertRaisesRegex(ValidationError, "from 1 to"):
                self.settings(number)

    def test_other_settings_open_no_lane_where_schedules_are_off(self):
        self.lanes().active = False
        self.env["res.config.settings"].create({}).execute()
        self.assertFalse(self.lanes())

    def test_a_queued_job_wakes_every_lane(self):
        self.settings(3)
        self.queue("Ann", "Bob")
        triggers = self.env["ir.cron.trigger"].search([])
        self.assertLessEqual(self.lanes(), triggers.cron_id)

    def settings(self, lanes):
        self.env["res.config.settings"].create({"exchange_lanes": lanes}).execute()
