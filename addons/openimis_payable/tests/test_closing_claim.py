from odoo.tests import tagged

from .common import ITEM, SERVICE, OpenimisCase


@tagged("post_install", "-at_install")
class TestClosingClaim(OpenimisCase):
    """Acceptance criterion 1: claim bills per health facility for a period."""

    def _generate(self, **vals):
        closing = self._closing(self.clerk, **vals)
        closing.action_generate()
        self.assertEqual(
            closing.state, "done", closing.exchange_message_ids.mapped("text")
        )
        return closing

    def test_one_draft_bill_per_facility(self):
        self._claim("C1", SERVICE, ITEM)
        self._claim("C2", SERVICE)
        self._claim("C3", ITEM, health_facility_id=self.facility_b.id)
        moves = self._generate().move_ids.sorted("amount_total")
        self.assertRecordValues(
            moves,
            [
                {
                    "partner_id": self.facility_b.id,
                    "move_type": "in_invoice",
                    "state": "draft",
                    "amount_total": 300,
                },
                {
                    "partner_id": self.facility_a.id,
                    "move_type": "in_invoice",
                    "state": "draft",
                    "amount_total": 700,
                },
            ],
        )

    def test_payable_line_claimed_net_discount(self):
        self._claim(
            "C1",
            {**SERVICE, "remunerated_amount": 100},
            {**ITEM, "remunerated_amount": 200},
            claimed=500,
        )
        [line] = self._generate().move_ids.openimis_line_ids
        self.assertRecordValues(
            line,
            [
                {
                    "code": "C1",
                    "quantity": 1,
                    "unit_price": 500,
                    "discount": 200,
                    "amount_net": 300,
                }
            ],
        )
        self.assertEqual(line.move_id.amount_total, 300)
        self.assertEqual(line.move_id.openimis_amount_discount, 200)

    def test_worked_examples(self):
        cases = [
            ({"remunerated_amount": 300}, {"remunerated_amount": 300}, 600, -100),
            ({"remunerated_amount": 0}, {"remunerated_amount": 0}, 0, 500),
            ({}, {}, 500, 0),
            ({"status": "2"}, {"price_approved": 50}, 150, 350),
        ]
        for number, (service, item, *_worth) in enumerate(cases):
            self._claim(f"W{number}", {**SERVICE, **service}, {**ITEM, **item})
        lines = self._generate().move_ids.openimis_line_ids
        for line, (_service, _item, net, discount) in zip(lines, cases, strict=True):
            self.assertEqual(
                (line.amount_net, line.discount), (net, discount), line.code
            )

    def test_granularity_item(self):
        self._claim("C1", {**SERVICE, "price_adjusted": 90}, ITEM)
        lines = self._generate(claim_granularity="item").move_ids.openimis_line_ids
        self.assertRecordValues(
            lines,
            [
                {
                    "code": "C1/S1",
                    "quantity": 2,
                    "unit_price": 100,
                    "discount": 20,
                    "amount_net": 180,
                },
                {
                    "code": "C1/S2",
                    "quantity": 3,
                    "unit_price": 100,
                    "discount": 0,
                    "amount_net": 300,
                },
            ],
        )

    def test_preview_equals_bill_and_writes_no_bill(self):
        self._claim("C1", SERVICE, ITEM)
        self._claim("C2", {**SERVICE, "price_asked": 33.333})
        closing = self._closing(self.clerk)
        closing.action_preview()
        self.assertFalse(closing.move_ids)
        preview = closing.amount
        self.assertEqual(preview, 566.67)
        self.assertEqual(sum(closing.candidate_ids.mapped("amount_net")), preview)
        closing.action_generate()
        self.assertEqual(sum(closing.move_ids.mapped("amount_total")), preview)

    def test_detailed_and_grouped_lines_are_equal_in_total(self):
        for number in range(5):
            self._claim(f"C{number}", SERVICE)
        closing = self._generate(move_line_policy="detailed")
        self.assertEqual(len(closing.move_ids.invoice_line_ids), 5)
        detailed = closing.move_ids.amount_total
        closing.move_ids.with_user(self.clerk).unlink()
        closing = self._generate(move_line_policy="grouped")
        self.assertEqual(len(closing.move_ids.invoice_line_ids), 1)
        self.assertEqual(len(closing.move_ids.openimis_line_ids), 5)
        self.assertEqual(closing.move_ids.amount_total, detailed)

    def test_grouped_above_100_lines_by_default(self):
        self.env["openimis.claim"].create(
            [
                {
                    "code": f"C{number}",
                    "company_id": self.company.id,
                    "health_facility_id": self.facility_a.id,
                    "product_id": self.product.id,
                    "date_from": "2026-01-05",
                    "status": "16",
                    "line_ids": [(0, 0, {"code": "S", "price_asked": 1.25})],
                }
                for number in range(101)
            ]
        )
        move = self._generate().move_ids
        self.assertEqual(len(move.invoice_line_ids), 1)
        self.assertEqual(move.amount_total, 126.25)

    def test_post_and_pay_with_odoo_buttons(self):
        self._claim("C1", SERVICE)
        move = self._generate().move_ids.with_user(self.accountant)
        self.assertEqual(move.openimis_status, "0")
        move.action_post()
        self.assertIn(move.openimis_status, ("1", "6"))
        self.env["account.payment.register"].with_user(self.accountant).with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.assertEqual(move.openimis_status, "2")
        self.assertTrue(move.openimis_date_payed)
