from lxml import html

from odoo import models
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from .fake_models import register, temporary


@temporary
class FakeDossier(models.Model):
    """A record about a person."""

    _name = "exchange.fake.dossier"
    _description = "Fake Dossier"
    _module = "exchange_run"
    _inherit = ["res.partner.category", "exchange.journal.mixin"]


@tagged("post_install", "-at_install")
class TestAccessJournal(TransactionCase):
    """Whoever is shown a person's record leaves a row, by whatever door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        register(cls, FakeDossier)
        cls.env["ir.model.access"].create(
            {
                "name": "fake dossier",
                "model_id": cls.env["ir.model"]._get_id("exchange.fake.dossier"),
                "group_id": cls.env.ref("base.group_user").id,
                "perm_read": True,
            }
        )
        cls.reader = new_test_user(
            cls.env, "reader", "base.group_user,base.group_allow_export"
        )
        cls.dossiers = cls.env["exchange.fake.dossier"].create(
            [{"name": "Ann"}, {"name": "Bob"}]
        )
        cls.env.flush_all()

    def call(self, method, *args, **options):
        """Call a method as a client does; return the rows of the journal it made."""
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        model = self.env["exchange.fake.dossier"].with_user(self.reader)
        call_kw(model, method, args, options)
        return journal.search([]) - before

    def test_every_door_leaves_a_row(self):
        ids = self.dossiers.ids
        name = ["name"]
        for kind, method, args, options in (
            ("read", "read", (ids, name), {}),
            ("read", "web_read", (ids, {"name": {}}), {}),
            ("read", "search_read", ([("id", "in", ids)], name), {}),
            (
                "read",
                "web_search_read",
                ([("id", "in", ids)],),
                {"specification": {"name": {}}},
            ),
            ("export", "export_data", (ids, name), {}),
            ("group", "formatted_read_group", ([], name), {}),
            (
                "group",
                "web_read_group",
                ([], name),
                {"aggregates": [], "opening_info": None},
            ),
        ):
            with self.subTest(method):
                rows = self.call(method, *args, **options)
                self.assertEqual(rows.mapped("kind"), [kind])
                self.assertEqual(rows.user_id, self.reader)
                self.assertEqual(rows.res_model, "exchange.fake.dossier")
                self.assertEqual(rows.model_name, "Fake Dossier")
                self.assertIn("name", rows.field_names)
                if kind != "group":
                    self.assertEqual(sorted(rows.res_ids), sorted(ids))
                    self.assertEqual(rows.count, 2)

    def test_nothing_of_a_person_stands_in_the_journal(self):
        [row] = self.call("read", self.dossiers.ids, ["name"])
        self.assertNotIn("Ann", str(row.read()))

    def test_what_the_program_reads_for_itself_is_no_access(self):
        journal = self.env["exchange.access"].sudo()
        before = journal.search_count([])
        self.dossiers.sudo().read(["name"])
        self.assertEqual(self.dossiers.with_user(self.reader)[0].name, "Ann")
        self.assertEqual(journal.search_count([]), before)

    def test_nobody_changes_the_journal(self):
        [row] = self.call("read", self.dossiers.ids, ["name"])
        admin = self.env.ref("base.user_admin")
        self.assertEqual(row.with_user(admin).count, 2)
        for deed in (
            lambda journal: journal.write({"count": 1}),
            lambda journal: journal.unlink(),
            lambda journal: journal.create({"date": row.date, "kind": "read"}),
        ):
            with self.assertRaises(AccessError):
                deed(row.with_user(admin))
        with self.assertRaises(AccessError):
            row.with_user(self.reader).read(["count"])

    def test_old_rows_end(self):
        [row] = self.call("read", self.dossiers.ids, ["name"])
        self.env["exchange.access"].sudo()._gc_old()
        self.assertTrue(row.exists())
        row.sudo().date = "2020-01-01 00:00:00"
        self.env["exchange.access"].sudo()._gc_old()
        self.assertFalse(row.exists())


@tagged("post_install", "-at_install")
class TestLoginsAndRights(HttpCase):
    """Logins are written down; administrators print who may what."""

    def test_a_login_leaves_a_row(self):
        new_test_user(self.env, "lena", "base.group_user", password="lena-lena-1")
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        self.env.flush_all()
        self.url_open(
            "/web/session/authenticate",
            json={
                "params": {
                    "db": self.env.cr.dbname,
                    "login": "lena",
                    "password": "lena-lena-1",
                }
            },
        )
        rows = journal.search([]) - before
        self.assertEqual(rows.mapped("kind"), ["login"])
        self.assertEqual((rows.login, rows.address), ("lena", "127.0.0.1"))

    def page(self, report, doc, lang="en_US"):
        """Return a list as people read it."""
        admin = self.env.ref("base.user_admin")
        render = self.env["ir.actions.report"].with_user(admin).with_context(lang=lang)
        content, _kind = render._render_qweb_html(report, doc.ids)
        return html.fromstring(content).text_content()

    def test_the_list_tells_what_a_user_may(self):
        user = new_test_user(
            self.env, "mia", "base.group_user,exchange_run.group_exchange_manager"
        )
        text = self.page("exchange_run.report_rights", user)
        self.assertIn("Who May What: mia", text)
        self.assertIn("Jobs / Manager", text)
        self.assertIn("Job Message", text)
        self.assertIn("Exchange Run", text)
        self.assertIn("✓", text)
        self.assertNotIn("Access to Protected Data", text)

    def test_the_list_tells_what_a_group_may(self):
        group = self.env.ref("base.group_system")
        text = self.page("exchange_run.report_rights_groups", group)
        self.assertIn("Access to Protected Data", text)

    def test_the_list_speaks_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        user = new_test_user(self.env, "mia", "base.group_user")
        self.assertIn(
            "Qui peut quoi", self.page("exchange_run.report_rights", user, "fr_FR")
        )

    def test_the_list_is_for_administrators(self):
        user = new_test_user(self.env, "mia", "base.group_user")
        for report in ("report_rights", "report_rights_groups"):
            with self.assertRaises(AccessError):
                self.env["ir.actions.report"].with_user(user)._render_qweb_html(
                    f"exchange_run.{report}", user.ids
                )
