from datetime import date

from psycopg2 import IntegrityError

from odoo.tests import Form
from odoo.tools import mute_logger

from .common import DaycareCommon


class TestIncome(DaycareCommon):
    def page(self, begin, amount, **vals):
        return self.env["daycare.income"].create(
            {
                "guardian_id": self.mother.id,
                "date_from": begin,
                "amount": amount,
                **vals,
            }
        )

    def test_page_in_force(self):
        first, second = self.page("2021-01-01", 5000), self.page("2021-06-01", 5200)
        Income = self.env["daycare.income"]
        family = self.mother | self.father
        for day, expected in [
            (date(2020, 12, 31), {}),
            (date(2021, 1, 1), {self.mother.id: first}),
            (date(2021, 5, 31), {self.mother.id: first}),
            (date(2021, 6, 1), {self.mother.id: second}),
        ]:
            with self.subTest(day=day):
                self.assertEqual(Income._in_force(family, day), expected)

    def test_one_page_per_date(self):
        self.page("2021-01-01", 5000)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.page("2021-01-01", 5100)

    def test_page_is_named_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        page = self.page("2021-02-01", 5000)
        self.assertEqual(page.display_name, "Mary Mory 02/01/2021")
        french = page.with_context(lang="fr_FR")
        self.assertEqual(french.display_name, "Mary Mory 01/02/2021")

    def test_zero_is_an_income(self):
        self.assertEqual(self.page("2021-01-01", 0).amount, 0)

    def test_negative_income_is_refused(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.page("2021-01-01", -1)

    def test_confidential_income_has_no_amount(self):
        page = self.page("2021-01-01", 0, confidential=True, raw_value="999999")
        self.assertEqual(page.raw_value, "999999")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            page.amount = 5000
            self.env.flush_all()

    def test_ticking_confidential_clears_the_amount(self):
        page = self.page("2021-01-01", 5000)
        mother = self.mother.with_user(self.user("income", "billing"))
        with Form(mother) as form, form.income_ids.edit(0) as line:
            line.confidential = True
            self.assertEqual(line.amount, 0)
        self.assertTrue(page.confidential)

    def test_currency_is_the_company_s(self):
        page = self.page("2021-01-01", 5000)
        self.assertEqual(page.currency_id, self.company.currency_id)
