"""Rights of each group, companies apart, secrets, a neutralized database."""

from base64 import b64encode

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.modules import neutralize
from odoo.tests import HttpCase, new_test_user, tagged

from .common import EXAMPLE, SofiCase


@tagged("post_install", "-at_install")
class TestSecurity(SofiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            name: new_test_user(
                cls.env, f"sofi_{name}", groups=f"sofi_primmo.group_sofi_{name}"
            )
            for name in ("viewer", "operator", "manager", "administrator")
        }
        cls.stranger = new_test_user(cls.env, "sofi_stranger", groups="base.group_user")

    def as_(self, name, record=None):
        return (self.residence if record is None else record).with_user(
            self.people[name]
        )

    def test_secrets_are_for_administrators_only(self):
        for name in ("viewer", "operator", "manager"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_(name).read(["api_secret"])
            with self.subTest(name=name), self.assertRaises(AccessError):
                self.as_(name).read(["api_access_key"])
            self.assertTrue(self.as_(name).has_credentials)
        self.assertTrue(self.as_("administrator").read(["api_secret"])[0]["api_secret"])

    def test_nobody_changes_what_residences_of_other_companies_send(self):
        """Layouts and profiles are of no company: who works for all changes them."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        residence = self.residence.copy(
            {"company_id": other.id, "url": "https://x.example"}
        )
        person = self.people["administrator"]
        layout = residence.layout_id = residence.layout_id.copy()
        profile = residence.profile_id
        profile.name_ids = [(0, 0, {"kind": "value", "key": "accepted", "value": "ok"})]
        deeds = (
            lambda: layout.with_user(person).write({"name_pattern": "x.csv"}),
            lambda: layout.with_user(person).column_ids[:1].write({"width": 1}),
            lambda: layout.with_user(person).column_ids[:1].unlink(),
            lambda: layout.with_user(person).unlink(),
            lambda: profile.with_user(person).write({"name": "x"}),
            lambda: profile.with_user(person).name_ids[:1].write({"value": "x"}),
            lambda: profile.with_user(person).name_ids[:1].copy({"key": "archived"}),
        )
        for number, deed in enumerate(deeds):
            with self.subTest(number), self.assertRaises(AccessError):
                deed()
        copy = layout.with_user(person).copy()
        copy.column_ids[:1].write({"width": 9})
        person.company_ids |= other
        layout.with_user(person).column_ids[:1].write({"width": 9})

    def test_secrets_are_not_copied(self):
        copy = self.residence.copy({"url": "https://copy.example.com"})
        self.assertFalse(copy.api_secret or copy.api_access_key)

    def test_viewer_looks_and_cannot_do(self):
        run = self.make_export()
        seen = self.as_("viewer", run)
        self.assertEqual(seen.state, "draft")
        with self.assertRaises(AccessError):
            seen.action_run()
        with self.assertRaises(AccessError):
            self.env["sofi.export"].with_user(self.people["viewer"]).create(
                {"residence_ids": [(6, 0, self.residence.ids)]}
            )

    def test_buttons_that_would_be_refused_are_not_shown(self):
        working = {"action_plan", "action_draft", "action_cancel", "action_decide"}
        applying = {"action_run", "action_resume"}
        shown = {
            name: self.buttons_of(name, "sofi.sync", "sofi.sync.line", "primmo.import")
            for name in ("viewer", "operator", "manager")
        }
        self.assertFalse(shown["viewer"] & (working | applying))
        self.assertLessEqual(working, shown["operator"])
        self.assertLessEqual(working | applying, shown["manager"])
        self.assertFalse(self.buttons_of("operator", "sofi.sync") & applying)
        self.assertFalse(self.buttons_of("viewer", "sofi.residence"))

    def buttons_of(self, name, *models):
        """Return the buttons in the header of forms, as a person sees them."""
        found = set()
        for model in models:
            arch = (
                self.env[model]
                .with_user(self.people[name])
                .get_view(view_type="form")["arch"]
            )
            found.update(etree.fromstring(arch).xpath("//header/button/@name"))
        return found

    def test_manager_exports_without_seeing_the_key(self):
        run = (
            self.env["sofi.export"]
            .with_user(self.people["manager"])
            .create({"residence_ids": [(6, 0, self.residence.ids)]})
        )
        run.action_run()
        self.assertEqual(run.state, "done", run.log_text)
        self.assertEqual(run.file_ids._content(), EXAMPLE)

    def test_nobody_edits_the_journal_or_the_files(self):
        run = self.export()
        for record in (run.line_ids[0], run.file_ids):
            for name in self.people:
                with self.subTest(name=name, model=record._name):
                    with self.assertRaises(AccessError):
                        self.as_(name, record).write({"state": "cancelled"})
                    with self.assertRaises(AccessError):
                        self.as_(name, record).unlink()

    def test_operator_neither_resumes_nor_cancels_nor_reissues(self):
        self.simulator.faults.add({"path": "/oauth/token", "status": 401})
        run = self.export()
        self.assertEqual(run.state, "failed")
        with self.assertRaises(AccessError):
            self.as_("operator", run).action_resume()
        with self.assertRaises(AccessError):
            self.as_("operator", run).action_cancel()
        run.action_resume()
        with self.assertRaises(AccessError):
            self.as_("operator", run.file_ids)._reissue("because")

    def test_only_administrators_change_residences(self):
        with self.assertRaises(AccessError):
            self.as_("manager").output_directory = "elsewhere"
        self.as_("administrator").output_directory = "erables/output"

    def test_managers_change_layouts(self):
        layout = self.env.ref("sofi_primmo.layout_mdg_16")
        with self.assertRaises(AccessError):
            self.as_("operator", layout).name = "x"
        self.as_("manager", layout).name = "x"

    def test_who_invoices_reads_charges_without_the_residents_name(self):
        accountant = new_test_user(
            self.env, "sofi_invoices", groups="account.group_account_invoice"
        )
        self.export()
        lines = self.env["sofi.charge"].with_user(accountant).search([])
        self.assertTrue(all(line.read()[0]["amount"] for line in lines))
        with self.assertRaises(AccessError):
            lines.read(["resident_name"])
        with self.assertRaises(AccessError):
            lines.search([("resident_name", "ilike", "T")])
        views = {view: False for view in ("list", "form", "search")}
        arch = str(lines.get_views([(i, v) for v, i in views.items()]))
        self.assertNotIn("resident_name", arch)
        self.assertTrue(self.as_("viewer", lines[0]).resident_name)

    def test_a_preview_settles_what_a_run_is_about(self):
        """What is done must be what was seen, whatever door a change comes by."""
        cedres = self.make_cedres()
        here = {"residence_ids": [Command.set(self.residence.ids)]}
        there = {"residence_ids": [Command.set(cedres.ids)]}
        content = "Numéro;Immeuble\n204;Pavillon SOFI\n".encode()
        export = self.env["sofi.export"].create(here)
        sync = self.env["sofi.sync"].create(here)
        units = self.env["primmo.import"].create(
            {
                "residence_id": self.residence.id,
                "kind": "unit",
                "file_name": "units.csv",
                "file": b64encode(content),
            }
        )
        runs = {"export": export, "sync": sync, "units": units}
        for run in runs.values():
            run.action_plan()
            self.assertEqual(run.state, "planned", run.exchange_message_ids)
        changes = [
            (export, there),
            (export, {"dry_run": True}),
            (sync, there),
            (sync, {"dry_run": True}),
            (units, {"kind": "tenant"}),
            (units, {"residence_id": cedres.id}),
            (units, {"archive_missing": True}),
            (units, {"skip_error_rows": True}),
            (units, {"file": b64encode(content + b"206;Pavillon SOFI\n")}),
            (units.column_ids[0], {"heading": "Immeuble"}),
        ]
        for record, vals in changes:
            with self.subTest(vals=vals), self.assertRaises(UserError):
                self.as_("operator", record).write(vals)
        with self.assertRaises(UserError):
            self.as_("operator", units.column_ids).unlink()
        for run in (export, sync):
            self.as_("operator", run).action_draft()
            self.as_("operator", run).write(there)
            self.assertEqual(run.residence_ids, cedres)

    def test_the_books_of_a_run_are_the_programs(self):
        export = self.make_export()
        other = self.env.ref("base.CHF").id
        for vals in ({"date_reconciled": "2020-01-01"}, {"currency_id": other}):
            with self.subTest(vals=vals), self.assertRaises(AccessError):
                self.as_("operator", export).write(vals)

    def test_strangers_see_nothing(self):
        run = self.export()
        tenant = self.env["primmo.tenant"].create(
            {
                "residence_id": self.residence.id,
                "external_id": "T1",
                "last_name": "A",
                "first_name": "B",
            }
        )
        for record in (self.residence, run, run.file_ids, run.line_ids[0], tenant):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.stranger).read(["id"])

    def test_companies_are_apart(self):
        run = self.export()
        other = self.env["res.company"].create({"name": "Other"})
        person = new_test_user(
            self.env,
            "sofi_other",
            groups="sofi_primmo.group_sofi_administrator",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for record in (self.residence, run, run.file_ids, run.line_ids[0]):
            with self.subTest(model=record._name):
                found = record.with_user(person).search([("id", "in", record.ids)])
                self.assertFalse(found)
                with self.assertRaises(AccessError):
                    record.with_user(person).read(["id"])

    def test_neutralized_copy_has_no_keys(self):
        self.env.flush_all()
        self.env.cr.execute(
            "".join(neutralize.get_neutralization_queries(["sofi_primmo"]))
        )
        self.env.invalidate_all()
        self.assertFalse(self.residence.api_secret or self.residence.api_access_key)
        for name in ("ir_cron_sofi_export", "ir_cron_sofi_retry"):
            self.assertFalse(self.env.ref(f"sofi_primmo.{name}").active)


@tagged("post_install", "-at_install")
class TestDownload(SofiCase, HttpCase):
    def test_download_is_kept_and_empty_files_download_too(self):
        run = self.export()
        self.authenticate("admin", "admin")
        admin = self.env.ref("base.user_admin")
        # A program that looks at addresses ahead is nobody who has the file.
        response = self.url_open(f"/sofi_primmo/file/{run.file_ids.id}")
        self.assertEqual(response.content, EXAMPLE)
        self.assertIn(run.file_ids.name, response.headers["Content-Disposition"])
        self.assertFalse(run.file_ids.downloaded_by_id)
        url = run.file_ids.with_user(admin).action_download()["url"]
        self.assertEqual(self.url_open(url).content, EXAMPLE)
        self.assertEqual(run.file_ids.downloaded_by_id, admin)
        (self.root / "erables/output" / run.file_ids.name).unlink()
        empty = self.export().file_ids
        response = self.url_open(f"/sofi_primmo/file/{empty.id}")
        self.assertEqual((response.status_code, response.content), (200, b""))

    def test_strangers_cannot_download(self):
        run = self.export()
        new_test_user(
            self.env, "sofi_dl", groups="base.group_user", password="sofi_dl1"
        )
        self.authenticate("sofi_dl", "sofi_dl1")
        response = self.url_open(f"/sofi_primmo/file/{run.file_ids.id}")
        self.assertEqual(response.status_code, 404)
        self.assertFalse(run.file_ids.downloaded_date)
