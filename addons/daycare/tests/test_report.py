from odoo.tests import freeze_time

from .common import DaycareCommon

REPORT = "daycare.report_child_sheet"


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
