from odoo.tests import tagged

from .common import ITEM, SERVICE, OpenimisCase

BACK = {
    "deleted draft": lambda bills: bills.unlink(),
    "cancelled": lambda bills: bills.button_cancel(),
    "bill deleted": lambda bills: bills.openimis_bill_delete(),
    "bill deleted after validation": lambda bills: (
        bills.action_post(),
        bills.openimis_bill_delete(),
    ),
}


@tagged("post_install", "-at_install")
class TestClosingUndo(OpenimisCase):
    """What a closing wrote goes with its last bill; corrections count then."""

    def _june(self, **vals):
        closing = self._closing(
            self.clerk,
            date_from="2026-06-01",
            date_to="2026-06-30",
            invoice_date="2026-06-30",
            **vals,
        )
        closing.action_generate()
        return closing

    def _processed(self, code, *lines, **vals):
        vals = {"date_from": "2026-06-10", "date_to": "2026-06-10", **vals}
        return self._claim(code, *lines, status="8", **vals)

    def _bills(self, closing):
        return closing.move_ids.with_user(self.accountant)

    def _premium(self, amount):
        policy = self.env["openimis.policy"].create(
            {
                "company_id": self.company.id,
                "product_id": self.product.id,
                "date_effective": "2026-06-01",
                "date_expiry": "2026-07-01",
            }
        )
        return self.env["openimis.premium"].create(
            {
                "company_id": self.company.id,
                "policy_id": policy.id,
                "amount": amount,
                "date_paid": "2026-06-01",
            }
        )

    def test_corrections_count_in_the_next_closing(self):
        for number, (way, take_back) in enumerate(BACK.items()):
            with self.subTest(way):
                claim = self._processed(
                    f"C{number}", SERVICE, remunerated=0, approved=200
                )
                closing = self._june()
                bills = self._bills(closing)
                self.assertEqual(bills.amount_total, 200)
                self.assertEqual((claim.status, claim.remunerated), ("16", 200))
                take_back(bills)
                self.assertRecordValues(
                    claim,
                    [
                        {
                            "status": "8",
                            "valuated": 0,
                            "remunerated": 0,
                            "billing_state": "to_bill",
                            "batch_run_id": False,
                        }
                    ],
                )
                self.assertFalse(claim.line_ids.remunerated_amount_given)
                claim.line_ids.qty_approved = 1
                again = self._june()
                self.assertEqual(self._bills(again).amount_total, 100)
                self._bills(again).openimis_bill_delete()
                claim.line_ids.status = "2"
                last = self._june()
                self.assertEqual(self._bills(last).amount_total, 0)
                claim.billing_excluded = True

    def test_what_openimis_remunerated_stays(self):
        claim = self._processed(
            "C1", {**SERVICE, "remunerated_amount": 150}, ITEM, remunerated=150
        )
        bills = self._bills(self._june())
        self.assertEqual(claim.remunerated, 450)
        bills.unlink()
        self.assertEqual(claim.remunerated, 150)
        self.assertEqual(
            claim.line_ids.mapped("remunerated_amount_given"), [True, False]
        )

    def test_what_openimis_wrote_since_stays(self):
        claim = self._processed("C1", SERVICE, ITEM)
        bills = self._bills(self._june())
        claim.line_ids[0].remunerated_amount = 0
        claim.remunerated = 300
        bills.unlink()
        self.assertEqual((claim.status, claim.remunerated), ("8", 300))
        self.assertEqual(
            claim.line_ids.mapped("remunerated_amount_given"), [True, False]
        )
        self.assertEqual(self._bills(self._june()).amount_total, 300)

    def test_worth_in_openimis_is_not_what_a_closing_wrote(self):
        claim = self._processed("C1", SERVICE)
        self._june()
        claim.line_ids.price_approved = 30
        self.assertEqual(claim._worth()[claim.id], 60)

    def test_a_bill_that_comes_back_brings_its_valuation(self):
        claim = self._processed("C1", {**SERVICE, "price_origin": "R"})
        self._premium(100)
        bills = self._bills(self._june())
        bills.button_cancel()
        self.assertEqual((claim.status, claim.remunerated), ("8", 0))
        bills.button_draft()
        self.assertEqual((claim.status, claim.remunerated), ("16", 100))
        self.assertEqual(claim.line_ids.remunerated_amount, 100)
        self.assertTrue(claim.batch_run_id)
        bills.unlink()
        self.assertEqual((claim.status, claim.remunerated), ("8", 0))

    def test_new_premiums_count_once_no_bill_rests_on_the_index(self):
        self._processed("C1", {**SERVICE, "price_origin": "R"})
        premium = self._premium(100)
        closing = self._june()
        index = closing.batch_run_id.relative_index_ids
        self.assertEqual(index.rel_index, 0.5)
        # a late claim has the index of its period while a bill rests on it
        premium.amount = 300
        self._processed("C2", {**SERVICE, "price_origin": "R"})
        late = self._june()
        self.assertEqual(self._bills(late).amount_total, 100)
        self._bills(late).unlink()
        self.assertTrue(index.exists())
        self._bills(closing).unlink()
        self.assertFalse(index.exists())
        again = self._june()
        self.assertEqual(self._bills(again).amount_total, 300)
        self.assertEqual(again.batch_run_id.relative_index_ids.rel_index, 0.75)

    def test_an_index_of_cancelled_bills_is_worked_out_anew(self):
        self._processed("C1", {**SERVICE, "price_origin": "R"})
        premium = self._premium(100)
        self._bills(self._june()).openimis_bill_delete()
        premium.amount = 120
        again = self._june()
        self.assertEqual(self._bills(again).amount_total, 120)
        indexes = self.env["openimis.relative.index"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(indexes.mapped("rel_index"), [0.6])

    def test_the_pot_of_capitation_is_shared_anew(self):
        self.product.write(
            {"weight_nb_visits": 100, "level_ids": [(0, 0, {"level": "C"})]}
        )
        self._processed("C1", SERVICE)
        premium = self._premium(100)
        types = self._types("capitation")
        closing = self._june(types=types)
        self.assertEqual(self._bills(closing).amount_total, 100)
        self._bills(closing).unlink()
        rows = self.env["openimis.capitation"].search(
            [("product_id", "=", self.product.id)]
        )
        self.assertFalse(rows)
        premium.amount = 300
        self.assertEqual(self._bills(self._june(types=types)).amount_total, 300)

    def test_capitation_plans_that_ended_pay_nothing(self):
        self.product.weight_nb_visits = 100
        self._processed("C1", SERVICE)
        self._premium(100)
        plan = self.env["openimis.payment.plan"].create(
            {
                "code": "CAP",
                "name": "Capitation",
                "calculation": "capitation",
                "company_id": self.company.id,
                "product_id": self.product.id,
                "date_to": "2020-12-31",
            }
        )
        types = self._types("capitation")
        plan.date_to = False
        self._closing(
            self.clerk, types=types, date_from="2026-06-01", date_to="2026-06-30"
        ).action_preview()
        plan.date_to = "2020-12-31"
        self.assertFalse(self._june(types=types).move_ids)
        plan.date_to = "2026-06-15"
        self.product.date_to = "2026-05-31"
        self.assertFalse(self._june(types=types).move_ids)
        self.product.date_to = False
        self.assertEqual(self._bills(self._june(types=types)).amount_total, 100)
