from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .test_bill_services import BillCase

#: days overdue -> bracket
CASES = {
    -5: "0",
    0: "0",
    1: "1",
    30: "1",
    31: "2",
    60: "2",
    61: "3",
    90: "3",
    91: "4",
    400: "4",
}


@tagged("post_install", "-at_install")
class TestAgeing(BillCase):
    """How long bills have been due, on the overview."""

    def setUp(self):
        super().setUp()
        # a day that does not end while the test runs
        noon = freeze_time("2026-02-03 12:00", tick=True)
        noon.start()
        self.addCleanup(noon.stop)
        self.today = fields.Date.context_today(self.bill)
        self.moves = self.env["account.move"].with_user(self.accountant)

    def _due(self, days):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET invoice_date_due = %s WHERE id = %s",
            (self.today - timedelta(days=days), self.bill.id),
        )
        self.env.invalidate_all()

    def _groups(self, *measures):
        return self.moves._read_group(
            [("id", "in", self.bill.ids)], ["openimis_ageing"], ["__count", *measures]
        )

    def test_brackets_computed_searched_and_grouped_alike(self):
        self.bill.action_post()
        for days, bracket in CASES.items():
            with self.subTest(days=days):
                self._due(days)
                self.assertEqual(self.bill.openimis_ageing, bracket)
                self.assertEqual(self._groups(), [(bracket, 1)])
                for other in "01234":
                    found = self.moves.search(
                        [("id", "=", self.bill.id), ("openimis_ageing", "=", other)]
                    )
                    self.assertEqual(bool(found), other == bracket, other)

    def test_only_what_is_open_has_an_age(self):
        self._due(10)
        self.assertFalse(self.bill.openimis_ageing)
        self.assertEqual(self._groups(), [(False, 1)])
        self.bill.action_post()
        self._pay(self.bill, 300)
        self.env.flush_all()
        self.assertEqual(
            self._groups("amount_residual_signed:sum"),
            [(self.bill.openimis_ageing, 1, -500)],
        )
        self._pay(self.bill, 500)
        self.env.flush_all()
        self.assertFalse(self.bill.openimis_ageing)
        self.assertEqual(self._groups(), [(False, 1)])
        without = [("id", "=", self.bill.id), ("openimis_ageing", "=", False)]
        self.assertEqual(self.moves.search(without), self.bill)
        self.assertFalse(
            self.moves.search([*without[:1], ("openimis_ageing", "!=", False)])
        )

    def test_web_client_offers_to_group_by_it(self):
        description = self.moves.fields_get(["openimis_ageing"])["openimis_ageing"]
        self.assertTrue(description["groupable"])
        self.assertTrue(description["searchable"])
        brackets = [value for value, _label in description["selection"]]
        self.assertEqual(brackets, list("01234"))

    def test_bracket_of_the_web_client_opens_its_bills(self):
        self.bill.action_post()
        self._due(45)
        [group] = self.moves.formatted_read_group(
            [("id", "in", self.bill.ids)], ["openimis_ageing"], ["__count"]
        )
        self.assertEqual(group["openimis_ageing"], "2")
        self.assertEqual(
            self.moves.search([("id", "in", self.bill.ids), *group["__extra_domain"]]),
            self.bill,
        )
