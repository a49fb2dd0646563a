import json

from odoo import http
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged

from .common import DaycareCommon

REPORT = "daycare.report_child_sheet"
DOT = (
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    b"AABJRU5ErkJggg=="
)


@freeze_time("2021-04-01")
class TestReport(DaycareCommon):
    def sheet(self, children, user=None):
        report = self.env["ir.actions.report"].with_context(lang="en_US")
        report = report.with_user(user) if user else report
        html = report._render_qweb_html(REPORT, children.ids)[0]
        return html.decode()

    def test_sheet_of_a_child(self):
        self.Link.create(
            {
                "child_id": self.child.id,
                "guardian_id": self.mother.id,
                "is_main": True,
                "is_debtor": True,
            }
        )
        self.place(self.child, {"mon": [1, 2, 3], "fri": [4, 5, 6]})
        self.child.write({"health_note": "Peanuts <b>", "pickup_note": "Grandmother"})
        html = self.sheet(self.child)
        for text in [
            "Melody",
            "Mory",
            "90000",
            "Mary Mory",
            "079 547 89 87",
            "Nursery",
            "06:30–11:00",
            "12:30–18:30",
            "Grandmother",
            "Peanuts &lt;b&gt;",
        ]:
            with self.subTest(text=text):
                self.assertIn(text, html)

    def test_letterhead_is_that_of_the_child_s_company(self):
        other = self.env["res.company"].create({"name": "The Other Centre"})
        child = self.Child.create(
            {"lastname": "X", "firstname": "Y", "company_id": other.id}
        )
        self.assertIn("The Other Centre", self.sheet(child))

    def test_each_sheet_has_its_name_once(self):
        twin = self.Child.create({"lastname": "Mory", "firstname": "Melchior"})
        html = self.sheet(self.child | twin)
        for child in self.child | twin:
            self.assertEqual(html.count(child.name), 1)

    def test_past_placements_are_left_out(self):
        self.place(self.child, {"mon": [1]}, begin="2020-01-01", end="2021-03-31")
        self.assertIn("No placement.", self.sheet(self.child))

    def test_weekend_only_when_booked(self):
        self.place(self.child, {"mon": [1]})
        self.assertNotIn("Saturday", self.sheet(self.child))
        self.place(self.child, {"sat": [1]}, begin="2021-05-01")
        self.assertIn("Saturday", self.sheet(self.child))

    def test_educator_prints_it_without_money(self):
        third_party = self.Guardian.create(
            {"lastname": "Commune", "is_company": True, "role": "third_party"}
        )
        self.Link.create(
            {
                "child_id": self.child.id,
                "guardian_id": third_party.id,
                "is_debtor": True,
            }
        )
        html = self.sheet(self.child, self.user("sheet", "user"))
        self.assertIn("Melody", html)
        self.assertNotIn("Commune", html)

    def test_who_prints_it_is_written_down(self):
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        other = self.Child.create({"lastname": "Summer", "firstname": "Colin"})
        self.sheet(self.child | other, self.user("sheet", "user"))
        prints = (journal.search([]) - before).filtered(lambda r: r.kind == "print")
        self.assertEqual(prints.login, "sheet")
        self.assertEqual(prints.res_model, "daycare.child")
        self.assertEqual(sorted(prints.res_ids), sorted((self.child | other).ids))
        self.assertEqual(prints.field_names, REPORT)

    def test_several_children(self):
        other = self.Child.create({"lastname": "Summer", "firstname": "Colin"})
        html = self.sheet(self.child | other)
        self.assertIn("Colin", html)
        self.assertIn("Melody", html)

    def test_pdf(self):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        if report.get_wkhtmltopdf_state() == "install":
            self.skipTest("wkhtmltopdf is not installed")
        pdf, kind = report._render_qweb_pdf(REPORT, self.child.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(pdf.startswith(b"%PDF"))


@tagged("post_install", "-at_install")
class TestDoors(HttpCase):
    """Files and exports of children, fetched as a browser does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo's cursors of tests cannot write beside one that only reads
        cls.set_registry_readonly_mode(False)

    def setUp(self):
        super().setUp()
        self.child = self.env["daycare.child"].create(
            {"lastname": "Mory", "firstname": "Melody", "image_128": DOT}
        )
        self.journal = self.env["exchange.access"].sudo()
        self.env.flush_all()

    def enter(self, login, groups):
        new_test_user(self.env, login, groups, password=f"{login}-{login}")
        self.authenticate(login, f"{login}-{login}")

    def rows(self, kind, ask):
        before = self.journal.search([])
        answer = ask()
        self.env.invalidate_all()
        rows = self.journal.search([]) - before
        return answer, rows.filtered(lambda row: row.kind == kind)

    def test_a_photo_leaves_a_row(self):
        self.enter("educator", "daycare.group_daycare_user")
        photo = self.env["ir.attachment"].search(
            [("res_model", "=", "daycare.child"), ("res_field", "=", "image_128")]
        )[:1]
        for url in (
            f"/web/image/daycare.child/{self.child.id}/image_128",
            f"/web/content/{photo.id}",
        ):
            with self.subTest(url):
                answer, rows = self.rows("download", lambda u=url: self.url_open(u))
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(
                    (rows.login, rows.res_ids), ("educator", self.child.ids)
                )

    def test_an_export_leaves_a_row_or_is_refused(self):
        asked = {
            "model": "daycare.child",
            "fields": [
                {"name": "birthdate", "label": "Birth"},
                {"name": "guardian_link_ids/guardian_id/phone", "label": "Phone"},
            ],
            "ids": self.child.ids,
            "domain": [],
            "import_compat": False,
            "groupby": [],
        }
        groups = "daycare.group_daycare_user"
        for login, more, allowed in (
            ("without", "", False),
            ("withit", ",base.group_allow_export", True),
        ):
            self.enter(login, groups + more)
            for kind in ("csv", "xlsx"):
                with self.subTest(login, kind=kind):
                    answer, rows = self.rows(
                        "export", lambda k=kind: self.export(k, asked)
                    )
                    self.assertEqual(answer.status_code == 200, allowed)
                    models = [row.res_model for row in rows]
                    self.assertEqual(models, ["daycare.child"] if allowed else [])

    def export(self, kind, asked):
        token = http.Request.csrf_token(self)
        data = {"data": json.dumps(asked), "csrf_token": token}
        return self.url_open(f"/web/export/{kind}", data=data)
