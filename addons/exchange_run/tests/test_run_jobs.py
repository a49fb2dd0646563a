from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ExchangeRunCase

FOUND = {"severity": "warning", "text": "x"}


@tagged("post_install", "-at_install")
class TestRunJobs(ExchangeRunCase):
    """A document has many jobs; each keeps what came of it."""

    def history(self, document):
        jobs = self.env["exchange.job"].search(document.action_view_jobs()["domain"])
        return jobs.sorted("number")

    def test_a_document_begins_with_one_job(self):
        document = self.make_job("Ann")
        self.assertEqual(self.history(document), document.job_id)
        self.assertEqual((document.job_id.state, document.job_count), ("draft", 1))

    def test_preview_and_run_are_one_job(self):
        document = self.make_job("Ann", "Bob", findings=[FOUND])
        document.action_plan()
        self.assertEqual(document.job_id.state, "planned")
        document.action_run()
        job = self.history(document)
        self.assertEqual((job.state, job.attempts, job.chunk_count), ("done", 1, 2))
        self.assertEqual(job.counters, {"partner": {"create": 2}})
        self.assertIn("Created", job.counters_html)
        self.assertEqual(job.user_id, self.env.user)
        self.assertEqual(job.date_start, document.date_start)
        self.assertEqual((job.priority, job.dry_run), ("night", False))
        self.assertEqual(job.message_ids.text, "x")
        self.assertEqual(job.message_warning_count, 1)

    def test_a_preview_that_was_thrown_away_stays_with_its_findings(self):
        document = self.make_job("Ann", findings=[FOUND])
        document.action_plan()
        document.wish = {"names": ["Bob"], "findings": [{**FOUND, "text": "y"}]}
        document.action_plan()
        first, second = self.history(document)
        self.assertEqual((first.state, second.state), ("planned", "planned"))
        self.assertEqual((first.message_ids.text, second.message_ids.text), ("x", "y"))
        self.assertEqual((first.chunk_count, second.chunk_count), (1, 1))
        self.assertEqual(document.exchange_message_ids.text, "y")
        self.assertEqual(document.message_warning_count, 1)
        self.assertEqual((first.is_current, second.is_current), (False, True))
        self.assertEqual(document.job_id, second)

    def test_what_failed_stays_when_it_is_set_back(self):
        document = self.make_job("Ann", refuse=["Ann"])
        document.action_run()
        document.action_draft()
        document.wish = {"names": ["Ann"]}
        document.action_run()
        first, second = self.history(document)
        self.assertEqual((first.state, second.state), ("failed", "done"))
        self.assertEqual(first.chunk_failed_count, 1)
        self.assertEqual(first.message_ids.text, "Ann is not welcome")
        self.assertFalse(second.message_ids)
        self.assertFalse(document.exchange_message_ids)

    def test_resuming_is_another_attempt_of_the_same_job(self):
        document = self.make_job("Ann", "Bob", refuse=["Bob"])
        document.action_run()
        self.assertEqual(document.job_id.chunk_failed_count, 1)
        document.wish = {"names": ["Ann", "Bob"]}
        document.action_resume()
        job = self.history(document)
        self.assertEqual((job.state, job.attempts), ("done", 2))
        self.assertEqual(job.chunk_failed_count, 0)

    def test_a_job_follows_its_document(self):
        other = self.env["res.company"].create({"name": "Other"})
        boss = new_test_user(self.env, "job_boss", "base.group_user")
        document = self.make_job("Ann")
        document.write({"company_id": other.id, "user_id": boss.id, "dry_run": True})
        job = document.job_id
        self.assertEqual((job.company_id, job.responsible_id), (other, boss))
        self.assertTrue(job.dry_run)

    def test_it_opens_its_document_and_says_what_it_does(self):
        job = self.make_job("Ann").job_id
        self.assertEqual(job.action_open_record()["res_id"], job.res_id)
        self.assertEqual(job.kind_name, "Fake Job")

    def test_nobody_writes_jobs(self):
        job = self.make_job("Ann").job_id
        admin = self.env.ref("base.user_admin")
        with self.assertRaises(AccessError):
            job.with_user(admin).state = "done"
        with self.assertRaises(AccessError):
            job.with_user(admin).unlink()

    def test_a_copy_has_a_history_of_its_own(self):
        document = self.make_job("Ann")
        document.action_run()
        again = document.copy()
        self.assertEqual((again.job_id.state, again.job_id.number), ("draft", 1))

    def test_a_deleted_document_takes_its_history_along(self):
        document = self.make_job("Ann", findings=[FOUND])
        document.action_plan()
        document.action_plan()
        jobs = self.history(document)
        findings = jobs.message_ids
        self.assertEqual((len(jobs), len(findings)), (2, 2))
        document.unlink()
        self.assertFalse(jobs.exists())
        self.assertFalse(findings.exists())

    def test_old_previews_are_collected_and_nothing_else(self):
        document = self.make_job("Ann", refuse=["Ann"], findings=[FOUND])
        document.action_plan()
        document.action_run()
        document.action_draft()
        document.action_plan()
        document.action_plan()
        failed, looked, current = self.history(document)
        self.env["exchange.job"]._gc_previews()
        self.assertTrue(looked.exists())
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE exchange_job SET write_date = write_date - interval '31 days'"
        )
        self.env.invalidate_all()
        self.env["exchange.job"]._gc_previews()
        self.assertEqual(self.history(document), failed | current)
