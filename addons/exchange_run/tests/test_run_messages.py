from odoo.exceptions import UserError
from odoo.tests import HttpCase, new_test_user, tagged

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

    def test_finding_about_no_record_opens_none(self):
        job = self.make_job()
        job._log("info", "Just so you know")
        self.assertFalse(job.exchange_message_ids.action_open_record())

    def test_finding_about_a_record_that_is_gone_says_so(self):
        partner = self.env["res.partner"].create({"name": "Ann"})
        job = self.make_job()
        job._log("error", "Unknown", record=partner)
        message = job.exchange_message_ids
        partner.unlink()
        with self.assertRaisesRegex(UserError, "was deleted"):
            message.action_open_record()
        message.res_model = "addon.that.is.gone"
        with self.assertRaisesRegex(UserError, "was deleted"):
            message.action_open_record()

    def test_findings_of_one_job_are_listed_alone(self):
        job, other = self.make_job(), self.make_job()
        job._log("warning", "Mine")
        other._log("warning", "Not mine")
        self.make_job(model="exchange.fake.atomic")._log("warning", "Another kind")
        found = self.env["exchange.message"].search(
            job.action_view_messages()["domain"]
        )
        self.assertEqual(found.mapped("text"), ["Mine"])

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

    def test_counters_speak_of_models_by_their_names(self):
        job = self.make_job()
        self.assertNotIn("<table", job.counters_html or "")
        job._count("res.partner", "update", 3)
        job._count("res.partner", "update")
        job._count("unknown.thing", "washed", 2)
        job.flush_recordset()
        job.invalidate_recordset()
        table = job._counters_table()
        self.assertEqual(
            table["actions"], [("update", "Updated"), ("washed", "washed")]
        )
        self.assertEqual(
            table["rows"],
            [("Contact", {"update": 4}), ("unknown.thing", {"washed": 2})],
        )

    def test_counters_speak_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        job = self.make_job("Ann")
        job.action_plan()
        self.assertIn("Créé", job.with_context(lang="fr_FR").counters_html)

    # === FILES ===

    def test_files_are_kept_with_the_job_and_go_with_it(self):
        job = self.make_job()
        file = job._attach("a.csv", "é;1".encode(), "text/csv")
        empty = job._attach("empty.csv", b"", "text/csv")
        self.assertEqual(job.attachment_ids, file | empty)
        self.assertEqual(file.raw, "é;1".encode())
        self.assertFalse(empty.raw)
        self.assertFalse(job.copy().attachment_ids)
        job.unlink()
        self.assertFalse((file | empty).exists())

    # === OVERVIEW ===

    def overview(self, *jobs):
        Job = self.env["exchange.job"]
        return Job.browse().concat(
            *(
                Job.search([("res_model", "=", job._name), ("res_id", "=", job.id)])
                for job in jobs
            )
        )

    def test_overview_lists_jobs_of_all_kinds(self):
        job, atomic = self.make_job("Ann"), self.make_job(model="exchange.fake.atomic")
        lines = self.overview(job, atomic)
        self.assertEqual(lines.mapped("name"), [job.name, atomic.name])
        self.assertEqual(len(set(lines.ids)), 2)
        self.assertEqual(
            [line.action_open_record()["res_id"] for line in lines], [job.id, atomic.id]
        )
        kinds = dict(lines._fields["res_model"]._description_selection(self.env))
        self.assertEqual(
            [kinds[line.res_model] for line in lines], ["Fake Job", "Fake Atomic Job"]
        )

    def test_overview_says_how_many_minutes_a_job_took(self):
        job = self.make_job()
        job.write(
            {"date_start": "2026-01-31 12:00:00", "date_end": "2026-01-31 12:01:30"}
        )
        self.assertEqual(self.overview(job).duration, 1.5)

    def test_overview_of_who_may_read_no_job_is_empty(self):
        self.make_job()
        boss = new_test_user(
            self.env, "boss_of_nothing", "exchange_run.group_exchange_manager"
        )
        kinds = self.env["exchange.chunk"]._run_models()
        access = self.env["ir.model.access"].search([("model_id.model", "in", kinds)])
        access.unlink()
        self.env.flush_all()
        self.assertFalse(self.env["exchange.job"].with_user(boss).search([]))


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

    def download(self, login, url=None):
        self.authenticate(login, login)
        return self.url_open(url or self.job.action_download_messages()["url"])

    def test_csv_opens_in_a_spreadsheet_without_formulas(self):
        response = self.download("admin")
        self.assertEqual(response.status_code, 200)
        text = response.content.decode("utf-8-sig")
        self.assertIn("'=HYPERLINK(1)", text)
        self.assertIn('"é;x"', text)

    def test_whoever_reads_findings_leaves_a_row(self):
        """They quote files and name persons, whatever door they are read by."""
        journal = self.env["exchange.access"].sudo()
        admin = self.env.ref("base.user_admin")
        finding = self.job.exchange_message_ids.with_user(admin)
        for kind, names, deed in (
            ("read", "text", lambda: finding.read(["text"])),
            ("read", "value", lambda: finding.web_read({"value": {}})),
            ("read", "display_name", lambda: finding.read(["display_name"])),
            ("export", "text", lambda: finding.export_data(["text"])),
            ("search", "value", lambda: finding.search_count([("value", "=", "x")])),
            ("group", "text", lambda: finding.formatted_read_group([], ["text"])),
            ("download", "text", lambda: self.download("admin")),
        ):
            with self.subTest(kind, names=names):
                before = journal.search([])
                deed()
                [row] = (journal.search([]) - before).filtered(
                    lambda row: row.kind != "login"
                )
                self.assertEqual(row.res_model, "exchange.message")
                self.assertEqual(row.kind, kind)
                self.assertIn(names, row.field_names)
                if kind not in ("search", "group"):
                    self.assertEqual(row.res_ids, finding.ids)
                self.assertNotIn("HYPERLINK", str(row.read()))
        before = journal.search_count([])
        finding.read(["severity", "code", "row"])
        self.assertEqual(journal.search_count([]), before)

    def test_csv_has_a_head_and_the_cells_in_its_order(self):
        self.job.exchange_message_ids.unlink()
        self.job._log(
            "blocked", "Text", code="P02", file="a.csv", column="B", advice="Do this"
        )
        lines = self.download("admin").content.decode("utf-8-sig").splitlines()
        self.assertEqual(lines[0], "Severity;Code;File;Row;Column;Value;Text;Advice")
        self.assertEqual(lines[1:], ["File blocked;P02;a.csv;;B;;Text;Do this"])

    def test_csv_speaks_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env.ref("base.user_admin").lang = "fr_FR"
        lines = self.download("admin").content.decode("utf-8-sig").splitlines()
        self.assertTrue(lines[0].startswith("Gravité;Code;Fichier;Ligne"), lines[0])
        self.assertTrue(lines[1].startswith("Avertissement;"), lines[1])

    def test_what_is_no_job_is_not_found(self):
        gone = self.job.copy()
        urls = [
            f"/exchange_run/{self.job._name}/{gone.id}/findings.csv",
            "/exchange_run/res.users/1/findings.csv",
            "/exchange_run/exchange.run.mixin/1/findings.csv",
            "/exchange_run/no.such.model/1/findings.csv",
        ]
        gone.unlink()
        for url in urls:
            with self.subTest(url=url):
                self.assertEqual(self.download("admin", url).status_code, 404)

    def test_job_of_another_company_is_not_found(self):
        self.env["ir.rule"].create(
            {
                "name": "fake jobs: own companies",
                "model_id": self.env["ir.model"]._get_id("exchange.fake.job"),
                "domain_force": "[('company_id', 'in', company_ids)]",
            }
        )
        self.assertEqual(self.download("admin").status_code, 200)
        self.job.company_id = self.env["res.company"].create({"name": "Other"})
        self.assertEqual(self.download("admin").status_code, 404)

    def test_who_is_not_logged_in_is_asked_to(self):
        url = self.job.action_download_messages()["url"]
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/web/login", response.headers["Location"])

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
