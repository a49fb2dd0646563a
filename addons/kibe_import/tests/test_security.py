from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import KibeImportCommon


@tagged("post_install", "-at_install")
class TestKibeSecurity(KibeImportCommon):
    def test_import_rights_alone_suffice(self):
        test = self.run_import("kibe_sample.zip", user=self.clerk)
        self.assertEqual(test.state, "done")
        test.confirm_warnings = True
        test.action_generate()
        self.assertEqual(test.state, "done", test.refusal)
        self.assertEqual(self.guardian("1001").income_ids.amount, 5000)

    def test_clerk_sees_no_income(self):
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        with self.assertRaises(AccessError):
            self.env["daycare.income"].with_user(self.clerk).search([])
        lines = run.line_ids.filtered(lambda line: line.entity == "income")
        self.assertTrue(lines)
        for line in lines:
            self.assertNotIn("5000", str(line.changes_html))
        with self.assertRaises(AccessError):
            lines.mapped("after")
        self.assertNotIn("5000", str(run.preview_html))

    def test_educator_has_no_access(self):
        educator = new_test_user(
            self.env,
            "kibe-educator",
            "daycare.group_daycare_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        run = self.run_import("kibe_sample.zip")
        for record in (run, run.line_ids, run.exchange_message_ids):
            with self.assertRaises(AccessError):
                record.with_user(educator).read(["display_name"])
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "kibe.import"),
                ("res_id", "=", run.id),
                ("res_field", "=", "archive"),
            ]
        )
        self.assertTrue(files)
        with self.assertRaises(AccessError):
            files.with_user(educator).read(["raw"])

    def test_who_reads_a_delivery_is_written_down(self):
        run = self.run_import("kibe_sample.zip", user=self.clerk).with_user(self.clerk)
        journal = self.env["exchange.access"].sudo()
        file = self.env["ir.attachment"].search(
            [("res_model", "=", "kibe.import"), ("res_field", "=", "archive")]
        )
        file = file.filtered(lambda f: f.res_id == run.id).with_user(self.clerk)
        self.env.invalidate_all()
        report = self.env["ir.actions.report"].with_user(self.clerk)
        for kind, deed in (
            ("read", lambda: run.read(["archive"])),
            ("read", lambda: file.read(["raw"])),
            ("print", lambda: report._render_qweb_html("kibe_import.summary", run.ids)),
        ):
            before = journal.search([])
            deed()
            rows = journal.search([]) - before
            rows = rows.filtered(lambda row: row.res_model == "kibe.import")
            with self.subTest(kind):
                self.assertEqual(rows.mapped("kind"), [kind])
                self.assertEqual(
                    (rows.login, rows.res_ids), (self.clerk.login, run.ids)
                )
        before = journal.search([])
        run.with_context(bin_size=True).read(["archive", "name"])
        self.assertFalse(journal.search([]) - before)

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Autre crèche"})
        stranger = new_test_user(
            self.env,
            "kibe-stranger",
            "kibe_import.group_kibe_import_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        run = self.run_import("kibe_sample.zip")
        env = self.env(
            user=stranger.id,
            context=dict(self.env.context, allowed_company_ids=other.ids),
        )
        self.assertNotIn(run.id, env["kibe.import"].search([]).ids)
        lines = env["kibe.import.line"].search([("import_id", "=", run.id)])
        self.assertFalse(lines)
        messages = env["exchange.message"].search([("run_id", "=", run.id)])
        self.assertFalse(messages)

    def test_same_ids_in_two_companies(self):
        self.run_import("kibe_sample.zip", "create")
        other = self.env["res.company"].create({"name": "Autre crèche"})
        self.env.user.company_ids |= other
        run = (
            self.env["kibe.import"]
            .with_context(allowed_company_ids=other.ids)
            .create(
                {
                    **self.prepare("kibe_sample.zip").copy_data()[0],
                    "archive": self.prepare("kibe_sample.zip").archive,
                    "archive_name": "kibe_sample.zip",
                    "company_id": other.id,
                }
            )
        )
        run.action_run()
        self.assertEqual(run.counters["guardian"], {"created": 4})
        self.assertIn("P02", self.codes(run))

    def test_clerk_cannot_delete_an_import_nor_edit_its_log(self):
        run = self.run_import("kibe_sample.zip", user=self.clerk)
        with self.assertRaises(AccessError):
            run.unlink()
        with self.assertRaises(AccessError):
            run.line_ids.write({"label": "x"})
        with self.assertRaises(AccessError):
            run.exchange_message_ids.write({"text": "x"})
