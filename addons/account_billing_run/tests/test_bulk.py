from datetime import date

from odoo.tests import tagged

from ..bulk import insert_rows, update_rows
from .common import BillingCase


@tagged("post_install", "-at_install")
class TestBulk(BillingCase):
    """Rows written past the ORM look to its users as if it had written them."""

    def test_inserted_rows_keep_order_types_and_author(self):
        model = self.env["account.billing.fake.fee"]
        insert_rows(
            model,
            [
                {"name": name, "day": day, "amount": amount, "billing_excluded": never}
                for name, day, amount, never in (
                    ("O'Neil «é» 100 %s", date(2026, 1, 31), 0.1, True),
                    (None, None, None, False),
                )
            ],
        )
        rows = model.search([("partner_id", "=", False)], order="id")
        self.assertRecordValues(
            rows,
            [
                {
                    "name": "O'Neil «é» 100 %s",
                    "day": date(2026, 1, 31),
                    "amount": 0.1,
                    "billing_excluded": True,
                    "create_uid": self.env.uid,
                },
                {
                    "name": False,
                    "day": False,
                    "amount": 0,
                    "billing_excluded": False,
                    "create_uid": self.env.uid,
                },
            ],
        )
        self.assertEqual(set(rows.mapped("create_date")), {self.env.cr.now()})

    def test_no_rows_no_statement(self):
        fees = self.make_fees(1)
        with self.assertQueryCount(0):
            insert_rows(fees, [])
            update_rows(fees, [])

    def test_updated_rows_show_at_once_and_later(self):
        fees = self.make_fees(1, 2, 3).sudo()
        fees[0].name = "not flushed yet"
        update_rows(
            fees[:2],
            [
                {"id": fees[0].id, "amount": 10.55, "day": date(2026, 2, 1)},
                {"id": fees[1].id, "amount": 20, "day": None},
            ],
        )
        for _again in range(2):
            self.assertEqual(fees.mapped("amount"), [10.55, 20, 3])
            self.assertEqual(fees[0].name, "not flushed yet")
            self.assertFalse(fees[1].day)
            self.env.flush_all()
            self.env.invalidate_all()

    def test_what_somebody_else_is_about_to_write_is_not_lost(self):
        fees = self.make_fees(1).sudo()
        self.env.flush_all()
        fees.with_user(self.env.ref("base.user_admin")).sudo().name = "admin's"
        update_rows(fees, [{"id": fees.id, "amount": 5}])
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual((fees.name, fees.amount), ("admin's", 5))

    def test_what_depends_on_updated_rows_is_computed(self):
        fees = self.make_fees(1, 2)
        update_rows(fees[0], [{"id": fees[0].id, "billing_excluded": True}])
        self.assertEqual(fees.mapped("billing_state"), ["excluded", "to_bill"])

    def test_what_the_rows_say_themselves_is_not_computed(self):
        fees = self.make_fees(1)
        vals = {"billing_excluded": True, "billing_state": "to_bill"}
        update_rows(fees, [{"id": fees.id, **vals}])
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(fees.billing_state, "to_bill")
