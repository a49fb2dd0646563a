import base64
import json

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import OpenimisCase, sample

#: a product without premiums in openIMIS
RELATIVE = "REL0001"


class BillsCase(OpenimisCase, AccountTestInvoicingCommon):
    """Bills of a simulated openIMIS in a company that can book them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.company.currency_id = cls.env.ref("base.USD")
        cls.env.user.group_ids |= cls.env.ref("openimis_payable.group_openimis_manager")
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )

    def bill(self, number=0):
        return self.env["openimis.remote.bill"].search(
            [("uuid", "=", self.bills[number]), ("company_id", "=", self.company.id)]
        )

    def make_move(self, post=False):
        self.fill()
        self.pull()
        bill = self.bill()
        bill.action_create_move()
        if post:
            bill.move_id.action_post()
        return bill


@tagged("post_install", "-at_install")
class TestPullBills(BillsCase):
    """Bills of openIMIS: copied, billed here once, deleted and amended there."""

    def test_a_bill_becomes_a_vendor_bill_once(self):
        bill = self.make_move()
        move = bill.move_id
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "in_invoice",
                    "amount_total": 610.0,
                    "openimis_code": bill.code,
                    "openimis_uuid": bill.uuid,
                    "openimis_type": "claim",
                }
            ],
        )
        self.assertEqual(sum(move.openimis_line_ids.mapped("amount_net")), 610.0)
        bill.action_create_move()
        self.assertEqual(
            self.env["account.move"].search_count([("openimis_uuid", "=", bill.uuid)]),
            1,
        )

    def test_a_bill_of_an_unknown_third_party_says_so(self):
        self.fill()
        self.store.rows["Organization"].clear()
        self.pull()
        with self.assertRaisesRegex(UserError, "Pull the health facilities"):
            self.bill().action_create_move()

    def test_a_draft_of_a_deleted_bill_is_proposed_to_be_cancelled(self):
        bill = self.make_move()
        self.store.delete("Invoice", bill.uuid)
        pull = self.pull()
        self.assertEqual(pull.counters["bill"]["delete"], 1)
        proposal = bill.proposal_ids
        self.assertEqual((proposal.reason, proposal.action), ("delete", "cancel"))
        self.assertEqual(bill.move_id.state, "draft")  # only proposed
        proposal.action_accept()
        self.assertEqual(bill.move_id.state, "cancel")
        self.assertEqual(proposal.state, "done")
        with self.assertRaises(UserError):
            proposal.action_accept()

    def test_a_posted_bill_of_a_deleted_one_gets_a_credit_note(self):
        bill = self.make_move(post=True)
        self.store.delete("Invoice", bill.uuid)
        self.pull()
        proposal = bill.proposal_ids
        self.assertEqual(proposal.action, "credit")
        proposal.action_accept()
        note = proposal.credit_note_id
        self.assertEqual((note.move_type, note.state), ("in_refund", "draft"))
        self.assertEqual(note.amount_total, 610.0)

    def test_deleted_bills_are_found_once_whatever_the_transport(self):
        bill = self.make_move()
        self.assertEqual(bill.amount_standing, 610)
        self.store.delete("Invoice", bill.uuid)
        self.connection.transport = "graphql"
        self.pull()
        self.pull(full=True)
        self.connection.transport = "fhir"
        self.pull(full=True)
        self.assertEqual(len(bill.proposal_ids), 1)
        self.assertTrue(bill.deleted)
        self.assertEqual(bill.status, "4")
        self.assertEqual(bill.amount_standing, 0)

    def test_a_bill_that_only_fails_is_not_taken_for_deleted(self):
        bill = self.make_move()
        self.store.delete("Invoice", self.bills[1])
        self.store.broken = {bill.uuid}
        self.pull()
        self.assertFalse(bill.deleted)
        self.assertTrue(self.bill(1).deleted)

    def test_bills_that_were_never_readable_do_not_hide_a_deletion(self):
        self.fill()
        self.store.broken = {self.bills[2]}
        self.pull()
        self.store.delete("Invoice", self.bills[0])
        self.pull()
        self.assertTrue(self.bill(0).deleted)
        kinds = {kind.kind: kind for kind in self.connection.kind_ids}
        self.assertEqual(kinds["bill"].unreadable_count, 1)

    def test_an_amended_bill_is_proposed_to_be_replaced(self):
        bill = self.make_move()
        other = self.store.add_bill(99, self.facility, [300.0])
        self.store.rows["Invoice"][other].resource["identifier"][1]["value"] = bill.code
        self.pull()
        self.assertEqual(bill.proposal_ids.reason, "replace")

    def amend(self, bill, amount=300.0):
        """The copy openIMIS makes when it amends a bill: its code, another UUID."""
        other = self.store.add_bill(99, self.facility, [amount])
        self.store.rows["Invoice"][other].resource["identifier"][1]["value"] = bill.code
        self.pull()
        return self.env["openimis.remote.bill"].search(
            [("uuid", "=", other), ("company_id", "=", self.company.id)]
        )

    def test_the_amended_bill_is_booked_beside_the_obsolete_one(self):
        bill = self.make_move(post=True)
        new = self.amend(bill)
        self.assertFalse(new.move_id)
        new.action_create_move()
        self.assertEqual(new.move_id.amount_total, 300.0)
        self.assertEqual(new.move_id.openimis_code, f"{bill.code}-2")
        self.assertEqual(new.move_id.ref, bill.code)
        self.assertEqual(bill.move_id.amount_total, 610.0)

    def test_the_bill_that_replaces_another_is_not_taken_for_the_obsolete_one(self):
        self.fill()
        self.pull()
        bill = self.bill()
        new = self.amend(bill)
        new.action_create_move()
        self.assertFalse(bill.move_id)
        self.store.delete("Invoice", bill.uuid)
        self.pull(full=True)
        self.assertTrue(bill.deleted)
        self.assertFalse(self.connection.proposal_count)

    def test_an_amendment_named_by_graphql_is_found(self):
        bill = self.make_move()
        self.connection.transport = "graphql"
        row = self.store.rows["Invoice"][bill.uuid]
        row.node = {"replacementUuid": self.bills[2], "dateValidTo": "2026-01-01"}
        self.pull(full=True)
        self.assertEqual(bill.proposal_ids.reason, "replace")
        self.assertEqual(bill.replaced_by_uuid, self.bills[2])

    def test_a_claim_that_changes_after_billing_is_proposed_for_adjustment(self):
        self.fill()
        self.pull()
        claim = self.env["openimis.claim"].search(
            [
                ("openimis_uuid", "=", self.claims[0]),
                ("company_id", "=", self.company.id),
            ]
        )
        move = self.init_invoice("in_invoice", amounts=[150.0])
        claim.sudo().billing_move_id = move  # as a closing does
        self.store.add_claim(0, self.facility, self.policy, self.patient, valuated=20.0)
        pull = self.pull()
        self.assertEqual(pull.counters["claim"]["proposal"], 1)
        proposal = self.env["openimis.bill.proposal"].search(
            [("claim_id", "=", claim.id)]
        )
        self.assertEqual(proposal.reason, "amount")
        self.assertEqual((proposal.amount_before, proposal.amount_after), (150, 100))
        self.assertEqual(self.connection.proposal_count, 1)
        self.assertEqual(proposal.activity_ids.user_id, pull.user_id)
        self.store.add_claim(0, self.facility, self.policy, self.patient, valuated=10.0)
        self.pull()
        # still one to decide, with the difference to what was billed
        self.assertEqual((proposal.amount_before, proposal.amount_after), (150, 50))
        self.assertEqual(self.connection.proposal_count, 1)
        proposal.action_refuse()
        self.assertEqual(move.state, "draft")

    def relative(self, quantity):
        """A claim of one relative price, of which openIMIS approves so many pieces."""
        row = self.store.rows["Claim"][self.claims[0]]
        service = {
            "id": "1",
            "qtyProvided": "5.00",
            "qtyApproved": quantity,
            "priceAsked": "100.00",
            "priceAdjusted": None,
            "priceValuated": None,
            "priceOrigin": "R",
            "rejectionReason": 0,
            "status": 1,
            "product": {"code": RELATIVE},
            "policy": None,
            "service": {"code": "S1", "name": ""},
        }
        row.node["claim"] = {
            "status": 8,
            "dateFrom": "2026-06-10",
            "dateTo": "2026-06-10",
            "processStamp": "2026-06-10T10:00:00",
            "items": [],
            "services": [service],
        }
        row.updated = self.store.now()

    def test_a_relative_price_is_compared_as_the_closing_billed_it(self):
        """500 asked share 30 of 365 days of 1,000: 82.19, and of 400 it is 65.75."""
        self.fill(claims=1)
        self.store.add_product(2, RELATIVE)
        self.connection.transport = "graphql"
        self.relative(None)
        self.pull()
        product = self.env["openimis.product"].search(
            [("code", "=", RELATIVE), ("company_id", "=", self.company.id)]
        )
        company = {"company_id": self.company.id}
        policy = self.env["openimis.policy"].create(
            {
                **company,
                "product_id": product.id,
                "date_effective": "2025-11-01",
                "date_expiry": "2026-11-01",
            }
        )
        self.env["openimis.premium"].create(
            {
                **company,
                "policy_id": policy.id,
                "amount": 1000,
                "date_paid": "2025-11-01",
            }
        )
        closing = self.env["openimis.closing"].create(
            {
                **company,
                "date_from": "2026-06-01",
                "date_to": "2026-06-30",
                "invoice_date": "2026-06-30",
            }
        )
        closing.with_context(exchange_inline=True).action_generate()
        self.assertEqual(closing.move_ids.amount_total, 82.19)
        closing.move_ids.action_post()
        self.relative("4.00")
        self.pull(full=True)
        claim = closing.move_ids.openimis_line_ids.claim_id
        proposal = self.env["openimis.bill.proposal"].search(
            [("claim_id", "=", claim.id)]
        )
        self.assertEqual(
            (proposal.amount_before, proposal.amount_after), (82.19, 65.75)
        )

    def test_a_price_that_was_adjusted_counts_among_what_a_claim_is_worth(self):
        self.fill(claims=1)
        self.pull()
        claim = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id)]
        )
        line = claim.line_ids[0]
        line.write(
            {
                "qty_provided": 3,
                "price_asked": 10,
                "price_adjusted": 8,
                "qty_approved": None,
                "price_approved": None,
                "price_valuated": None,
            }
        )
        claim.line_ids[1].status = "2"
        writer = self.env["openimis.writer"]
        self.assertEqual(writer._claim_value(claim), 24.0)
        line.write({"qty_approved": 2, "price_approved": 7})
        self.assertEqual(writer._claim_value(claim), 14.0)
        line.price_valuated = 5
        self.assertEqual(writer._claim_value(claim), 10.0)

    # === FILES ===

    def read_file(self, content, name="bundle.json"):
        return self.pull(file=base64.b64encode(content), file_name=name)

    def entries(self):
        return [
            sample("Organization_hf"),
            sample("Patient_one"),
            sample("ClaimResponse_one"),
            sample("Claim_one"),
            sample("Invoice_bill_list")["entry"][0]["resource"],
            {"resourceType": "Medication", "id": "m"},
        ]

    def check_file(self, pull):
        self.assertEqual(pull.state, "done", self.texts(pull))
        claim = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(claim.code, "CQ7")
        self.assertEqual(claim.line_ids.mapped("price_valuated"), [9.13, 9.13])
        self.assertEqual(claim.health_facility_id.openimis_code, "Hq70")
        self.assertEqual(self.count("openimis.remote.bill"), 1)
        self.assertIn("Medication", " ".join(self.texts(pull)))
        self.assertEqual(self.server.requests, [])

    def test_a_bundle_file_goes_the_same_way(self):
        bundle = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"resource": resource} for resource in self.entries()],
        }
        self.check_file(self.read_file(json.dumps(bundle).encode()))

    def test_an_ndjson_file_goes_the_same_way_and_twice_changes_nothing(self):
        lines = b"\n".join(json.dumps(r).encode() for r in self.entries())
        self.check_file(self.read_file(lines, "claims.ndjson"))
        again = self.read_file(lines, "claims.ndjson")
        self.assertEqual(again.counters["claim"]["unchanged"], 1)
        self.assertFalse(again.counters["claim"].get("create"))

    def test_a_file_that_is_none_is_refused_with_its_line(self):
        pull = self.read_file(b'{"resourceType": "Patient"}\nnonsense\n', "x.ndjson")
        self.assertEqual(pull.state, "failed")
        (message,) = pull.exchange_message_ids
        self.assertEqual((message.file, message.row), ("x.ndjson", 2))
        self.assertIn("nonsense", message.text)
