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
        cls.access = cls.env["ir.model.access"].create(
            {
                "name": "fake job readers",
                "model_id": cls.env["ir.model"]._get_id("exchange.fake.job"),
                "group_id": cls.env.ref("exchange_run.group_exchange_user").id,
                "perm_read": True,
            }
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

    def test_reader_cannot_run(self):
        job = self.make_job("Ann")
        with self.assertRaises(AccessError):
            job.with_user(self.reader).action_run()
        self.assertEqual(self.partners("Ann"), [])
