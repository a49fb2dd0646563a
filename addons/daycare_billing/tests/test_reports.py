import re

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import APRIL, FULL, MARCH, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestReports(DaycareBillingCommon):
    """Occupancy against invoices, incomes to review, the third party's list."""

    def _review(self, child):
        return self.env["daycare.income.review"].search([("child_id", "=", child.id)])

    def test_occupancy_and_invoiced_places(self):
        run = self._bill()
        row = self.env["daycare.occupancy.billing"].search([])
        self.assertRecordValues(
            row,
            [
                {
                    "group_id": self.group.id,
                    "month": MARCH,
                    "capacity_days": 230,
                    "reserved_days": 14,
                    "invoiced_days": 0,
                    "amount": 0,
                }
            ],
        )
        self.assertAlmostEqual(row.occupancy, 6.1, 1)
        run.action_post()
        self.env.invalidate_all()
        self.assertEqual((row.invoiced_days, row.amount), (14, 1295.00))

    def test_all_reports_count_a_day_as_billing_does(self):
        """Two lines of hours on a day have one least share; overlaps count once."""
        department = self.env["daycare.department"].create(
            {"name": "Hours", "code": "H", "mode": "hours"}
        )
        group = self._group("H1", department)
        self._tariff(
            "Pupils",
            department_ids=[Command.link(department.id)],
            reference_hours=9,
            minimum_share=25,
        )
        weeks = (
            {"mon": [(11.5, 13), (15, 16)], "tue": [(7, 7.25), (16, 16.5)]},
            {"wed": [(8, 12), (11, 14.25)], "thu": [(8, 12), (8, 12)]},
            {"fri": [(6, 18), (17, 19)], "mon": [(11.5, 12 + 35 / 60)]},
        )
        for number, week in enumerate(weeks):
            child = self._child("Pupil", f"N{number}", self.mother)
            self.env["daycare.sector"].create(
                {
                    "child_id": child.id,
                    "group_id": group.id,
                    "date_from": MARCH,
                    "date_to": "2021-03-31",
                    "line_ids": [
                        Command.create({"weekday": day, "hour_from": a, "hour_to": b})
                        for day, spans in week.items()
                        for a, b in spans
                    ],
                }
            )
        self._bill(post=True)
        row = self.env["daycare.occupancy.billing"].search(
            [("group_id", "=", group.id)]
        )
        # five Mondays, Tuesdays and Wednesdays, four Thursdays and Fridays
        weekly = {
            "mon": 2.5 / 9 + 0.25,
            "tue": 0.25,
            "wed": 6.25 / 9,
            "thu": 4 / 9,
            "fri": 1.0,
        }
        days = sum(
            share * (5 if day in ("mon", "tue", "wed") else 4)
            for day, share in weekly.items()
        )
        self.assertAlmostEqual(row.reserved_days, days, 2)
        self.assertAlmostEqual(row.invoiced_days, days, 1)
        report = self.env["daycare.presence.report"].search(
            [("group_id", "=", group.id)]
        )
        found = {}
        for line in report:
            found[line.weekday] = found.get(line.weekday, 0) + line.day_share
        for number, share in enumerate(weekly.values(), 1):
            self.assertAlmostEqual(found[str(number)], share, 3)

    def test_placed_twice_is_there_once(self):
        other = self._group("NUR2", self.department)
        self._sector(self.melody, "2021-03-01", "2021-03-31", {"mon": FULL}, other)
        self._bill(post=True)
        rows = self.env["daycare.occupancy.billing"].search([])
        for row in rows:
            self.assertAlmostEqual(row.reserved_days, row.invoiced_days, 2)

    def test_hours_of_a_day_are_those_of_the_tariff(self):
        department = self.env["daycare.department"].create(
            {"name": "Hours", "code": "H", "mode": "hours"}
        )
        group = self._group("H1", department)
        self._tariff(
            "Eight hours a day",
            department_ids=[Command.link(department.id)],
            reference_hours=8,
            minimum_share=75,
        )
        child = self._child("Mory", "Tim", self.mother)
        spans = {"mon": (8, 12), "tue": (8, 16), "wed": (8, 18)}
        self.env["daycare.sector"].create(
            {
                "child_id": child.id,
                "group_id": group.id,
                "date_from": MARCH,
                "date_to": "2021-03-31",
                "line_ids": [
                    Command.create({"weekday": day, "hour_from": a, "hour_to": b})
                    for day, (a, b) in spans.items()
                ],
            }
        )
        self._bill(post=True)
        row = self.env["daycare.occupancy.billing"].search(
            [("group_id", "=", group.id)]
        )
        # five of each weekday; four hours count as three quarters of a day
        self.assertEqual(row.reserved_days, 5 * (0.75 + 1 + 1))
        self.assertEqual(row.invoiced_days, row.reserved_days)

    def test_revenue_by_group_and_month(self):
        other = self._group("NUR2", self.department)
        self._sector(self.melody, "2021-03-01", "2021-03-31", {"wed": FULL}, other)
        self._bill(post=True)
        self._bill(APRIL, post=True)
        groups = self.env["daycare.billing.line"]._read_group(
            [("billing_move_id.state", "=", "posted")],
            ["group_id", "month:month"],
            ["amount:sum"],
        )
        revenue = {(group.code, month): amount for group, month, amount in groups}
        self.assertEqual(revenue["NUR1", MARCH], 1295.00)
        self.assertEqual(revenue["NUR2", MARCH], 462.50)
        items = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.income_account.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertAlmostEqual(sum(revenue.values()), -sum(items.mapped("balance")), 2)

    @freeze_time("2026-02-03 12:00", tick=True)
    def test_incomes_to_review(self):
        today = fields.Date.today()
        week = {"mon": FULL}
        self.sector.write({"date_to": fields.Date.add(today, months=6)})
        self.assertEqual(self._review(self.melody).status, "outdated")
        self.mother.income_ids = [
            Command.create(
                {"date_from": fields.Date.subtract(today, months=1), "amount": 1}
            )
        ]
        self.env.invalidate_all()
        self.assertEqual(self._review(self.melody).status, "current")
        poor = self._guardian("Without", "Income")
        colin = self._child("Without", "Colin", poor)
        self.assertFalse(self._review(colin))
        self._sector(colin, today, fields.Date.add(today, months=1), week)
        self.assertEqual(self._review(colin).status, "missing")
        poor.income_ids = [Command.create({"date_from": today, "confidential": True})]
        self.env.invalidate_all()
        self.assertEqual(self._review(colin).status, "confidential")
        action = self._review(colin).action_open_guardian()
        self.assertEqual((action["res_model"], action["res_id"]), (poor._name, poor.id))

    def test_list_per_child_for_the_third_party(self):
        tom = self._child("Mory", "Tom", self.mother, self.father, debtor=self.commune)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        move = self._bill(post=True).move_ids
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_debtor_list", move.ids
        )
        text = html.decode()
        for expected in ("Total Melody Mory", "Total Tom Mory", "1,757.50", move.name):
            self.assertIn(expected, text)
        self.assertNotIn("5000", text)

    def test_list_adds_up_to_the_invoice(self):
        """1110.00 × 8/14 = 634.29 on the line, 634.30 on invoice and list."""
        self.bracket.month_method = "flat"
        self.sector.date_from = "2021-03-15"
        move = self._bill(post=True).move_ids
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "daycare_billing.report_debtor_list", move.ids
        )
        amounts = re.findall(r"oe_currency_value\">(-?[\d.,]+)<", html.decode())
        self.assertEqual(amounts, ["634.29", "634.29", "0.01", "634.30"])
        self.assertEqual(move.amount_total, 634.30)

    def test_list_of_a_credit_note_gives_back(self):
        self.bracket.month_method = "flat"
        self._bill(post=True)
        self.sector.write({"date_from": "2021-03-15", "date_to": "2021-03-31"})
        move = self._bill(APRIL, post=True).move_ids
        self.assertEqual((move.move_type, move.amount_total), ("out_refund", 475.70))
        self.assertEqual(round(move._daycare_rounding(), 2), 0.01)
        lines = move._daycare_lines()
        self.assertEqual(lines.mapped("amount"), [-475.71])
