from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_pull_bills import BillsCase

WORTH = 150.0


@tagged("post_install", "-at_install")
class TestRemoteBillClaims(BillsCase):
    """Bills of openIMIS and closings never pay the same claim; amounts are compared."""

    def fill(self, claims=2, bills=1):
        """Claims worth 150 each, and a bill whose lines name them by their numbers."""
        filled = super().fill(claims, bills)
        self.amounts(WORTH, WORTH)
        return filled

    def amounts(self, *amounts):
        """Let openIMIS bill these amounts, a claim each."""
        self.store.add_bill(0, self.facility, amounts=amounts)
        bill = self.store.rows["Invoice"][self.bills[0]].resource
        for number, line in enumerate(bill["lineItem"]):
            base = line["priceComponent"][0]
            base["code"]["coding"][0]["display"] = f"C{number:06}"

    def pulled(self):
        self.fill()
        self.pull()
        self.claims_here = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id)], order="code"
        )
        self.assertEqual(len(self.claims_here), 2)
        return self.bill()

    def closing(self):
        closing = self.env["openimis.closing"].create(
            {
                "company_id": self.company.id,
                "date_from": min(self.claims_here.mapped("billing_date")),
                "date_to": max(self.claims_here.mapped("billing_date")),
                "product_ids": self.claims_here.product_id.ids,
                "header_policy": "lines",
            }
        )
        closing.with_context(exchange_inline=True).action_plan()
        return closing

    def bill_by_closing(self):
        closing = self.closing()
        closing.with_context(exchange_inline=True).action_generate()
        return closing.move_ids

    # === EITHER OF THEM BILLS A CLAIM === #

    def test_a_booked_bill_names_its_claims(self):
        bill = self.pulled()
        bill.action_create_move()
        move = bill.move_id
        self.assertEqual(move.openimis_line_ids.claim_id, self.claims_here)
        self.assertEqual(
            set(move.openimis_line_ids.mapped("source_id")), set(self.claims_here.ids)
        )
        self.assertEqual(self.claims_here.billing_move_id, move)
        self.assertEqual(set(self.claims_here.mapped("billing_state")), {"billed"})
        self.assertEqual(move.billing_link_count, 2)

    def test_a_closing_leaves_out_what_a_bill_of_openimis_pays(self):
        bill = self.pulled()
        bill.action_create_move()
        self.assertFalse(self.bill_by_closing())
        bill.move_id.button_cancel()
        self.assertEqual(set(self.claims_here.mapped("billing_state")), {"to_bill"})
        moves = self.bill_by_closing()
        self.assertEqual(sum(moves.mapped("amount_total")), 2 * WORTH)

    def booked_before_its_claims(self):
        """A bill of openIMIS whose claims were not known when it was booked."""
        bill = self.pulled()
        codes = self.claims_here.mapped("code")
        for number, claim in enumerate(self.claims_here):
            claim.write({"code": f"later-{number}", "openimis_uuid": False})
        bill.action_create_move()
        self.assertFalse(self.claims_here.billing_move_id)
        for claim, code in zip(self.claims_here, codes, strict=True):
            claim.code = code
        return bill

    def test_a_claim_of_a_bill_amended_here_is_billed_once(self):
        bill = self.booked_before_its_claims()
        bill.move_id.action_post()
        bill.move_id.openimis_bill_amend()
        self.assertFalse(self.bill_by_closing())

    def test_a_claim_that_came_after_its_bill_was_booked_is_left_out_and_why(self):
        self.booked_before_its_claims()
        closing = self.closing()
        texts = closing.exchange_message_ids.mapped("text")
        self.assertEqual(
            len([text for text in texts if "openIMIS' own bill" in text]), 2, texts
        )
        closing.with_context(exchange_inline=True).action_generate()
        self.assertFalse(closing.move_ids)

    def test_a_bill_of_openimis_is_refused_where_a_closing_billed(self):
        bill = self.pulled()
        moves = self.bill_by_closing()
        self.assertEqual(sum(moves.mapped("amount_total")), 2 * WORTH)
        with self.assertRaisesRegex(UserError, "2 of its claims are billed already"):
            bill.action_create_move()
        self.assertFalse(bill.move_id)
        moves.button_cancel()
        bill.action_create_move()
        self.assertEqual(bill.move_id.amount_total, 2 * WORTH)

    def test_two_bills_of_openimis_do_not_pay_one_claim(self):
        bill = self.pulled()
        other = bill.sudo().copy({"uuid": "other", "code": "IV-OTHER"})
        for line in bill.line_ids:
            line.sudo().copy({"bill_id": other.id})
        with self.assertRaisesRegex(UserError, "another of these bills"):
            (bill | other).action_create_move()

    # === AMOUNTS === #

    def test_what_openimis_billed_too_high_is_shown_and_has_to_be_accepted(self):
        bill = self.pulled()
        self.amounts(WORTH + 50, WORTH)
        self.pull()
        self.assertEqual((bill.amount_worth, bill.amount_over), (2 * WORTH, 50))
        self.assertEqual(bill.line_ids.mapped("worth"), [WORTH, WORTH])
        with self.assertRaisesRegex(UserError, "another amount than their claims"):
            bill.action_create_move()
        bill.action_accept_amount()
        self.assertEqual(bill.accepted_by_id, self.env.user)
        # openIMIS changes it again: what was accepted is not that
        self.amounts(WORTH + 80, WORTH)
        self.pull()
        with self.assertRaises(UserError):
            bill.action_create_move()
        bill.action_accept_amount()
        bill.action_create_move()
        self.assertEqual(bill.move_id.amount_total, 2 * WORTH + 80)

    def test_lines_that_are_not_the_total_are_never_booked(self):
        bill = self.pulled()
        resource = self.store.rows["Invoice"][bill.uuid].resource
        resource["totalGross"]["value"] = resource["totalNet"]["value"] = 999.0
        self.store.put("Invoice", resource)
        self.pull()
        with self.assertRaisesRegex(UserError, "add up to"):
            bill.action_create_move()
        self.assertFalse(bill.move_id)

    def amend(self, total):
        """openIMIS copies the total of an amended bill, and no lines."""
        resource = dict(self.store.rows["Invoice"][self.bills[0]].resource)
        key = "0" * 8 + self.bills[0][8:]
        resource["id"] = key
        code = resource["identifier"][1]["value"]
        from tests.simulators.openimis.store import identifiers

        resource["identifier"] = identifiers(key, code)
        resource.pop("lineItem")
        resource["totalGross"] = {**resource["totalGross"], "value": total}
        resource["totalNet"] = {**resource["totalNet"], "value": total}
        self.store.put("Invoice", resource)
        self.pull()
        return self.env["openimis.remote.bill"].search([("uuid", "=", key)])

    def test_an_amendment_takes_over_the_lines_of_what_it_amends(self):
        bill = self.pulled()
        bill.action_create_move()
        amended = self.amend(2 * WORTH)
        self.assertFalse(amended.line_ids)
        with self.assertRaisesRegex(UserError, "billed already"):
            amended.action_create_move()
        amended_of = bill.proposal_ids
        amended_of.action_accept()  # cancels the draft
        amended.action_create_move()
        self.assertEqual(amended.move_id.amount_total, 2 * WORTH)
        self.assertEqual(self.claims_here.billing_move_id, amended.move_id)

    def test_an_amendment_of_a_posted_bill_follows_its_credit_note(self):
        bill = self.pulled()
        bill.action_create_move()
        bill.move_id.action_post()
        amended = self.amend(2 * WORTH)
        bill.proposal_ids.action_accept()
        bill.proposal_ids.credit_note_id.action_post()
        amended.action_create_move()
        self.assertEqual(self.claims_here.billing_move_id, amended.move_id)

    def test_an_amendment_of_another_total_is_refused(self):
        self.pulled()
        amended = self.amend(2 * WORTH - 1)
        with self.assertRaisesRegex(UserError, "add up to"):
            amended.action_create_move()
