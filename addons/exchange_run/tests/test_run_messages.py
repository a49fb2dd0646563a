from odoo.tests import HttpCase, tagged

from .common import ExchangeRunCase
from .fake_models import FakeJob, register


@tagged("post_install", "-at_install")
class TestRunMessages(ExchangeRunCase):
    def test_finding_names_the_place_and_links_the_record(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        job = self.make_job()
        job._log(
            "error",
            "Unknown code",
            code="P02",
            file="a.csv",
            row=3,
            column="Groupe",
            value="XX",
            record=partner,
        )
        self.assertRecordValues(
            job.exchange_message_ids,
            [
                {
                    "severity": "error",
                    "code": "P02",
                    "file": "a.csv",
                    "row": 3,
                    "column": "Groupe",
                    "value": "XX",
                    "res_model": "res.partner",
                    "res_id": partner.id,
                }
            ],
        )
        action = job.exchange_message_ids.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", partner.id)
        )

    def test_counts_by_severity(self):
        job = self.make_job()
        job._log_many(
            [
                {"severity": severity, "text": "x"}
                for severity in (
                    "fatal",
                    "blocked",
                    "error",
                    "warning",
                    "warning",
                    "info",
                )
            ]
        )
        self.assertEqual(job.message_error_count, 3)
        self.assertEqual(job.message_warning_count, 2)

    def test_counters_are_shown_as_a_table(self):
        job = self.make_job("Ann", "Bob")
        job.action_plan()
        self.assertIn("Created", job.counters_html)
        self.assertIn(">2<", job.counters_html.replace(" ", "").replace("\n", ""))

    def test_overview_lists_jobs_of_all_kinds(self):
        job = self.make_job("Ann")
        self.env.flush_all()
        overview = self.env["exchange.run.overview"].search(
            [("kind", "=", "exchange.fake.job"), ("run_id", "=", job.id)]
        )
        self.assertEqual(overview.name, job.name)
        self.assertEqual(overview.action_open_run()["res_id"], job.id)


@tagged("post_install", "-at_install")
class TestDownloadFindings(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        register(cls, FakeJob)

    def setUp(self):
        super().setUp()
        self.env["ir.model.access"].create(
            {
                "name": "fake job",
                "model_id": self.env["ir.model"]._get_id("exchange.fake.job"),
                "group_id": self.env.ref("exchange_run.group_exchange_manager").id,
                "perm_read": True,
            }
        )
        self.job = self.env["exchange.fake.job"].create({"wish": {"names": []}})
        self.job._log("warning", "=HYPERLINK(1)", value="é;x", row=7)

    def download(self, login):
        self.authenticate(login, login)
        return self.url_open(self.job.action_download_messages()["url"])

    def test_csv_opens_in_a_spreadsheet_without_formulas(self):
        response = self.download("admin")
        self.assertEqual(response.status_code, 200)
        text = response.content.decode("utf-8-sig")
        self.assertIn("'=HYPERLINK(1)", text)
        self.assertIn('"é;x"', text)

    def test_not_for_those_who_may_not_read_the_job(self):
        self.env["res.users"].create(
            {
                "name": "Eve",
                "login": "eve_findings",
                "password": "eve_findings",
                "group_ids": [(6, 0, [self.env.ref("base.group_user").id])],
            }
        )
        self.assertEqual(self.download("eve_findings").status_code, 404)
