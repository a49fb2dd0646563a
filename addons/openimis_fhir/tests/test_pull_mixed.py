from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import OpenimisCase, Recorded
from .test_pull_bills import BillsCase


@tagged("post_install", "-at_install")
class TestPullMixed(OpenimisCase):
    """Per kind the transport that works; nothing that is missing stays untold."""

    def setUp(self):
        super().setUp()
        self.store.recorded = Recorded()
        self.connection.write({"transport": "mixed", "page_size": 100})
        self.kinds = {line.kind: line for line in self.connection.kind_ids}

    def only(self, *kinds):
        for line in self.connection.kind_ids:
            line.enabled = line.kind in kinds

    def codes(self, pull):
        return set(pull.exchange_message_ids.mapped("code"))

    def test_new_connections_take_the_best_for_each_kind(self):
        values = {"name": "New", "url": "https://x.example.org"}
        connection = self.env["openimis.connection"].create(values)
        self.assertEqual(connection.transport, "mixed")

    def test_the_test_asks_kind_by_kind_and_says_which_way(self):
        self.store.denied = {"payers", "healthFacilities"}
        self.store.failing_queries = {"insurees"}
        notice = self.connection.action_test()
        self.assertEqual(notice["params"]["type"], "warning")
        self.assertIn("Payers", notice["params"]["message"])
        self.assertIn("lacks a right", self.kinds["payer"].test_result)
        self.assertIn("312 found, GraphQL", self.kinds["claim"].test_result)
        self.assertIn("43 found, GraphQL", self.kinds["location"].test_result)
        # FHIR knows none of the recorded persons here, but it answers
        self.assertIn("FHIR", self.kinds["insuree"].test_result)
        self.assertEqual(self.kinds["insuree"].way, "fhir")
        self.assertEqual(self.kinds["claim"].way, "graphql")

    def test_what_graphql_refuses_comes_by_fhir_and_is_told(self):
        self.fill(claims=3)
        self.store.recorded = None
        self.store.denied = {"claims", "batchRuns"}
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertEqual(self.count("openimis.claim"), 3)
        self.assertEqual(self.count("openimis.policy"), 1)
        self.assertIn("claim.way", self.codes(pull))
        self.assertIn("batch_run.access", self.codes(pull))  # no other way to it
        self.assertFalse(self.kinds["batch_run"].date_since)

    def test_an_entry_openimis_fails_on_costs_one_entry(self):
        self.only("location", "facility", "claim")
        self.store.broken_codes = {"C2600003"}
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertEqual(self.count("openimis.claim"), 311)
        self.assertEqual(pull.counters["claim"]["failed"], 1)
        self.assertFalse(self.kinds["claim"].date_since)

    def test_entries_that_come_on_no_page_are_an_error(self):
        self.only("officer")
        order = self.store.recorded.orders["enrolmentOfficers"]
        order[3] = order[2]  # one comes twice, another never
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertEqual(self.count("openimis.officer"), 13)
        self.assertIn("officer.incomplete", self.codes(pull))
        self.assertIn("gave 1 of them on no page", " ".join(self.texts(pull)))

    def test_a_mark_never_passes_what_was_not_read(self):
        self.only("location", "facility", "claim")
        order = list(self.store.recorded.orders["claims"])
        order[3] = order[2]
        self.store.recorded.ordered["claims"] = order
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertIn("claim.incomplete", self.codes(pull))
        self.assertFalse(self.kinds["claim"].date_since)
        self.assertTrue(self.kinds["location"].date_since)

    def test_a_refused_password_stops_the_schedule_until_it_is_changed(self):
        self.connection.write(
            {
                "password": "wrong",
                "pull_interval": 60,
                "next_pull": fields.Datetime.now() - timedelta(hours=1),
            }
        )
        Connection = self.env["openimis.connection"]
        self.assertIn(self.connection, Connection._due_for_pull())
        self.pull()
        self.assertTrue(self.connection.login_refused)
        self.assertTrue(self.connection.activity_ids)
        self.assertNotIn(self.connection, Connection._due_for_pull())
        with self.assertRaisesRegex(UserError, "refuses login"):
            self.connection.action_test()
        self.connection.password = "right?"
        self.assertFalse(self.connection.login_refused)
        self.assertIn(self.connection, Connection._due_for_pull())


@tagged("post_install", "-at_install")
class TestRecordedBills(BillsCase):
    """Withdrawn claims, and bills of others than facilities, by GraphQL."""

    def setUp(self):
        super().setUp()
        self.store.recorded = Recorded()
        self.connection.write({"transport": "mixed", "page_size": 100})
        for line in self.connection.kind_ids:
            line.enabled = line.kind in ("location", "facility", "claim")

    def claim_of(self, code):
        return (
            self.env["openimis.claim"]
            .with_context(active_test=False)
            .search([("code", "=", code), ("company_id", "=", self.company.id)])
        )

    def test_a_withdrawn_claim_is_not_billed_and_a_billed_one_is_proposed(self):
        self.pull()
        free, billed = self.claim_of("C2600003"), self.claim_of("C2600004")
        move = self.init_invoice("in_invoice", amounts=[150.0])
        with billed._engine_writes():
            billed.billing_move_id = move
        self.env["openimis.payable.line"].sudo().create(
            {
                "move_id": move.id,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "claim_id": billed.id,
                "type": "claim",
                "code": billed.code,
                "amount_net": 150.0,
                "amount_total": 150.0,
            }
        )
        self.store.recorded.withdraw(free.code)
        self.store.recorded.withdraw(billed.code)
        pull = self.pull()
        self.assertEqual(pull.counters["claim"]["delete"], 2)
        self.assertFalse(free.active)
        self.assertTrue(billed.active)
        proposal = self.env["openimis.bill.proposal"].search(
            [("claim_id", "=", billed.id)]
        )
        self.assertEqual((proposal.reason, proposal.action), ("withdrawn", "note"))
        self.assertEqual((proposal.amount_before, proposal.amount_after), (150, 0))
        self.assertFalse(self.pull().counters["claim"].get("delete"))

    def test_commission_and_fees_are_booked_for_whom_they_are(self):
        self.connection.kind_ids.filtered(lambda k: k.kind == "bill").enabled = True
        self.pull()
        bills = self.env["openimis.remote.bill"].search(
            [("company_id", "=", self.company.id)]
        )
        bill = bills.filtered(lambda b: b.code == "PP-PP-COM-E00001-2026-11")
        with self.assertRaisesRegex(UserError, "officer E00001 is not known"):
            bill.action_create_move()
        fee = bills.filtered(lambda b: b.third_party_type == "payer")
        with self.assertRaisesRegex(UserError, "payer Coffee Farmers"):
            fee.action_create_move()
        kinds = ("officer", "payer")
        self.connection.kind_ids.filtered(lambda k: k.kind in kinds).enabled = True
        self.pull(full=True)
        (bill | fee).action_create_move()
        self.assertEqual(bill.move_id.partner_id.name, "Jeb Roberts")
        self.assertEqual(bill.move_id.openimis_type, "commission")
        self.assertEqual(fee.move_id.partner_id.name, "Coffee Farmers Association")
        self.assertEqual(fee.move_id.openimis_type, "fee")
