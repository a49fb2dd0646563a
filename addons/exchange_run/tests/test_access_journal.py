import base64

from lxml import html

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from ..models.exchange_access import SOUGHT
from .fake_models import register, temporary


@temporary
class FakeDossier(models.Model):
    """A record about a person."""

    _name = "exchange.fake.dossier"
    _description = "Fake Dossier"
    _module = "exchange_run"
    _inherit = ["res.partner.category", "exchange.journal.mixin"]

    paper = fields.Binary(attachment=False)


@temporary
class FakeLetter(models.Model):
    """A record that leads to one about a person."""

    _name = "exchange.fake.letter"
    _description = "Fake Letter"
    _module = "exchange_run"

    name = fields.Char()
    dossier_id = fields.Many2one("exchange.fake.dossier")
    color = fields.Integer(related="dossier_id.color")


@temporary
class FakeWizard(models.TransientModel):
    """A wizard that names a record and a company."""

    _name = "exchange.fake.wizard"
    _description = "Fake Wizard"
    _module = "exchange_run"

    letter_id = fields.Many2one("exchange.fake.letter")
    company_id = fields.Many2one("res.company")


@temporary
class FakeParcel(models.Model):
    """A record one field of which is about persons."""

    _name = "exchange.fake.parcel"
    _description = "Fake Parcel"
    _module = "exchange_run"
    _inherit = ["exchange.journal.mixin"]
    _journal_names = ("content",)

    name = fields.Char()
    content = fields.Binary(attachment=False)


