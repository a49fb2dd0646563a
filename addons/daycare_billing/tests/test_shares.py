from datetime import date

from psycopg2.errors import CheckViolation

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import APRIL, MARCH, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestShares(DaycareBillingCommon):
    """Melody's March, 1295.00, is paid by her separated parents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.melody.billing_data_ids.debtor_id = cls.mother

    def _share(self, percent, **vals):
        return self.env["daycare.debtor.share"].create(
            {
                "child_id": self.melody.id,
                "guardian_id": self.father.id,
                "percent": percent,
                "date_from": "2021-01-01",
                **vals,
            }
        )

    def test_two_invoices_that_add_up(self):
        self._share(33.33)
        run = self._bill(post=True)
        # 431.6235 to the father, 863.3765 to the mother
        self.assertEqual(self._paid(run), {self.mother: 863.38, self.father: 431.62})
        self.assertEqual(sum(run.billing_line_ids.mapped("days")), 14)
        self.assertEqual(set(run.billing_line_ids.mapped("kind")), {"care"})
        own = run.move_ids.filtered(lambda m: m.partner_id == self.father.partner_id)
        names = own.invoice_line_ids.mapped("name")
        self.assertIn("March 2021, Group NUR1: share of 33.33 %", names)
        rest = (run.move_ids - own).invoice_line_ids.mapped("name")
        self.assertIn("Paid by other debtors, March 2021", rest)
        html = str(run.billing_line_ids[0].explanation)
        self.assertIn(
            "Paul Mory pays 33.33 % of 1,295.00 as another debtor: 431.62", html
        )

    def test_subsidies_first_and_services_too(self):
        meal = self.env.ref("daycare_billing.product_meal").product_variant_id
        self.melody.write(
            {
                "subsidy_ids": [
                    Command.create(
                        {
                            "payer_id": self.commune.id,
                            "value": 40,
                            "date_from": "2021-01-01",
                        }
                    )
                ],
                "service_ids": [
                    Command.create(
                        {
                            "product_id": meal.id,
                            "frequency": "month",
                            "price_unit": 8.37,
                            "date_from": "2021-01-01",
                        }
                    )
                ],
            }
        )
        self._share(50)
        run = self._bill(post=True)
        # 777.00 and 8.37: the odd centime is the debtor's
        self.assertEqual(
            self._paid(run),
            {self.commune: 518.00, self.mother: 392.69, self.father: 392.68},
        )
        own = run.move_ids.filtered(lambda m: m.partner_id == self.father.partner_id)
        self.assertIn(
            f"March 2021, {meal.name}: share of 50 %",
            own.invoice_line_ids.mapped("name"),
        )
        again = self._run(APRIL)
        again.action_compute()
        corrections = again.billing_line_ids.filtered(lambda x: x.kind == "correction")
        self.assertFalse(corrections)

    def test_a_share_typed_afterwards_is_corrected(self):
        self._bill(post=True)
        self._share(40, date_to="2021-03-31")
        run = self._bill(APRIL, post=True)
        corrected = run.billing_line_ids.filtered(lambda line: line.month == MARCH)
        self.assertEqual(
            {line.debtor_id: line.amount for line in corrected},
            {self.mother: -518.00, self.father: 518.00},
        )
        self.assertEqual(sum(corrected.mapped("days")), 0)
        april = run.billing_line_ids - corrected
        self.assertEqual(april.debtor_id, self.mother)

    def test_all_of_it(self):
        self._share(100)
        self.assertEqual(self._paid(self._bill()), {self.father: 1295.00})

    def test_statement_counts_all_debtors_as_parents(self):
        self._share(33.33)
        self._bill(post=True)
        statement = self.env["daycare.funding.statement"].create(
            {"date_from": MARCH, "date_to": MARCH}
        )
        total = statement._pages()[0]["total"]
        self.assertEqual(
            (float(total.parents), float(total.days), len(total.children)),
            (1295.00, 14, 1),
        )

    def test_what_is_refused(self):
        self._share(60)
        for vals in (
            {"percent": 41},
            {"percent": 10, "date_from": date(2021, 3, 2)},
            {"percent": 10, "date_to": date(2021, 3, 30)},
            {"percent": 10, "guardian_id": self.commune.id},
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                self._share(**vals)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._share(0)
