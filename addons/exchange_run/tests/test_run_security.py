from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import ExchangeRunCase


@tagged("post_install", "-at_install")
class TestRunSecurity(ExchangeRunCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = new_test_user(
            cls.env, "exchange_reader", "exchange_run.group_exchange_user"
        )
        cls.access = cls.give_access(
            "exchange.fake.job", "exchange_run.group_exchange_user", perm_read=True
        )

    def findings_seen_by(self, user):
        return self.env["exchange.message"].with_user(user).search([])

    def test_findings_are_read_with_the_right_to_the_job(self):
        job = self.make_job(findings=[{"severity": "info", "text": "x"}])
        job.action_plan()
        self.assertIn(job.exchange_message_ids, self.findings_seen_by(self.reader))

    def test_findings_are_hidden_without_the_right_to_the_job(self):
        job = self.make_job(findings=[{"severity": "info", "text": "x"}])
        job.action_plan()
        self.access.unlink()
        self.assertNotIn(job.exchange_message_ids, self.findings_seen_by(self.reader))

    def test_findings_of_another_company_are_hidden(self):
        other = self.env["res.company"].create({"name": "Other"})
        job = self.make_job(findings=[{"severity": "info", "text": "x"}])
        job.company_id = other
        job.action_plan()
        self.assertNotIn(job.exchange_message_ids, self.findings_seen_by(self.reader))

    def test_nobody_alters_findings(self):
        job = self.make_job(findings=[{"severity": "info", "text": "x"}])
        job.action_plan()
        message = job.exchange_message_ids
        with self.assertRaises(AccessError):
            message.with_user(self.reader).text = "y"
        with self.assertRaises(AccessError):
            message.with_user(self.env.ref("base.user_admin")).unlink()

    def test_reader_can_press_no_button(self):
        job = self.make_job("Ann")
        job.action_plan()
        seen = job.with_user(self.reader)
        for press in (seen.action_run, seen.action_plan, seen.action_draft):
            with self.assertRaises(AccessError):
                press()
        self.assertEqual((job.state, self.partners("Ann")), ("planned", []))

    def test_reader_cannot_stop_a_running_job(self):
        job = self.make_job("Ann")
        job.action_plan()
        job._start()
        for press in ("action_cancel", "action_resume"):
            with self.assertRaises(AccessError):
                getattr(job.with_user(self.reader), press)()
        self.assertFalse(self.env["exchange.progress"]._is_cancel_requested(job))

    def test_technical_rows_are_for_administrators(self):
        for model in ("exchange.chunk", "exchange.progress"):
            rows = self.env[model]
            self.assertFalse(rows.with_user(self.reader).has_access("read"))
            admin = rows.with_user(self.env.ref("base.user_admin"))
            self.assertTrue(admin.has_access("read"))
            self.assertFalse(admin.has_access("write"))

    def test_jobs_are_read_with_the_right_to_their_documents(self):
        other = self.env["res.company"].create({"name": "Other"})
        mine, foreign = self.make_job("Ann").job_id, self.make_job("Bob")
        foreign.company_id = other
        Job = self.env["exchange.job"].with_user(self.reader)
        seen = Job.search([("res_model", "=", mine.res_model)])
        self.assertIn(mine, seen)
        self.assertNotIn(foreign.job_id, seen)
        self.access.unlink()
        self.assertNotIn(mine, Job.search([]))
        stranger = new_test_user(self.env, "exchange_stranger", "base.group_user")
        with self.assertRaises(AccessError):
            Job.with_user(stranger).search([])
