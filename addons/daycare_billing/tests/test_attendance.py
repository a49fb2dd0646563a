from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import APRIL, MARCH, MELODY_WEEK, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestAttendance(DaycareBillingCommon):
    """Absences and extra days are invoiced, once and only once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.educator = new_test_user(
            cls.env(su=True),
            "daycare_educator",
            "daycare.group_daycare_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.illness = cls.env["daycare.absence.reason"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.illness.write({"credit_percent": 40, "free_days": 2})

    def _absent(self, begin, end, **vals):
        return (
            self.env["daycare.absence"]
            .with_user(self.educator)
            .create(
                {
                    "child_id": self.melody.id,
                    "date_from": begin,
                    "date_to": end,
                    "reason_id": self.illness.id,
                    **vals,
                }
            )
        )

    def _extra(self, day, **vals):
        return (
            self.env["daycare.extra.day"]
            .with_user(self.educator)
            .create(
                {
                    "child_id": self.melody.id,
                    "date": day,
                    "group_id": self.group.id,
                    **vals,
                }
            )
        )

    def test_month_with_both(self):
        self.melody.service_ids = [
            Command.create(
                {
                    "product_id": self.env.ref(
                        "daycare_billing.product_meal"
                    ).product_variant_id.id,
                    "frequency": "day",
                    "price_unit": 10,
                    "date_from": "2021-01-01",
                }
            )
        ]
        self._extra("2021-03-03")  # a Wednesday
        # Mon, Tue, Thu, Fri, Mon: the third on are credited
        self._absent("2021-03-08", "2021-03-15", certificate=True)
        run = self._bill(post=True)
        care = run.billing_line_ids.filtered(lambda line: line.kind == "care")
        # 1295 + 92.50 − 40 % of 46.25 + 46.25 + 92.50
        self.assertEqual(care.amount, 1313.5)
        self.assertEqual(care.days, 14.2)
        meals = run.billing_line_ids.filtered(lambda line: line.kind == "service")
        self.assertEqual(meals.amount, 190)  # 18 days and the extra one
        names = run.move_ids.invoice_line_ids.mapped("name")
        self.assertIn("March 2021, Group NUR1: extra day 3.3., full day", names)
        for day in ("11.3.", "12.3.", "15.3."):
            self.assertIn(f"March 2021, Group NUR1: credit for absence {day}", names)
        self.assertEqual(run.move_ids.amount_total, 1503.5)
        self.assertIn("40 % of 1 day are credited", str(care.explanation))

    def test_without_meals(self):
        self.illness.credit_services = True
        self.melody.service_ids = [
            Command.create(
                {
                    "product_id": self.env.ref(
                        "daycare_billing.product_meal"
                    ).product_variant_id.id,
                    "frequency": frequency,
                    "slot_ids": [Command.set(self.group.slot_ids[:3].ids)],
                    "price_unit": 10,
                    "date_from": "2021-01-01",
                }
            )
            for frequency in ("day", "slot")
        ]
        self._absent("2021-03-08", "2021-03-15")
        lines = self._bill().billing_line_ids
        services = lines.filtered(lambda line: line.kind == "service")
        # of 18 days 5; of 14 with a morning (Fridays none) 4
        self.assertEqual(sorted(services.mapped("amount")), [100, 130])

    def test_typed_after_the_invoice_comes_with_the_next_one_once(self):
        self._bill(post=True)
        extra = self._extra("2021-03-03")
        self._absent("2021-03-08", "2021-03-15", certificate=True)
        april = self._bill(APRIL, post=True)
        corrections = april.billing_line_ids.filtered(
            lambda line: line.kind == "correction"
        )
        self.assertEqual(corrections.mapped("amount"), [92.5 - 74])
        extra.action_remove()
        again = self._bill(APRIL, post=True)
        [correction] = again.billing_line_ids
        self.assertEqual((correction.month, correction.amount), (MARCH, -92.5))
        self.assertFalse(self._bill(APRIL).billing_line_ids)

    def test_certificate_that_comes_late(self):
        absence = self._absent("2021-03-08", "2021-03-15")
        run = self._bill(post=True)
        self.assertEqual(self._amounts(run), {"Melody": 1295})
        self.assertEqual(self._codes(run, "info"), ["certificate"])
        absence.certificate = True
        april = self._bill(APRIL, post=True)
        corrections = april.billing_line_ids.filtered(
            lambda line: line.kind == "correction"
        )
        self.assertEqual(corrections.mapped("amount"), [-74])

    def test_an_absence_that_goes_on_credits_the_month_before(self):
        self.illness.write({"free_days": 5, "from_first": True, "certificate": False})
        self._absent("2021-03-23", "2021-03-31")  # five reserved days
        self.assertEqual(self._amounts(self._bill(post=True)), {"Melody": 1295})
        self._absent("2021-04-01", "2021-04-01")
        april = self._bill(APRIL, post=True)
        correction = april.billing_line_ids.filtered(
            lambda line: line.kind == "correction"
        )
        # Tue, Thu, Fri, Mon, Tue of March
        self.assertEqual(correction.amount, -148)

    def test_what_is_typed_after_the_calculation_is_told(self):
        run = self._run()
        run.action_compute()
        self._extra("2021-03-03")
        run.action_invoice()
        self.assertIn("changed", self._codes(run))

    def test_child_who_comes_for_an_extra_day_only(self):
        lea = self._child("Rochat", "Lea", self.mother)
        self._extra("2021-03-03", child_id=lea.id)
        self.assertEqual(self._amounts(self._bill())["Lea"], 81)

    def test_extra_day_costs_more_where_the_tariff_says_so(self):
        self.bracket.extra_surcharge = 20
        self._extra("2021-03-03")
        self.assertEqual(self._amounts(self._bill()), {"Melody": 1295 + 111})

    def test_educators_see_no_money(self):
        self._extra("2021-03-03")
        for name in ("credit_percent", "free_days", "from_first", "credit_services"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.illness.with_user(self.educator).read([name])
        views = self.illness.with_user(self.educator).get_views([(False, "form")])
        self.assertNotIn("credit_percent", views["views"]["form"]["arch"])
        for model in ("daycare.absence", "daycare.extra.day", "daycare.absence.reason"):
            known = self.env[model].with_user(self.educator).fields_get()
            kinds = {field["type"] for field in known.values()}
            self.assertNotIn("monetary", kinds, model)

    def test_placements_that_an_import_rebuilds_change_no_credit(self):
        self._absent("2021-03-08", "2021-03-15", certificate=True)
        run = self._bill(post=True)
        amounts = self._amounts(run)
        self.sector.unlink()
        self._sector(self.melody, "2021-03-01", "2021-12-01", MELODY_WEEK)
        april = self._bill(APRIL)
        kinds = set(april.billing_line_ids.mapped("kind"))
        self.assertEqual((amounts, kinds), ({"Melody": 1221}, {"care"}))
