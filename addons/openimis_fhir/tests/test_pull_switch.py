from odoo.tests import common, tagged

from .common import OpenimisCase, Recorded
from .test_pull_bills import BillsCase

from tests.simulators.openimis import graphql  # isort: skip
from tests.simulators.openimis import recorded_state as state  # isort: skip

CLAIM = ("status", "approved", "valuated", "remunerated", "date_processed", "care_type")
LINE = (
    "code",
    "status",
    "qty_approved",
    "qty_approved_given",
    "price_approved",
    "price_approved_given",
    "price_adjusted",
    "price_adjusted_given",
    "price_valuated",
    "price_valuated_given",
    "remunerated_amount",
    "remunerated_amount_given",
    "deductable_amount",
    "deductable_amount_given",
    "price_origin",
    "limitation",
)


@tagged("post_install", "-at_install")
class TestPullSwitch(BillsCase):
    """FHIR after GraphQL: what it does not tell stays as it was told."""

    def setUp(self):
        super().setUp()
        self.store.recorded = Recorded()
        for name, rows in state.recorded_store().rows.items():
            self.store.rows[name].update(rows)
        self.store.bill_status.update(dict.fromkeys(self.store.rows["Invoice"], 1))
        self.connection.write({"transport": "mixed", "page_size": 100})

    def known(self, model):
        domain = [("company_id", "=", self.company.id)]
        return self.env[model].with_context(active_test=False).search(domain)

    def test_fhir_wipes_nothing_and_doubles_nothing(self):
        self.pull(full=True)
        claims = self.known("openimis.claim")
        premiums = self.known("openimis.premium")
        told = {
            claim.id: (claim.read(CLAIM), claim.line_ids.sorted("id").read(LINE))
            for claim in claims
        }
        paid = {
            premium.id: (premium.openimis_uuid, premium.amount, premium.payer_id)
            for premium in premiums
        }
        areas = {c.id: c.openimis_location_id.id for c in self.facilities()}
        self.assertEqual((len(claims), len(premiums)), (312, 170))
        self.connection.transport = "fhir"
        self.pull(full=True)
        self.assertEqual(self.known("openimis.premium"), premiums)
        for premium in premiums:
            here = premium.openimis_uuid, premium.amount, premium.payer_id
            self.assertEqual(here, paid[premium.id])
        self.assertEqual(self.known("openimis.claim"), claims)
        for claim in claims:
            here = claim.read(CLAIM), claim.line_ids.sorted("id").read(LINE)
            self.assertEqual(here, told[claim.id], claim.code)
            self.assertFalse(claim.amounts_untold, claim.code)
        self.assertEqual(
            {c.id: c.openimis_location_id.id for c in self.facilities()}, areas
        )

    def facilities(self):
        return self.env["res.partner"].search([("openimis_is_facility", "=", True)])