@tagged("post_install", "-at_install")
class TestAccessJournal(TransactionCase):
    """Whoever is shown a person's record leaves a row, by whatever door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        kinds = ("dossier", "letter", "wizard", "parcel")
        names = [f"exchange.fake.{name}" for name in kinds]
        register(cls, FakeDossier, FakeLetter, FakeWizard, FakeParcel)
        cls.env["ir.model.access"].create(
            [
                {
                    "name": name,
                    "model_id": cls.env["ir.model"]._get_id(name),
                    "group_id": cls.env.ref("base.group_user").id,
                    "perm_read": True,
                    "perm_create": True,
                }
                for name in names
            ]
        )
        cls.reader = new_test_user(
            cls.env, "reader", "base.group_user,base.group_allow_export"
        )
        cls.dossiers = cls.env["exchange.fake.dossier"].create(
            [{"name": "Ann", "paper": base64.b64encode(b"x")}, {"name": "Bob"}]
        )
        cls.letters = cls.env["exchange.fake.letter"].create(
            [{"name": d.name, "dossier_id": d.id} for d in cls.dossiers]
        )
        cls.parcel = cls.env["exchange.fake.parcel"].create(
            {"name": "P", "content": base64.b64encode(b"Ann")}
        )
        cls.env.flush_all()

    def call(self, method, *args, model="dossier", **options):
        """Call a method as a client does; return the rows of the journal it made."""
        name = f"exchange.fake.{model}"
        return self.rows(
            lambda: call_kw(
                self.env[name].with_user(self.reader), method, args, options
            )
        )

    def rows(self, deed):
        """Return the rows of the journal that a deed makes."""
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        deed()
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

    def test_every_way_of_grouping_leaves_a_row(self):
        for method, args, options in (
            ("formatted_read_group", ([],), {"aggregates": ["name:array_agg"]}),
            ("formatted_read_grouping_sets", ([], [["name"], ["color"]]), {}),
            ("read_group", ([], ["name"], ["name"]), {}),
            ("read_group", ([], ["n:max(name)"], []), {}),
            (
                "read_progress_bar",
                ([], "name", {"field": "active", "colors": {"1": "x"}}),
                {},
            ),
        ):
            with self.subTest(method, args=args):
                rows = self.call(method, *args, **options)
                self.assertEqual(set(rows.mapped("kind")), {"group"})
                self.assertIn("name", ", ".join(rows.mapped("field_names")))

    def test_what_only_counts_leaves_none(self):
        self.assertFalse(self.call("formatted_read_group", [], [], ["__count"]))
        self.assertFalse(self.call("search_count", []))

    def search(self, method, *args, **options):
        """Return the rows that a search makes as the first one of a request."""
        self.env.cr.precommit.data.pop(SOUGHT, None)
        rows = self.call(method, *args, **options)
        return rows.filtered(lambda row: row.kind == "search")

    def test_whoever_searches_in_vain_leaves_a_row(self):
        asked = [("name", "=", "Nobody")]
        for method, args, options in (
            ("search", (asked,), {}),
            ("search", ([],), {"order": "name desc"}),
            ("search", ([("id", "any", asked)],), {}),
            ("search_count", (asked,), {}),
            ("search_read", (asked, ["id"]), {}),
            ("web_search_read", (asked,), {"specification": {}}),
            ("name_search", ("Nobody",), {}),
            ("name_search", ("",), {"domain": asked}),
            ("web_name_search", ("Nobody",), {"specification": {"display_name": {}}}),
            ("formatted_read_group", (asked,), {"aggregates": ["__count"]}),
            ("formatted_read_grouping_sets", (asked, [["id"]]), {}),
            ("web_read_group", (asked, ["id"]), {"aggregates": []}),
            ("read_group", (asked, [], ["id"]), {}),
            ("read_progress_bar", (asked, "id", {"field": "id", "colors": {}}), {}),
        ):
            with self.subTest(method, args=args):
                rows = self.search(method, *args, **options)
                self.assertEqual(len(rows), 1)
                self.assertEqual(rows.res_model, "exchange.fake.dossier")
                self.assertEqual(rows.user_id, self.reader)
                self.assertIn("name", rows.field_names)
                self.assertFalse(rows.res_ids)
                self.assertNotIn("Nobody", str(rows.read()))

    def test_whoever_searches_by_way_of_another_record_leaves_a_row(self):
        for domain in (
            [("dossier_id.name", "=", "Nobody")],
            [("dossier_id", "any", [("name", "=", "Nobody")])],
            [("dossier_id", "ilike", "Nobody")],
            [("dossier_id", "in", ["Nobody"])],
            ["!", "|", ("name", "=", "x"), ("dossier_id.name", "like", "N")],
        ):
            with self.subTest(domain):
                rows = self.search("search_count", domain, model="letter")
                self.assertEqual(rows.res_model, "exchange.fake.dossier")
                self.assertEqual(rows.field_names, "name")

    def test_a_group_that_is_only_asked_for_leaves_a_row(self):
        having = [("color:max", ">", 1)]
        rows = self.call("formatted_read_group", [], ["id"], having=having)
        self.assertEqual((rows.kind, rows.field_names), ("group", "color"))

    def test_a_search_that_asks_nothing_of_a_person_leaves_none(self):
        for domain in ([], [("id", "=", 1)], [("active", "=", True)]):
            self.assertFalse(self.search("search", domain))
        self.assertFalse(self.search("search", [("name", "=", "x")], model="parcel"))
        self.assertFalse(self.search("name_search", ""))

    def test_one_request_leaves_one_row_of_each_kind_of_search(self):
        self.assertTrue(self.search("search", [("name", "=", "A")]))
        self.assertFalse(self.call("search", [("name", "=", "B")]))
        self.assertTrue(self.call("search", [("color", "=", 1)]))

    def test_what_the_program_searches_for_itself_leaves_none(self):
        asked = [("name", "=", "Ann")]
        mine = self.env["exchange.fake.dossier"].with_user(self.reader)
        self.env.cr.precommit.data.pop(SOUGHT, None)
        self.assertFalse(self.rows(lambda: mine.sudo().search(asked)))
        with self.env["exchange.engine.mixin"]._engine_writes():
            self.assertFalse(self.rows(lambda: mine.search(asked)))

    def test_what_a_copy_is_made_of_leaves_a_row(self):
        rows = self.call("copy_data", self.dossiers.ids)
        self.assertEqual((rows.kind, rows.count), ("read", 2))
        self.assertIn("name", rows.field_names)

    def test_who_comes_by_another_record_leaves_a_row(self):
        ids = self.letters.ids
        for kind, method, args in (
            ("read", "web_read", (ids, {"dossier_id": {"fields": {"color": {}}}})),
            ("export", "export_data", (ids, ["name", "dossier_id/color"])),
            ("group", "formatted_read_group", ([], ["dossier_id.color"])),
        ):
            with self.subTest(method, args=args):
                rows = self.call(method, *args, model="letter")
                self.assertEqual(rows.mapped("kind"), [kind])
                self.assertEqual(rows.res_model, "exchange.fake.dossier")
                self.assertEqual(rows.field_names, "color")
                if kind != "group":
                    self.assertEqual(rows.res_ids, self.dossiers.ids)
        for named in (["name", "dossier_id"], ["dossier_id/display_name"]):
            rows = self.call("export_data", ids, named, model="letter")
            self.assertFalse(rows)  # which one it is, and no more

    def test_a_field_of_another_records_leaves_a_row(self):
        rows = self.call("read", self.letters.ids, ["color"], model="letter")
        self.assertEqual((rows.kind, rows.field_names), ("read", "color"))
        self.assertEqual(rows.res_model, "exchange.fake.dossier")
        self.assertEqual(rows.res_ids, self.dossiers.ids)
        shown = {"color": {}}
        chosen = {"dossier_id": self.dossiers[0].id}
        rows = self.call("onchange", [], chosen, ["dossier_id"], shown, model="letter")
        self.assertEqual(rows.res_ids, self.dossiers[0].ids)
        self.assertFalse(self.call("read", self.letters.ids, ["name"], model="letter"))

    def test_nobody_names_a_person_whom_he_may_not_read(self):
        """What names her would show her name, and whatever is told of her."""
        self.env["ir.rule"].create(
            {
                "name": "Ann only",
                "model_id": self.env["ir.model"]._get_id("exchange.fake.dossier"),
                "domain_force": f"[('id', '=', {self.dossiers[0].id})]",
            }
        )
        self.env.registry.clear_cache()
        ann, bob = self.dossiers.ids
        shown = {"dossier_id": {"fields": {"display_name": {}}}, "color": {}}
        mine = self.letters[0].ids

        def deeds(named):
            chosen = {"dossier_id": named}
            context = {"default_dossier_id": named}
            return {
                "create": ([chosen], {}),
                "write": (mine, chosen),
                "web_save": ([], chosen, shown),
                "onchange": ([], chosen, ["dossier_id"], shown),
                "default": ([], {}, [], shown, context),
            }

        letter = self.env["exchange.fake.letter"].with_user(self.reader)
        self.env["ir.model.access"].search(
            [("name", "=", "exchange.fake.letter")]
        ).perm_write = True
        for named, allowed in ((ann, True), (bob, False)):
            for door, args in deeds(named).items():
                options = {}
                if door == "create":
                    args = args[:1]
                if door == "default":
                    door, options = "onchange", {"context": args[-1]}
                    args = args[:-1]
                with self.subTest(door, named=named):
                    if allowed:
                        call_kw(letter, door, args, options)
                        continue
                    with self.assertRaises(AccessError):
                        call_kw(letter, door, args, options)

    def test_a_wizard_takes_no_record_that_its_user_may_not_read(self):
        self.env["ir.rule"].create(
            {
                "name": "None",
                "model_id": self.env["ir.model"]._get_id("exchange.fake.letter"),
                "domain_force": "[(0, '=', 1)]",
            }
        )
        self.env.registry.clear_cache()
        other = self.env["res.company"].create({"name": "Others"})
        wizard = self.env["exchange.fake.wizard"].with_user(self.reader)
        for vals in ({"letter_id": self.letters[0].id}, {"company_id": other.id}):
            for method, args in (
                ("create", [vals]),
                ("onchange", [[], vals, list(vals), dict.fromkeys(vals, {})]),
            ):
                with self.subTest(method, vals=vals), self.assertRaises(AccessError):
                    call_kw(wizard, method, args, {})
        own = {"company_id": self.env.company.id}
        self.assertTrue(call_kw(wizard, "create", [own], {}))

    def test_a_new_record_that_shows_another_leaves_a_row(self):
        rows = self.call(
            "onchange",
            [],
            {},
            [],
            {"dossier_id": {"fields": {"color": {}}}},
            model="letter",
            context={"default_dossier_id": self.dossiers[0].id},
        )
        self.assertEqual(rows.res_ids, self.dossiers[0].ids)

    def test_of_some_models_single_fields_are_protected(self):
        ids = self.parcel.ids
        show = {"model": "parcel"}
        self.assertFalse(self.call("read", ids, ["name"], **show))
        size = {"context": {"bin_size": True}, **show}
        self.assertFalse(self.call("read", ids, ["name", "content"], **size))
        rows = self.call("read", ids, ["name", "content"], **show)
        self.assertEqual((rows.kind, rows.field_names), ("read", "content"))
        rows = self.call("export_data", ids, ["name", "content"], **show)
        self.assertEqual((rows.kind, rows.field_names), ("export", "content"))

    def file_of(self, record, **vals):
        """A file of a record."""
        vals |= {"name": "f", "res_model": record._name, "res_id": record.id}
        return self.env["ir.attachment"].create({"raw": b"Ann", **vals})

    def test_whatever_is_attached_leaves_a_row(self):
        for record in (self.dossiers[0], self.parcel):
            file = self.file_of(record).with_user(self.reader)
            rows = self.rows(lambda file=file: file.read(["raw"]))
            self.assertEqual((rows.kind, rows.res_model), ("read", record._name))

    def test_a_print_leaves_a_row(self):
        self.env["ir.ui.view"].create(
            {
                "type": "qweb",
                "name": "fake",
                "key": "exchange_run.fake_print",
                "arch": '<t><p t-foreach="docs" t-as="doc" t-out="doc.name"/></t>',
            }
        )
        report = self.env["ir.actions.report"].create(
            {
                "name": "Fake",
                "model": "exchange.fake.dossier",
                "report_type": "qweb-html",
                "report_name": "exchange_run.fake_print",
            }
        )
        render = self.env["ir.actions.report"].with_user(self.reader)
        for name in ("html", "text"):
            rows = self.rows(
                lambda n=name: getattr(render, f"_render_qweb_{n}")(
                    report.report_name, self.dossiers.ids
                )
            )
            self.assertEqual(rows.mapped("kind"), ["print"])
            self.assertEqual(sorted(rows.res_ids), sorted(self.dossiers.ids))
            self.assertEqual(rows.field_names, "exchange_run.fake_print")

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

    def test_the_client_reads_findings_and_leaves_a_row(self):
        self.authenticate("admin", "admin")
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        call = {
            "model": "exchange.message",
            "method": "web_read_group",
            "args": [],
            "kwargs": {"domain": [], "groupby": ["value"], "aggregates": []},
        }
        url = "/web/dataset/call_kw/exchange.message/web_read_group"
        answer = self.url_open(url, json={"params": call}).json()
        self.assertIn("result", answer)
        rows = journal.search([]) - before
        self.assertIn(
            ("exchange.message", "group"), [(r.res_model, r.kind) for r in rows]
        )

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
