"""The yearly statement: what of a resident's services counts for the tax credit."""

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestYear(SofiCase):
    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("fr_FR")
        self.tenant = self.env["primmo.tenant"].create(
            {
                "residence_id": self.residence.id,
                "external_id": "T00123",
                "last_name": "Tremblay",
                "first_name": "Jeanne",
                "birth_date": "1940-05-02",
                "language": "Fr",
            }
        )
        self.service("200120", "Aide au bain", "eligible")
        self.export()

    def service(self, code, name, home_support=False):
        return self.env["primmo.service"].create(
            {
                "residence_id": self.residence.id,
                "code": code,
                "description": name,
                "home_support": home_support,
            }
        )

    def wizard(self, **values):
        return self.env["sofi.year.wizard"].create(
            {"residence_id": self.residence.id, "year": 2025, **values}
        )

    def page(self, number="T00123", **values):
        """Return a resident's page."""
        [page] = [x for x in self.wizard(**values)._pages() if x["number"] == number]
        return page

    def printed(self, wizard):
        wizard.action_print()
        report = self.env["ir.actions.report"]
        content, _kind = report._render_qweb_html("sofi_primmo.report_year", wizard.ids)
        return " ".join(html.fromstring(content).text_content().split())

    def amounts(self, statement):
        return {kind: float(statement.total(kind)) for kind in statement.sections}

    def test_services_are_told_apart(self):
        statement = self.page()["statement"]
        self.assertEqual(self.amounts(statement), {"eligible": 24.0, "open": 12.5})
        self.assertEqual(float(statement.total()), 36.5)
        self.assertIn("200301", self.wizard().open_text)
        self.service("200301", "Accompagnement", "not_eligible")
        statement = self.page()["statement"]
        expected = {"eligible": 24.0, "not_eligible": 12.5}
        self.assertEqual(self.amounts(statement), expected)
        chosen = self.wizard(tenant_ids=[(6, 0, self.tenant.ids)])
        self.assertFalse(chosen.open_text)

    def test_each_is_printed_in_the_language_of_the_resident(self):
        self.assertEqual(self.page()["lang"][:2], "fr")
        text = self.printed(self.wizard(tenant_ids=[(6, 0, self.tenant.ids)]))
        for word in ("Jeanne Tremblay", "T00123", "24,00", "maintien à domicile"):
            self.assertIn(word, text)
        self.tenant.language = "En"
        text = self.printed(self.wizard(tenant_ids=[(6, 0, self.tenant.ids)]))
        for word in ("Jeanne Tremblay", "24.00", "home-support services"):
            self.assertIn(word, text)

    def test_who_is_no_tenant_gets_one_all_the_same(self):
        page = self.page("T00455")
        self.assertEqual(float(page["statement"].total()), -8.0)
        self.assertTrue(page["name"])

    def test_what_was_given_before_the_birthday_does_not_count(self):
        self.tenant.birth_date = "1955-11-05"
        self.service("200301", "Accompagnement", "eligible")
        page = self.page()
        self.assertEqual(str(page["birthday"]), "2025-11-05")
        statement = page["statement"]
        self.assertEqual(float(statement.early), 24.0)
        self.assertEqual(float(statement.counted()), 12.5)
        self.tenant.birth_date = "1956-01-01"
        self.assertTrue(self.page()["young"])

    def test_only_what_primmo_bills_is_counted(self):
        line = self.env["sofi.charge"].search([("sofi_charge_id", "=", "900007")])
        line.state = "reexported"
        self.assertEqual(self.amounts(self.page()["statement"]), {"eligible": 24.0})
        with self.assertRaises(UserError):
            self.wizard(year=2024).action_print()

    def test_it_is_printed_from_the_list_of_residents(self):
        wizard = (
            self.env["sofi.year.wizard"]
            .with_context(active_model="primmo.tenant", active_ids=self.tenant.ids)
            .create({"year": 2025})
        )
        self.assertEqual(wizard.residence_id, self.residence)
        self.assertEqual([x["number"] for x in wizard._pages()], ["T00123"])

    def test_of_other_companies_nobody_prints(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        operator = new_test_user(
            self.env,
            "o",
            "sofi_primmo.group_sofi_operator",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        self.env.invalidate_all()
        values = {"company_id": self.residence.company_id.id, "year": 2025}
        for theirs in ({"residence_id": self.residence.id}, {}):
            with self.assertRaises(AccessError):
                wizard = self.env["sofi.year.wizard"].with_user(operator)
                wizard.create(values | theirs).action_print()
        viewer = new_test_user(self.env, "v", "sofi_primmo.group_sofi_viewer")
        with self.assertRaises(AccessError):
            self.env["sofi.year.wizard"].with_user(viewer).create({"year": 2025})
