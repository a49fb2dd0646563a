from psycopg2.errors import CheckViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import APRIL, FULL, MARCH, DaycareBillingCommon

MAY = APRIL.replace(month=5)


@tagged("post_install", "-at_install")
class TestSubsidies(DaycareBillingCommon):
    """The mother pays Melody's March, 1295.00 for 14 days; third parties help."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.melody.billing_data_ids.debtor_id = cls.mother

    def _subsidy(self, value, mode="percent", payer=None, **vals):
        return self.env["daycare.subsidy"].create(
            {
                "child_id": self.melody.id,
                "payer_id": (payer or self.commune).id,
                "mode": mode,
                "value": value,
                "date_from": "2021-01-01",
                **vals,
            }
        )

    def _occupancy(self, month=MARCH):
        self.env.invalidate_all()
        return self.env["daycare.occupancy.billing"].search([("month", "=", month)])

    # === WHOLE MONTHS ===

    def test_by_percentage_and_amount(self):
        self._subsidy(200, "amount", sequence=2)
        self._subsidy(25, payer=self.father, sequence=1)
        run = self._bill()
        self.assertEqual(
            self._paid(run),
            {self.father: 323.75, self.commune: 200.00, self.mother: 771.25},
        )
        kinds = {line.debtor_id: line.kind for line in run.billing_line_ids}
        self.assertEqual(
            kinds,
            {self.father: "subsidy", self.commune: "subsidy", self.mother: "care"},
        )
        care = run.billing_line_ids.filtered(lambda line: line.kind == "care")
        self.assertEqual(care.positions[-1]["amount"], "-523.75")

    def test_two_invoices_that_add_up(self):
        self._subsidy(40)
        run = self._bill()
        self.assertEqual(
            {move.partner_id: move.amount_total for move in run.move_ids},
            {self.mother.partner_id: 777.00, self.commune.partner_id: 518.00},
        )

    def test_an_amount_a_month_is_given_once_to_a_child_in_two_groups(self):
        other = self._group("NUR2", self.department)
        self._sector(self.melody, MARCH, "2021-03-31", {"wed": FULL}, other)
        self._subsidy(200, "amount")
        # 1295.00 in the one group, five Wednesdays in the other.
        self.assertEqual(
            self._paid(self._bill()),
            {self.commune: 200.00, self.mother: 1295.00 + 5 * 92.50 - 200.00},
        )

    def test_services_are_the_debtors(self):
        self._subsidy(100)
        meal = self.env.ref("daycare_billing.product_meal").product_variant_id
        self.melody.service_ids.create(
            {
                "child_id": self.melody.id,
                "product_id": meal.id,
                "frequency": "month",
                # A month that is begun is due.
                "date_from": "2021-03-31",
                "price_unit": 12.35,
            }
        )
        self.assertEqual(
            self._paid(self._bill()), {self.commune: 1295.00, self.mother: 12.35}
        )

    # === PARTS OF A MONTH ===

    def test_from_the_15th_on(self):
        """8 of 14 days, 740.00 of 1295.00: half of them is 370.00."""
        self._subsidy(50, date_from="2021-03-15")
        run = self._bill()
        self.assertEqual(self._paid(run), {self.commune: 370.00, self.mother: 925.00})
        self.assertEqual(
            {move.partner_id: move.amount_total for move in run.move_ids},
            {self.mother.partner_id: 925.00, self.commune.partner_id: 370.00},
        )
        html = str(run.billing_line_ids[0].explanation)
        self.assertIn("pays 50 % of the care, on 8 of 14 billed days", html)
        self.assertIn("third parties pay 370.00: 925.00 remain", html)

    def test_amount_by_the_share_of_billed_days(self):
        """200.00 × 6/14 = 85.71."""
        self._subsidy(200, "amount", date_to="2021-03-14")
        run = self._bill()
        self.assertEqual(self._paid(run), {self.commune: 85.71, self.mother: 1209.29})
        html = str(run.billing_line_ids[0].explanation)
        self.assertIn("up to 200 a month: 85.71 for 6 of 14 billed days", html)
        totals = {move.partner_id: move.amount_total for move in run.move_ids}
        self.assertEqual(
            totals, {self.mother.partner_id: 1209.30, self.commune.partner_id: 85.70}
        )

    def test_one_payer_after_the_other_in_a_flat_month(self):
        self.bracket.month_method = "flat"
        self._subsidy(100, date_to="2021-03-14")
        self._subsidy(100, payer=self.father, date_from="2021-03-15")
        self.assertEqual(
            self._paid(self._bill()), {self.commune: 475.71, self.father: 634.29}
        )

    def test_child_that_begins_within_the_month_gets_the_whole_amount(self):
        self.sector.date_from = "2021-03-15"
        self._subsidy(200, "amount")
        self.assertEqual(
            self._paid(self._bill()), {self.commune: 200.00, self.mother: 540.00}
        )

    def test_end_that_is_known_later_is_corrected(self):
        subsidy = self._subsidy(50)
        self._bill(post=True)
        subsidy.date_to = "2021-03-14"
        april = self._bill(APRIL)
        corrections = april.billing_line_ids.filtered(lambda x: x.month == MARCH)
        # 647.50 billed to the commune, half of 6 days (555.00) due.
        self.assertEqual(
            {line.debtor_id: line.amount for line in corrections},
            {self.commune: -370.00, self.mother: 370.00},
        )
        self.assertFalse(sum(corrections.mapped("days")))

    # === DAYS ===

    def test_days_of_a_child_that_third_parties_pay_for(self):
        self._subsidy(100)
        run = self._bill(post=True)
        self.assertEqual(run.move_ids.partner_id, self.commune.partner_id)
        self.assertEqual(run.billing_line_ids.days, 14)
        row = self._occupancy()
        self.assertEqual(
            (row.reserved_days, row.invoiced_days, row.amount), (14, 14, 1295.00)
        )

    def test_days_follow_who_pays_and_count_once(self):
        subsidy = self._subsidy(100)
        self._bill(post=True)
        subsidy.value = 40
        self._bill(APRIL, post=True)
        self.assertEqual(self._occupancy().invoiced_days, 14)
        subsidy.write({"mode": "amount", "value": 500})
        self._bill(MAY, post=True)
        self.assertEqual(self._occupancy().invoiced_days, 14)

    def test_days_count_once_when_the_payer_pays_as_much_for_more(self):
        """The commune pays 1295.00 before and after; the mother pays the added day."""
        self._subsidy(1295, "amount")
        self._bill(post=True)
        self.sector.line_ids.create(
            {
                "sector_id": self.sector.id,
                "weekday": "wed",
                "slot_ids": self.group.slot_ids.ids,
            }
        )
        self._bill(APRIL, post=True)
        row = self._occupancy()
        self.assertEqual((row.invoiced_days, row.amount), (19, 1295.00 + 462.50))

    def test_refused_values(self):
        subsidy = self._subsidy(40)
        self.assertEqual(
            subsidy.display_name, "Melody Mory · Aide financière Commune de Martigny"
        )
        for vals in (
            {"value": 0},
            {"value": 100.01},
            {"date_from": "2021-03-15", "date_to": "2021-03-14"},
        ):
            with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
                subsidy.write(vals)
                self.env.flush_all()
