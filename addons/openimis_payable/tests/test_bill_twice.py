from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ITEM, SERVICE
from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestBillTwice(BillCase):
    """What is done already is not done again: no money twice, none lost."""

    # === LINES ===

    def _bill_of(self, partner, **vals):
        closing = self._closing(partner_ids=[Command.set(partner.ids)], **vals)
        closing.action_generate()
        return closing, closing.move_ids

    def test_item_deleted_from_a_claim_does_not_bill_the_others_again(self):
        claim = self._claim("C9", SERVICE, ITEM, health_facility_id=self.facility_b.id)
        closing, bill = self._bill_of(self.facility_b, claim_granularity="item")
        service, item = bill.openimis_line_ids
        bill.openimis_bill_item_delete(service.ids)
        self.assertEqual(claim.billing_move_id, bill)
        closing.action_generate()
        self.assertEqual(closing.move_ids.mapped("amount_total"), [300])
        bill.openimis_bill_item_delete(item.ids)
        self.assertEqual(claim.billing_state, "to_bill")
        closing.action_generate()
        self.assertEqual(sum(closing.move_ids.mapped("amount_total")), 500)

    def test_deleted_line_of_a_product_frees_all_it_stands_for(self):
        premiums = self._premiums(1000, 500)
        closing = self._closing(
            types=self._types("commission"), commission_granularity="product"
        )
        closing.action_generate()
        [line] = closing.move_ids.openimis_line_ids
        self.assertEqual(line.amount_net, 150)
        self.assertEqual(line.merged_source_ids, premiums.ids)
        closing.move_ids.openimis_bill_item_delete(line.ids)
        closing.action_generate()
        self.assertEqual(sum(closing.move_ids.mapped("amount_total")), 150)

    def _premiums(self, *amounts):
        company = {"company_id": self.company.id}
        self.env["openimis.payment.plan"].create(
            {
                **company,
                "code": "COM",
                "name": "Commission",
                "product_id": self.product.id,
                "calculation": "commission",
                "rate": 10,
            }
        )
        officer = self.env["openimis.officer"].create(
            {**company, "code": "EO1", "name": "Nina"}
        )
        policy = self.env["openimis.policy"].create(
            {
                **company,
                "product_id": self.product.id,
                "officer_id": officer.id,
                "date_effective": "2026-01-01",
                "date_expiry": "2026-12-31",
            }
        )
        return self.env["openimis.premium"].create(
            [
                {
                    **company,
                    "policy_id": policy.id,
                    "amount": amount,
                    "date_paid": "2026-01-05",
                }
                for amount in amounts
            ]
        )

    # === BILLS ===

    def test_deleted_bill_cannot_be_deleted_again(self):
        self.bill.action_post()
        bill = self.bill.with_user(self._user("openimis_deleter", "manager"))
        bill.openimis_bill_delete()
        with self.assertRaisesRegex(UserError, "deleted already"):
            bill.openimis_bill_delete()
        self.assertEqual(len(self.bill.sudo().reversal_move_ids), 1)

    def test_bill_with_a_credit_note_gets_no_second_one(self):
        self.bill.action_post()
        bill = self.bill.sudo()
        bill._openimis_reverse()
        self.assertEqual(bill.payment_state, "reversed")
        bill.openimis_bill_delete()
        self.assertEqual(len(bill.reversal_move_ids), 1)
        self.assertEqual(bill.openimis_status, "4")
        self.assertEqual(set(self.claims.mapped("billing_state")), {"to_bill"})

    def test_cancelled_bill_cannot_be_suspended(self):
        self.bill.sudo().button_cancel()
        with self.assertRaisesRegex(UserError, "cancelled"):
            self.bill.sudo().openimis_bill_suspend()

    def test_unknown_fields_of_a_new_bill_are_named(self):
        moves = self.env["account.move"].with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "amount_totl"):
            moves.openimis_bill_create(
                {"partner_id": self.facility_a.id, "amount_totl": 5}
            )

    # === PAYMENTS ===

    def test_payment_is_above_zero(self):
        self.bill.action_post()
        for amount in (0, -5):
            with self.subTest(amount), self.assertRaisesRegex(UserError, "above zero"):
                self.bill.openimis_payment_sent(amount)
        self.assertFalse(self.bill.matched_payment_ids)

    def test_payment_is_rejected_once(self):
        self.bill.action_post()
        payment = self.bill.openimis_payment_sent().sudo()
        payment.openimis_payment_rejected("account closed")
        moves = self.env["account.move"].sudo()
        before = moves.search_count([("company_id", "=", self.company.id)])
        with self.assertRaisesRegex(UserError, "cannot be rejected"):
            payment.openimis_payment_rejected()
        after = moves.search_count([("company_id", "=", self.company.id)])
        self.assertEqual(after, before)
        self.assertEqual(self.bill.amount_residual, 800)

    def test_refunded_payment_cannot_be_rejected(self):
        self.bill.action_post()
        payment = self.bill.openimis_payment_sent().sudo()
        payment.openimis_payment_refunded()
        with self.assertRaisesRegex(UserError, "cannot be rejected"):
            payment.openimis_payment_rejected()
        self.assertEqual(payment.openimis_status, "2")
