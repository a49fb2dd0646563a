from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.tests import freeze_time
from odoo.tools import mute_logger

from .common import DaycareCommon


@freeze_time("2021-06-15")
class TestBillingData(DaycareCommon):
    def page(self, begin, debtor, **vals):
        return self.env["daycare.billing.data"].create(
            {
                "child_id": self.child.id,
                "date_from": begin,
                "debtor_id": debtor.id,
                **vals,
            }
        )

    def debtors(self):
        return self.child.guardian_link_ids.filtered("is_debtor").guardian_id

    def test_page_in_force_else_the_first(self):
        first = self.page("2021-01-01", self.mother)
        second = self.page("2021-06-01", self.father)
        Page = self.env["daycare.billing.data"]
        for day, expected in [
            (date(2020, 1, 1), first),
            (date(2021, 5, 31), first),
            (date(2021, 6, 1), second),
        ]:
            with self.subTest(day=day):
                self.assertEqual(
                    Page._in_force(self.child, day), {self.child.id: expected}
                )

    def test_page_is_named_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        page = self.page("2021-02-01", self.mother)
        self.assertEqual(page.display_name, "Melody Mory 02/01/2021")
        french = page.with_context(lang="fr_FR")
        self.assertEqual(french.display_name, "Melody Mory 01/02/2021")

    def test_child_without_page_is_absent(self):
        Page = self.env["daycare.billing.data"]
        self.assertEqual(Page._in_force(self.child, date(2021, 1, 1)), {})

    def test_one_page_per_date(self):
        self.page("2021-01-01", self.mother)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.page("2021-01-01", self.father)

    def test_page_by_hand_marks_the_debtor_in_the_family(self):
        self.page("2021-01-01", self.mother)
        self.assertEqual(self.debtors(), self.mother)
        page = self.page("2021-06-01", self.father)
        self.assertEqual(self.debtors(), self.father)
        page.debtor_id = self.mother
        self.assertEqual(self.debtors(), self.mother)
        self.assertEqual(len(self.child.guardian_link_ids), 2)

    def test_page_to_come_leaves_today_s_debtor(self):
        self.page("2021-01-01", self.mother)
        self.page("2021-07-01", self.father)
        self.assertEqual(self.debtors(), self.mother)

    def test_imported_page_leaves_the_family_to_the_import(self):
        self.page("2021-01-01", self.mother, origin="kibe")
        self.assertFalse(self.child.guardian_link_ids)

    def link(self, guardian, **vals):
        return self.Link.create(
            {"child_id": self.child.id, "guardian_id": guardian.id, **vals}
        )

    def check_debtor(self, debtor):
        """One truth: the flag of each link, the search for it, and the page."""
        self.env.invalidate_all()
        links = self.child.guardian_link_ids
        self.assertEqual(links.filtered("is_debtor").guardian_id, debtor)
        mine = [("child_id", "=", self.child.id)]
        found = self.Link.search([*mine, ("is_debtor", "=", True)])
        self.assertEqual(found.guardian_id, debtor)
        others = self.Link.search([*mine, ("is_debtor", "=", False)])
        self.assertEqual(found | others, links)

    def test_main_parent_is_the_debtor_without_pages(self):
        self.link(self.mother, is_main=True)
        self.link(self.father, is_secondary=True)
        self.check_debtor(self.mother)

    def test_flag_follows_the_page_in_force_as_time_goes_by(self):
        self.link(self.mother, is_main=True)
        self.link(self.father)
        self.page("2021-03-01", self.father)
        self.page("2021-08-01", self.mother)
        self.check_debtor(self.father)
        with freeze_time("2021-08-01"):
            self.check_debtor(self.mother)
        with freeze_time("2021-01-01"):
            self.check_debtor(self.father)

    def test_flag_ticked_writes_the_page_that_billing_reads(self):
        self.link(self.mother, is_main=True)
        father = self.link(self.father)
        father.action_make_debtor()
        page = self.child.billing_data_ids
        self.assertEqual(page.debtor_id, self.father)
        self.assertEqual(page.date_from, date(2021, 6, 1))
        self.check_debtor(self.father)

    def test_debtor_changes_from_this_month_on_and_not_before(self):
        self.page("2021-01-01", self.mother)
        self.link(self.father, is_debtor=True)
        pages = self.child.billing_data_ids.sorted("date_from")
        self.assertEqual(pages.debtor_id.mapped("id"), [self.mother.id, self.father.id])
        self.assertEqual(
            pages.mapped("date_from"), [date(2021, 1, 1), date(2021, 6, 1)]
        )
        self.check_debtor(self.father)

    def test_months_that_are_over_stay_with_who_paid_them(self):
        """A first page counts for the time before it, too."""
        self.place(self.child, {"mon": [1]})
        self.link(self.mother, is_main=True)
        father = self.link(self.father)
        for pages, what in ((None, "no page"), ("2021-06-01", "begun this month")):
            with self.subTest(what):
                self.child.billing_data_ids.unlink()
                if pages:
                    self.page(pages, self.mother)
                father.action_make_debtor()
                self.check_debtor(self.father)
                for day, payer in (("03-31", self.mother), ("06-30", self.father)):
                    with freeze_time(f"2021-{day}"):
                        self.check_debtor(payer)

    def test_page_begun_this_month_is_changed(self):
        page = self.page("2021-06-10", self.mother)
        self.link(self.father).is_debtor = True
        self.assertEqual(self.child.billing_data_ids, page)
        self.check_debtor(self.father)

    def test_nobody_stops_paying_without_an_heir(self):
        link = self.link(self.mother, is_main=True)
        with self.assertRaisesRegex(UserError, "instead of Mary Mory"):
            link.is_debtor = False
