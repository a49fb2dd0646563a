"""The start page of the jobs: what runs and how far it is, what begins by itself."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ExchangeRunCase


@tagged("post_install", "-at_install")
class TestCardJobs(ExchangeRunCase):
    def card(self, code):
        self.env.flush_all()
        figures, _bars = self.env["exchange.card"]._card_makers()[code]()
        return {figure["label"]: figure for figure in figures}

    def test_a_job_that_runs_shows_how_far_it_is(self):
        run = self.make_running()
        cards = self.card("jobs_running")
        counted, *jobs = cards.values()
        self.assertTrue(counted["live"])
        self.assertGreaterEqual(counted["count"], 1)
        mine = cards[run.job_id.name]
        self.assertEqual(mine["progress"], round(run.progress_percent))
        opened = self.env["exchange.job"].search(mine["action"]["domain"])
        self.assertEqual(opened, run.job_id)
        self.assertIn(mine, jobs)

    def make_running(self):
        run = self.env["exchange.fake.job"].create({})
        run._set_state("planned")
        run._set_state("running")
        return run

    def test_when_nothing_runs_nothing_is_asked_again(self):
        self.make_running()._set_state("done")
        [counted] = self.card("jobs_running").values()
        self.assertEqual(counted["count"], 0)
        self.assertNotIn("live", counted)

    def test_what_begins_by_itself_within_a_day(self):
        models = self.env["ir.model"]
        cron = self.env["ir.cron"].create(
            {
                "name": "Fake work of the night",
                "model_id": models._get("exchange.fake.job").id,
                "state": "code",
                "interval_number": 1,
                "interval_type": "days",
                "nextcall": fields.Datetime.now() + timedelta(hours=5),
            }
        )
        self.assertIn(cron.cron_name, self.card("jobs_tonight"))
        cron.nextcall += timedelta(days=2)
        self.assertNotIn(cron.cron_name, self.card("jobs_tonight"))