@tagged("post_install", "-at_install")
class TestPullByFhir(BillsCase):
    """Claims withdrawn, pages that take too long, contacts of several companies."""

    def claim(self, number):
        domain = [("openimis_uuid", "=", self.claims[number])]
        return self.env["openimis.claim"].with_context(active_test=False).search(domain)

    def test_withdrawn_claims_are_found_by_fhir(self):
        self.fill(claims=25)
        self.pull()
        free, billed = self.claim(3), self.claim(7)
        billed.sudo().billing_move_id = self.init_invoice("in_invoice", amounts=[150.0])
        self.store.delete("Claim", free.openimis_uuid)
        self.store.delete("Claim", billed.openimis_uuid)
        pull = self.pull(full=True)
        self.assertEqual(pull.counters["claim"].get("delete"), 2, self.texts(pull))
        self.assertFalse(free.active)
        self.assertTrue(billed.active)
        proposal = self.env["openimis.bill.proposal"].search(
            [("claim_id", "=", billed.id)]
        )
        self.assertEqual((proposal.reason, proposal.action), ("withdrawn", "note"))
        self.assertFalse(self.pull(full=True).counters["claim"].get("delete"))

    def shared_contact(self, **values):
        return self.env["res.partner"].create(
            {
                "name": "By Hand",
                "company_id": False,
                "openimis_is_facility": True,
                "openimis_code": self.facility_code(),
                **values,
            }
        )

    def facility_code(self):
        row = self.store.rows["Organization"][self.facility]
        return row.resource["identifier"][1]["value"]

    def facilities(self):
        domain = [("openimis_code", "=", self.facility_code())]
        return self.env["res.partner"].search(domain)

    def test_a_contact_others_work_with_is_left_apart(self):
        self.fill(claims=1)
        other = self.env["res.company"].create({"name": "Other Scheme"})
        self.env["openimis.connection"].with_context(
            allowed_company_ids=(self.company | other).ids
        ).create({"name": "Other", "url": "https://x.org", "company_id": other.id})
        contact = self.shared_contact()
        pull = self.pull()
        self.assertFalse(contact.openimis_uuid)
        self.assertEqual(contact.name, "By Hand")
        own = self.facilities() - contact
        self.assertEqual(
            (own.company_id, own.openimis_uuid), (self.company, self.facility)
        )
        self.assertIn("facility.shared", pull.exchange_message_ids.mapped("code"))

    def test_a_contact_made_by_hand_is_completed_and_told(self):
        self.fill(claims=1)
        others = self.env["openimis.connection"].sudo().search([])
        (others - self.connection).active = False  # nobody else works with openIMIS
        contact = self.shared_contact()
        pull = self.pull()
        self.assertEqual(contact.openimis_uuid, self.facility)
        self.assertEqual(self.facilities(), contact)
        self.assertIn("facility.shared", pull.exchange_message_ids.mapped("code"))


@tagged("post_install", "-at_install")
class TestPullStalls(BillsCase):
    """A server that is never ready with a large page."""

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Keep the time limit: Odoo lets requests of a test wait for ten seconds."""
        if request.url.startswith("http://127.0.0.1:"):
            return common._super_send(session, request, **options)
        return super()._request_handler(session, request, **options)

    def test_pages_that_take_too_long_are_asked_for_in_pieces(self):
        self.fill(claims=7)
        graphql.schema()  # parsed once, longer than the time limit
        self.connection.timeout = 1
        self.connection.write({"retries": 0, "page_size": 10})
        self.server.stalls_above = 5
        for line in self.connection.kind_ids:
            line.enabled = line.kind in ("location", "facility", "product", "claim")
        for transport in ("fhir", "graphql"):
            with self.subTest(transport):
                self.connection.transport = transport
                self.server.requests.clear()
                pull = self.pull(full=True)
                self.assertEqual(pull.state, "done", self.texts(pull))
                self.assertEqual(pull.counters["claim"]["found"], 7)
                self.assertEqual(self.count("openimis.claim"), 7)


@tagged("post_install", "-at_install")
class TestPullTwice(OpenimisCase):
    """Entries openIMIS always fails on cost few requests at each pull."""

    def test_failing_entries_are_not_looked_for_at_each_pull(self):
        for name, rows in state.recorded_store().rows.items():
            self.store.rows[name].update(rows)
        self.connection.write({"transport": "fhir", "page_size": 50})
        kinds = ("location", "facility", "product", "policy", "premium")
        for line in self.connection.kind_ids:
            line.enabled = line.kind in kinds
        self.pull()
        asked = [len(self.server.requests)]
        for _time in range(2):
            self.server.requests.clear()
            pull = self.pull()
            asked.append(len(self.server.requests))
            self.assertEqual(pull.state, "partial")
        again = pull.exchange_message_ids.mapped("code")
        self.assertLess(max(asked), 850, asked)
        self.assertLess(asked[-1], 320, (asked, again))
