from datetime import date

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import FULL, MARCH, MORNING, ST_JOSEPH, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestCalculation(DaycareBillingCommon):
    """The worked numbers of the specification, from records to lines."""

    def _compute(self, month=MARCH, **vals):
        run = self._run(month, **vals)
        run.action_compute()
        self.assertEqual(run.state, "done", run.exchange_message_ids.mapped("text"))
        return run

    def _flat(self, **vals):
        self.bracket.write({"month_method": "flat", **vals})

    def test_actual_days_with_a_closed_day(self):
        self.bracket.closure_policy = "not_billed"
        self.env["daycare.closure"].create(
            {"name": "St Joseph", "date_from": ST_JOSEPH, "date_to": ST_JOSEPH}
        )
        run = self._compute()
        line = run.billing_line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "child_id": self.melody.id,
                    "debtor_id": self.commune.id,
                    "month": MARCH,
                    "kind": "care",
                    "amount": 1248.75,
                    "days": 13.5,
                    "at_maximum": False,
                }
            ],
        )
        self.assertEqual(
            [(p["quantity"], p["unit"], p["amount"]) for p in line.positions],
            [
                ("10", "92.50", "925.00"),
                ("4", "46.25", "185.00"),
                ("3", "46.25", "138.75"),
            ],
        )
        self.assertEqual(run.stage, "computed")

    def test_closed_days_are_due_by_default(self):
        self.env["daycare.closure"].create(
            {"name": "St Joseph", "date_from": ST_JOSEPH, "date_to": ST_JOSEPH}
        )
        self.assertEqual(self._compute().billing_line_ids.amount, 1295.00)

    def test_flat_month(self):
        self._flat()
        self.assertEqual(self._compute().billing_line_ids.amount, 1110.00)

    def test_flat_month_with_holidays_in_the_factor(self):
        self._flat(weeks=4.25, months_billed=11.5)
        self.assertEqual(self._compute().billing_line_ids.amount, 1130.23)

    def test_partial_month(self):
        self._flat()
        self.sector.date_from = "2021-03-15"
        self.assertEqual(self._compute().billing_line_ids.amount, 634.29)

    def test_last_day_without_presence_bills_nothing(self):
        self._flat()
        run = self._compute(date(2021, 12, 1))
        self.assertFalse(run.billing_line_ids)
        self.assertEqual(run.stage, "computed")

    def test_linear_tariff_and_weights(self):
        self.bracket.write(
            {"kind": "linear", "minimum": 12, "maximum": 120, "ceiling": 100000}
        )
        positions = self._compute().billing_line_ids.positions
        self.assertEqual([p["unit"] for p in positions], ["92.35", "46.20", "46.20"])

    def test_reve_weights(self):
        self.bracket.weight_second = 50
        positions = self._compute().billing_line_ids.positions
        self.assertEqual(positions[0]["unit"], "86.50")

    def test_confidential_and_missing_incomes_pay_the_maximum(self):
        self.mother.income_ids.write({"confidential": True, "amount": 0})
        run = self._compute()
        self.assertEqual(run.billing_line_ids.positions[0]["unit"], "104.00")
        self.assertTrue(run.billing_line_ids.at_maximum)
        self.assertIn("maximum", self._codes(run, "warning"))
        (self.mother | self.father).income_ids.unlink()
        run.action_compute()
        self.assertEqual(run.billing_line_ids.positions[0]["unit"], "104.00")

    def test_missing_income_can_stop_the_invoice(self):
        self.bracket.missing_income = "block"
        (self.mother | self.father).income_ids.unlink()
        run = self._compute()
        self.assertFalse(run.billing_line_ids)
        finding = run.exchange_message_ids.filtered(lambda f: f.code == "income")
        self.assertEqual(
            (finding.res_model, finding.res_id), ("daycare.child", self.melody.id)
        )

    def test_income_of_a_third_party_never_counts(self):
        links = self.melody.guardian_link_ids
        if self.commune not in links.guardian_id:
            links.create({"child_id": self.melody.id, "guardian_id": self.commune.id})
        self.commune.income_ids = [
            Command.create({"date_from": "2021-01-01", "amount": 99999})
        ]
        self.assertEqual(self._compute().billing_line_ids.positions[0]["unit"], "92.50")

    def test_siblings_of_one_household_not_of_one_debtor(self):
        self._flat(
            sibling_mode="each",
            sibling_ids=[Command.create({"rank": 2, "percent": 30})],
        )
        tom = self._child("Mory", "Tom", self.father, debtor=self.commune)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        stranger = self._guardian("Other", "Ann", incomes={"2021-01-01": 6200})
        colin = self._child("Other", "Colin", stranger, debtor=self.commune)
        self._sector(colin, "2021-03-01", "2021-12-31", {"wed": FULL})
        self.env["daycare.child.guardian"].create(
            {"child_id": tom.id, "guardian_id": self.mother.id, "is_secondary": True}
        )
        self.assertEqual(
            self._amounts(self._compute()),
            {"Melody": 777.00, "Tom": 259.00, "Colin": 370.00},
        )

    def test_siblings_from_the_second(self):
        self._flat(
            sibling_mode="from_second",
            sibling_ids=[Command.create({"rank": 2, "percent": 20})],
        )
        tom = self._child("Mory", "Tom", self.mother, self.father)
        self._sector(tom, "2021-03-01", "2021-12-31", {"wed": FULL})
        amounts = self._amounts(self._compute())
        self.assertEqual(amounts, {"Melody": 1110.00, "Tom": 296.00})
        self.assertEqual(sum(amounts.values()), 1406.00)

    def test_babies(self):
        self.bracket.age_ids = [Command.create({"months": 18, "percent": 20})]
        self.melody.birthdate = "2021-01-02"
        self.assertEqual(
            self._compute().billing_line_ids.positions[0]["unit"], "111.00"
        )

    def test_hours_mode(self):
        department = self.env["daycare.department"].create(
            {"name": "Hours", "code": "H", "mode": "hours"}
        )
        group = self.env["daycare.group"].create(
            {"name": "Free", "code": "FREE", "department_id": department.id}
        )
        self.sector.unlink()
        self.env["daycare.sector"].create(
            {
                "child_id": self.melody.id,
                "group_id": group.id,
                "date_from": "2021-03-01",
                "date_to": "2021-03-31",
                "line_ids": [
                    Command.create(
                        {"weekday": "mon", "hour_from": 7.5, "hour_to": 11.75}
                    )
                ],
            }
        )
        line = self._compute().billing_line_ids
        self.assertEqual(line.positions[0]["unit"], "39.30")
        self.assertEqual(line.amount, 5 * 39.30)

    def test_minutes_of_hours_are_exact(self):
        """11:30 to 12:35 at 63.00 for ten hours is 6.825, so 6.85."""
        department = self.env["daycare.department"].create(
            {"name": "Hours", "code": "H", "mode": "hours"}
        )
        group = self.env["daycare.group"].create(
            {"name": "Free", "code": "FREE", "department_id": department.id}
        )
        self.bracket.bracket_ids = [
            Command.clear(),
            Command.create({"income_from": 0, "price": 63}),
        ]
        self.sector.unlink()
        self.env["daycare.sector"].create(
            {
                "child_id": self.melody.id,
                "group_id": group.id,
                "date_from": "2021-03-01",
                "date_to": "2021-03-31",
                "line_ids": [
                    Command.create(
                        {"weekday": "mon", "hour_from": 11.5, "hour_to": 755 / 60}
                    )
                ],
            }
        )
        run = self._compute()
        line = run.billing_line_ids
        self.assertEqual(line.amount, 34.25)
        self.assertIn("5 days of 1:05 hours", line.explanation)
        run.action_invoice()
        self.assertIn("11:30–12:35", run.move_ids.invoice_line_ids[-1].name)
        self.bracket.write({"month_method": "flat"})
        run.action_compute()
        run.action_invoice()
        self.assertIn("0.11 days a week", run.move_ids.invoice_line_ids[-1].name)

    def test_maximum_is_due_from_ceiling_and_deduction_on(self):
        self.bracket.write(
            {
                "kind": "linear",
                "minimum": 20,
                "maximum": 120,
                "ceiling": 114000,
                "deduction": 30000,
            }
        )
        self.assertEqual(self.bracket.maximum_from, 144000)
        self.father.income_ids.unlink()
        for yearly, price in ((144000, "120.00"), (143000, "119.10"), (30000, "20.00")):
            with self.subTest(yearly=yearly):
                self.mother.income_ids.amount = yearly / 12
                run = self._compute()
                self.assertEqual(run.billing_line_ids.positions[0]["unit"], price)
                run.unlink()

    def test_department_tariff_before_the_general_one(self):
        self._tariff(
            "Nursery",
            department_ids=[Command.set(self.department.ids)],
            kind="linear",
            minimum=12,
            maximum=120,
        )
        self.assertEqual(self._compute().billing_line_ids.positions[0]["unit"], "92.35")

    def test_no_tariff_is_an_error_with_a_link(self):
        self.bracket.date_to = "2020-12-31"
        run = self._compute()
        self.assertFalse(run.billing_line_ids)
        self.assertEqual(self._codes(run, "error"), ["no_tariff"])

    def test_overlapping_placements_bill_no_day_twice(self):
        self._sector(
            self.melody, "2021-03-08", "2021-03-31", {"mon": FULL, "thu": MORNING}
        )
        run = self._compute()
        self.assertEqual(run.billing_line_ids.amount, 1295.00)
        self.assertIn("overlap", self._codes(run, "warning"))

    def test_two_groups_give_two_lines(self):
        other = self._group("NUR2", self.department)
        self._sector(self.melody, "2021-03-01", "2021-03-31", {"wed": FULL}, other)
        lines = self._compute().billing_line_ids
        self.assertEqual(
            {line.group_id.code: line.amount for line in lines},
            {"NUR1": 1295.00, "NUR2": 462.50},
        )

    def test_debtor_is_the_page_in_force_on_the_first(self):
        self.env["daycare.billing.data"].create(
            {
                "child_id": self.melody.id,
                "date_from": "2021-03-02",
                "debtor_id": self.mother.id,
            }
        )
        self.assertEqual(self._compute().billing_line_ids.debtor_id, self.commune)
        april = self._compute(date(2021, 4, 1), with_corrections=False)
        self.assertEqual(april.billing_line_ids.debtor_id, self.mother)

    def test_first_page_pays_before_its_date_and_the_main_parent_without_any(self):
        self.melody.billing_data_ids.date_from = "2021-06-01"
        self.assertEqual(self._compute().billing_line_ids.debtor_id, self.commune)
        self.melody.billing_data_ids.unlink()
        run = self._compute(date(2021, 4, 1), with_corrections=False)
        self.assertEqual(run.billing_line_ids.debtor_id, self.mother)

    def test_in_advance_bills_the_following_month(self):
        run = self._compute(date(2021, 2, 1), service_period="next")
        self.assertEqual(run.service_month, MARCH)
        self.assertEqual(run.billing_line_ids.month, MARCH)
        self.assertEqual(run.billing_line_ids.amount, 1295.00)

    def test_services_once_monthly_and_daily(self):
        fee = self.env.ref("daycare_billing.product_registration").product_variant_id
        meal = self.env.ref("daycare_billing.product_meal").product_variant_id
        self.melody.service_ids = [
            Command.create({"product_id": fee.id, "date_from": "2021-03-10"}),
            Command.create(
                {"product_id": meal.id, "frequency": "day", "date_from": "2021-03-08"}
            ),
            Command.create(
                {
                    "product_id": fee.id,
                    "frequency": "month",
                    "date_from": "2021-01-01",
                    "quantity": 2,
                    "price_unit": 10.33,
                }
            ),
        ]
        run = self._compute()
        services = run.billing_line_ids.filtered(lambda line: line.kind == "service")
        # From Monday 8 March: 4 Mondays, 4 Tuesdays, 3 Thursdays and 3 Fridays.
        self.assertEqual(sorted(services.mapped("amount")), [20.66, 50.00, 14 * 8.50])
        april = self._compute(date(2021, 4, 1), with_corrections=False)
        self.assertNotIn(50.00, april.billing_line_ids.mapped("amount"))

    def test_a_meal_only_where_its_slot_is_booked(self):
        product = self.env.ref("daycare_billing.product_meal").product_variant_id
        noon = {"number": 7, "name": "Meal", "hour_from": 11, "hour_to": 12.5}
        meals = self.env["daycare.slot"].create(
            [
                {**noon, "group_id": group.id}
                for group in (self.group, self._group("NUR2", self.department))
            ]
        )
        monday, tuesday = self.sector.line_ids.sorted("day")[:2]
        monday.slot_ids |= meals[0]
        with self.assertRaisesRegex(ValidationError, "choose the slots"):
            self.melody.service_ids = [
                Command.create({"product_id": product.id, "frequency": "slot"})
            ]
        self.melody.service_ids = [
            Command.create(
                {
                    "product_id": product.id,
                    "frequency": "slot",
                    "date_from": "2021-03-08",
                    "slot_ids": [Command.set(meals.ids)],
                }
            )
        ]
        run = self._compute()
        line = run.billing_line_ids.filtered(lambda line: line.kind == "service")
        # the same again, with a calendar: Mondays from the 8th
        days = [day for day in range(8, 32) if date(2021, 3, day).weekday() == 0]
        self.assertEqual(line.amount, len(days) * 8.50)
        self.assertIn("4 × 8.50 = 34.00", str(line.explanation))
        self.env["daycare.closure"].create(
            {"name": "Bridge", "date_from": "2021-03-15"}
        )
        care = run.billing_line_ids - line
        before = care.amount
        run.action_compute()
        line = run.billing_line_ids.filtered(lambda line: line.kind == "service")
        self.assertEqual(line.amount, (len(days) - 1) * 8.50)
        care = run.billing_line_ids - line
        self.assertEqual(care.amount, before, "a slot worth nothing costs no care")
        # with the meal or without, Monday and Tuesday are one line of the invoice
        self.assertEqual(
            [position["weekdays"] for position in care.positions], [[0, 1], [3], [4]]
        )
        run.action_invoice()
        run.action_post()
        tuesday.slot_ids |= meals[0]
        april = self._compute(date(2021, 4, 1))
        amounts = {
            (line.month.month, line.kind): line.amount
            for line in april.billing_line_ids
            if line.service_id
        }
        tuesdays = [day for day in range(8, 32) if date(2021, 3, day).weekday() == 1]
        in_april = [
            day for day in range(1, 31) if date(2021, 4, day).weekday() in (0, 1)
        ]
        self.assertEqual(
            amounts,
            {
                (3, "correction"): len(tuesdays) * 8.50,
                (4, "service"): len(in_april) * 8.50,
            },
        )

    def test_registration_fee_without_placement(self):
        fee = self.env.ref("daycare_billing.product_registration").product_variant_id
        colin = self._child("Other", "Colin", self.mother)
        colin.service_ids = [
            Command.create({"product_id": fee.id, "date_from": "2021-03-10"})
        ]
        self.assertEqual(self._amounts(self._compute())["Colin"], 50.00)

    def test_explanation_in_two_languages(self):
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        self.env["ir.module.module"].sudo().search(
            [("name", "=", "daycare_billing")]
        )._update_translations(["fr_FR"])
        line = self._compute().billing_line_ids
        french = str(line.with_context(lang="fr_FR").explanation)
        # as the lists of each language write it: «6 200,00», «6,200.00»
        lang = self.env["res.lang"]._lang_get("fr_FR")
        amount = lang.format("%.2f", 6200.0, grouping=True)
        self.assertIn(f"Revenu déterminant du ménage\u00a0: {amount}", french)
        self.assertIn("10 × 92,50 = 925,00", french)
        self.assertIn("01/01/2021", french)
        html = str(line.explanation)
        for text in ("5,000.00", "1,200.00", "6,200.00", "10 × 92.50 = 925.00"):
            self.assertIn(text, html)
        self.assertIn("Household income", html)

    def test_child_without_placement_is_named(self):
        colin = self._child("Other", "Colin", self.mother)
        run = self._compute()
        finding = run.exchange_message_ids.filtered(lambda f: f.code == "no_placement")
        self.assertEqual(finding.res_id, colin.id)

    def test_nobody_pays(self):
        self.melody.billing_data_ids.unlink()
        self.melody.guardian_link_ids.unlink()
        run = self._compute()
        self.assertFalse(run.billing_line_ids)
        self.assertIn("debtor", self._codes(run, "error"))

    def test_month_of_closed_days_bills_nothing_and_says_so(self):
        self.bracket.closure_policy = "not_billed"
        self.env["daycare.closure"].create(
            {
                "name": "Water damage",
                "date_from": "2021-02-27",
                "date_to": "2021-04-02",
                "group_ids": [Command.set(self.group.ids)],
            }
        )
        run = self._compute()
        self.assertFalse(run.billing_line_ids)
        self.assertEqual(self._codes(run), ["bank_account"])
        self.assertEqual(run.stage, "computed")
