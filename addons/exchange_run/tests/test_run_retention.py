from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import ExchangeRunCase

CHUNK = "odoo.addons.exchange_run.models.exchange_chunk"


@tagged("post_install", "-at_install")
class TestRunRetention(ExchangeRunCase):
    def end_days_ago(self, job, days):
        job.date_end = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        self.env.flush_all()

    def collect(self):
        return self.env["exchange.chunk"]._gc_finished()

    def test_old_chunks_are_collected_but_findings_stay(self):
        job = self.make_job("Ann", findings=[{"severity": "info", "text": "x"}])
        job.action_run()
        self.end_days_ago(job, 31)
        self.collect()
        self.assertFalse(job._chunk_counts())
        self.assertEqual(job.exchange_message_ids.text, "x")

    def test_time_is_a_parameter(self):
        job = self.make_job("Ann")
        job.action_run()
        self.end_days_ago(job, 31)
        self.env["ir.config_parameter"].set_param("exchange_run.keep_days", "40")
        self.collect()
        self.assertTrue(job._chunk_counts())
        self.env["ir.config_parameter"].set_param("exchange_run.keep_days", "20")
        self.collect()
        self.assertFalse(job._chunk_counts())

    def test_job_that_failed_long_ago_can_still_be_resumed(self):
        job = self.make_job("Ann", "Bob", refuse=["Ann", "Bob"])
        job.action_run()
        self.assertEqual(job.state, "failed")
        self.end_days_ago(job, 400)
        self.collect()
        job.wish = {"names": []}
        job.action_resume()
        self.assertEqual(job.state, "done")
        self.assertEqual(self.partners("Ann", "Bob"), ["Ann", "Bob"])

    def test_job_cancelled_long_ago_still_knows_what_it_did(self):
        job = self.make_job("Ann", "Bob", cancel_at="Ann")
        job.action_run()
        self.assertEqual(job.state, "cancelled")
        self.end_days_ago(job, 400)
        self.collect()
        self.assertEqual(job._chunk_counts()["done"], (1, 1))

    def test_masses_are_collected_in_parts(self):
        job = self.make_job("Ann", "Bob", "Cid")
        job.action_run()
        self.end_days_ago(job, 31)
        with patch(CHUNK + ".GC_BATCH", 2):
            self.assertEqual(self.collect(), (2, True))
            self.assertEqual(self.collect(), (1, False))

    def test_rows_of_uninstalled_jobs_are_collected(self):
        job = self.make_job("Ann", findings=[{"severity": "info", "text": "x"}])
        job.action_plan()
        gone = {"run_model": "no.such.job", "run_id": 1}
        left = self.env["exchange.message"].create({**gone, "text": "y"})
        left_chunk = self.env["exchange.chunk"].create({**gone, "sequence": 1})
        left_progress = self.env["exchange.progress"].create(gone)
        self.env["exchange.chunk"]._gc_uninstalled()
        for row in (left, left_chunk, left_progress):
            self.assertFalse(row.exists())
        self.assertEqual(job.exchange_message_ids.text, "x")
        self.assertEqual(job.progress_total, 1)
