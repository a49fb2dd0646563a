from collections import Counter

from odoo.tests import tagged

from .test_pull_bills import BillsCase

from tests.simulators.openimis import recorded_state as state  # isort: skip


@tagged("post_install", "-at_install")
class TestRecordedFhir(BillsCase):
    """The recorded state of a real openIMIS, pulled by FHIR, equals its tables."""

    def setUp(self):
        super().setUp()
        for name, rows in state.recorded_store().rows.items():
            self.store.rows[name].update(rows)
        self.store.bill_status.update(dict.fromkeys(self.store.rows["Invoice"], 1))
        self.connection.write({"transport": "fhir", "page_size": 50})

    def found(self, model):
        domain = [("company_id", "=", self.company.id)]
        records = self.env[model].with_context(active_test=False).search(domain)
        return {r.openimis_uuid: r for r in records if r.openimis_uuid}

    def test_received_equals_there(self):
        pull = self.pull()
        self.assertEqual(pull.state, "partial")  # and it says what is missing
        self.check_facilities()
        self.check_policies(pull)
        self.check_premiums(pull)
        self.check_products()
        self.check_claims()
        text = " ".join(self.texts(pull))
        self.assertIn("Amounts Not Told in Full", text)

    def check_facilities(self):
        rows = state.valid("facilities")
        uuids = [row["uuid"] for row in rows]
        domain = [("openimis_is_facility", "=", True), ("openimis_uuid", "in", uuids)]
        found = {p.openimis_uuid: p for p in self.env["res.partner"].search(domain)}
        self.assertEqual(set(found), {row["uuid"] for row in rows})
        for row in rows:
            area = found[row["uuid"]].openimis_location_id
            self.assertEqual(area.openimis_uuid, row["district_uuid"], row["code"])

    def check_policies(self, pull):
        """All that FHIR can give came; each other policy is named."""
        named = set(pull.exchange_message_ids.mapped("value"))
        rows = {row["uuid"]: row for row in state.valid("policies")}
        idle = {key for key, row in rows.items() if not row["effective_date"]}
        self.assertEqual(set(self.found("openimis.policy")), set(rows) - idle)
        parts = {k for k, paid in state.premiums_by_policy().items() if len(paid) > 1}
        self.assertLessEqual(idle | parts, named)

    def check_premiums(self, pull):
        """What FHIR can give came in this pull, with policies found late in it."""
        rows = {row["uuid"]: row for row in state.valid("policies")}
        given = sorted(
            (key, f"{float(paid[0]['amount']):.2f}")
            for key, paid in state.premiums_by_policy().items()
            if len(paid) == 1 and rows[key]["effective_date"]
        )
        here = sorted(
            (premium.policy_id.openimis_uuid, f"{premium.amount:.2f}")
            for premium in self.found("openimis.premium").values()
        )
        self.assertEqual(here, given)
        left = {
            message.value.partition("#")[0]
            for message in pull.exchange_message_ids
            if message.code == "premium.reference"
        }
        idle = {key for key, row in rows.items() if not row["effective_date"]}
        self.assertLessEqual(left, idle)

    def check_products(self):
        found = self.found("openimis.product")
        for row in state.valid("products"):
            area = found[row["uuid"]].location_id.openimis_uuid or ""
            self.assertEqual(area, row["location_uuid"], row["code"])

    def check_claims(self):
        found = self.found("openimis.claim")
        rows = state.valid("claims")
        self.assertEqual(set(found), {row["uuid"] for row in rows})
        for row in rows:
            claim = found[row["uuid"]]
            self.assertEqual(claim.status, row["status"], row["code"])
            self.assertAlmostEqual(claim.claimed, float(row["claimed"]), 2)
            self.assertFalse(claim.date_processed)
            self.assertEqual(claim.billing_date.isoformat(), row["date_to"])
        refused = Counter(
            line.claim_id.openimis_uuid
            for claim in found.values()
            for line in claim.line_ids
            if line.status == "2"
        )
        table = Counter(
            row["claim_uuid"]
            for row in state.recorded.truth("claim_lines")
            if row["line_status"] == "2"
            and not row["line_validity_to"]
            and row["claim_uuid"] in found
        )
        self.assertEqual(refused, table)

    def test_a_claim_fhir_does_not_tell_in_full_is_not_billed(self):
        self.pull()
        claims = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id), ("status", "=", "16")]
        )
        untold = claims.filtered("amounts_untold")
        told = claims - untold
        self.assertGreater(len(untold), 150)
        self.assertGreater(len(told), 10)
        closing = self.env["openimis.closing"].create(
            {
                "company_id": self.company.id,
                "date_from": "2018-01-01",
                "date_to": "2027-12-31",
                "header_policy": "lines",
            }
        )
        reasons = self.reasons(closing)
        self.assertEqual({reasons[c.id] for c in told} & {"untold"}, set())
        left = [reasons[claim.id] for claim in untold]
        self.assertIn("untold", left)
        self.assertNotIn(None, left)
        untold[0].amounts_untold = False
        before = reasons[untold[0].id]
        self.assertNotEqual(
            (before, self.reasons(closing)[untold[0].id]), ("untold",) * 2
        )

    def reasons(self, closing):
        """{id of a claim: why it is not billed, None if it is}."""
        from odoo.addons.openimis_payable.core.payable import Calculation

        claims = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id), ("status", "=", "16")]
        )
        calculation = Calculation()
        self.env["openimis.converter.claim"]._calculate(closing, claims, calculation)
        return {
            claim.id: calculation.reasons.get(claim.id, (None,))[0] for claim in claims
        }
