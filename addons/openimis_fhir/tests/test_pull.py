import copy
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PRODUCT, OpenimisCase


@tagged("post_install", "-at_install")
class TestPull(OpenimisCase):
    def claim(self, uuid):
        return self.env["openimis.claim"].search(
            [("openimis_uuid", "=", uuid), ("company_id", "=", self.company.id)]
        )

    def test_test_button_tells_what_it_found(self):
        self.fill()
        notice = self.connection.action_test()
        self.assertIn("1", notice["params"]["message"])

    def test_test_button_explains_a_wrong_password(self):
        self.connection.password = "wrong"
        with self.assertRaisesRegex(UserError, "refuses login"):
            self.connection.action_test()

    def test_everything_comes_in(self):
        self.fill()
        pull = self.pull()
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.assertEqual(
            pull.counters["claim"],
            {"found": 25, "unchanged": 0, "create": 25, "update": 0},
        )
        claim = self.claim(self.claims[3])
        self.assertRecordValues(
            claim,
            [
                {
                    "code": "C000003",
                    "status": "16",
                    "claimed": 500.0,
                    # FHIR's sums are those of the stages it shows: no information
                    "valuated": 0.0,
                    "billing_state": "to_bill",
                    "icd_code": "D-637",
                }
            ],
        )
        self.assertEqual(claim.product_id.code, PRODUCT)
        self.assertEqual(claim.health_facility_id.openimis_code, "HF0001")
        self.assertEqual(claim.line_ids.mapped("price_valuated"), [30.0, 30.0])
        # openIMIS tells the origin of the last line only
        self.assertEqual(claim.line_ids.mapped("price_origin"), [False, "R"])
        self.assertEqual(claim.insuree_id.chf_id, "100000001")

    def test_locations_know_their_parents(self):
        self.fill()
        self.pull()
        areas = self.env["openimis.location"].search(
            [("company_id", "=", self.company.id)], order="code"
        )
        self.assertEqual(areas.mapped("type"), ["R", "D", "D", "D"])
        self.assertEqual(areas[1:].parent_id, areas[0])

    def test_parents_on_later_pages_are_found_in_the_second_pass(self):
        region = self.store.add_location(1)
        rows = self.store.rows["Location"]
        for number in range(2, 50):
            self.store.add_location(number, region)
        rows[region] = rows.pop(region)  # the region comes last
        pull = self.pull()
        self.assertEqual(pull.state, "done", self.texts(pull))
        districts = self.env["openimis.location"].search(
            [("company_id", "=", self.company.id), ("type", "=", "D")]
        )
        self.assertEqual(len(districts), 48)
        self.assertTrue(all(districts.mapped("parent_id")))

    def test_premiums_bring_officers_and_values(self):
        self.fill()
        self.pull()
        premium = self.env["openimis.premium"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(premium.amount, 10000.0)
        self.assertEqual(premium.receipt, "555")
        self.assertEqual(premium.policy_id.officer_id.code, "E00005")

    def test_pulled_twice_nothing_changes(self):
        self.fill()
        self.pull()
        before = self.snapshot()
        pull = self.pull(full=True)
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.assertEqual(self.snapshot(), before)
        for kind, row in pull.counters.items():
            self.assertFalse(row.get("create") or row.get("update"), (kind, row))

    def snapshot(self):
        """Ids and write dates of everything a pull writes."""
        models = ("claim", "claim.line", "policy", "premium", "location", "remote.bill")
        return {
            model: self.env[f"openimis.{model}"]
            .search([("company_id", "=", self.company.id)], order="id")
            .mapped(lambda r: (r.id, r.write_date))
            for model in models
        }

    def test_only_changes_are_asked_for_the_next_time(self):
        self.fill()
        self.pull()
        kind = self.connection.kind_ids.filtered(lambda k: k.kind == "claim")
        self.assertTrue(kind.date_since)
        self.assertEqual(kind.record_count, 25)
        kind.date_since = fields.Datetime.now() + timedelta(days=1)
        pull = self.pull()
        self.assertNotIn("unchanged", pull.counters["claim"])

    def stage_claim(self, number, stage, days):
        """A claim that has come to a stage, entered so many days ago.

        openIMIS dates a claim by its entry, whatever is decided about it later.
        """
        row = self.store.rows["Claim"][self.claims[number]]
        entered = fields.Datetime.now() - timedelta(days=days)
        visit = str(entered.date())
        row.updated = entered
        row.resource["billablePeriod"] = {"start": visit, "end": visit}
        row.node.setdefault("answer", row.response)
        row.response = copy.deepcopy(row.node["answer"])
        for part in [row.response, *row.response["item"]]:
            name = "total" if "total" in part else "adjudication"
            part[name] = [
                value
                for value in part[name]
                if int(value["category"]["coding"][0]["code"]) <= stage
            ]

    def test_a_claim_valuated_long_after_its_entry_is_noticed(self):
        self.fill(claims=3)
        for number, days in enumerate((30, 20, 40)):
            self.stage_claim(number, 16 if number == 2 else 4, days)
        self.pull()
        claims = [self.claim(uuid) for uuid in self.claims]
        self.assertEqual([c.status for c in claims], ["4", "4", "16"])
        self.stage_claim(0, 16, days=30)
        pull = self.pull()
        self.assertEqual(claims[0].status, "16")
        self.assertEqual(pull.counters["claim"]["update"], 1)
        # asked for since the oldest that waits, not for everything
        self.assertEqual(pull.counters["claim"]["found"], 2)
        self.assertEqual(self.pull().counters["claim"]["found"], 1)

    def test_everything_is_asked_for_again_from_time_to_time(self):
        self.fill(claims=2)
        self.stage_claim(0, 4, days=400)
        self.stage_claim(1, 16, days=400)
        self.assertTrue(self.pull().full)
        self.stage_claim(0, 16, days=400)
        self.assertEqual(self.pull().counters["claim"]["found"], 0)
        self.assertTrue(self.connection.date_full)
        self.connection.date_full = fields.Datetime.now() - timedelta(days=7)
        pull = self.pull()
        self.assertTrue(pull.full)
        self.assertEqual(pull.counters["claim"]["update"], 1)
        self.assertFalse(self.pull().full)

    def test_a_rehearsal_or_a_failure_does_not_count_as_everything(self):
        self.fill(claims=2)
        self.pull(dry_run=True)
        self.assertFalse(self.connection.date_full)
        self.connection.password = "wrong"
        self.pull()
        self.assertFalse(self.connection.date_full)

    def test_a_changed_claim_is_updated_in_place(self):
        self.fill()
        self.pull()
        claim = self.claim(self.claims[0])
        lines = claim.line_ids
        self.store.add_claim(0, self.facility, self.policy, self.patient, valuated=20.0)
        pull = self.pull()
        self.assertEqual(pull.counters["claim"]["update"], 1)
        self.assertEqual(claim.line_ids, lines)
        self.assertEqual(claim.line_ids.mapped("price_valuated"), [20.0, 20.0])

    def test_a_claim_imported_by_file_is_recognised_by_its_uuid(self):
        self.fill()
        self.pull()
        self.env["openimis.remote.record"].search([("kind", "=", "claim")]).unlink()
        pull = self.pull(full=True)
        self.assertEqual(pull.counters["claim"]["update"], 25)
        self.assertEqual(self.count("openimis.claim"), 25)

    def test_what_was_entered_by_hand_is_recognised_by_its_code(self):
        self.fill(claims=1)
        company = {"company_id": self.company.id}
        location = self.env["openimis.location"].create(
            {"code": "L0001", "name": "By hand", "type": "R", **company}
        )
        facility = self.env["res.partner"].create(
            {"name": "By hand", "openimis_code": "HF0001", **company}
        )
        product = self.env["openimis.product"].create(
            {"code": PRODUCT, "name": "By hand", **company}
        )
        pull = self.pull()
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.assertEqual(location.name, "Area 1")
        self.assertEqual(facility.openimis_uuid, self.facility)
        self.assertEqual(self.claim(self.claims[0]).product_id, product)

    def test_insurees_are_pulled_on_demand_only(self):
        connection = self.env["openimis.connection"].create(
            {
                "name": "New",
                "url": "https://x.example.org",
                "company_id": self.company.id,
            }
        )
        off = connection.kind_ids.filtered(lambda kind: not kind.enabled)
        self.assertEqual(off.mapped("kind"), ["insuree", "family", "relative_index"])

    def test_switched_on_later_the_claims_find_their_insurees(self):
        self.fill(claims=3)
        kind = self.connection.kind_ids.filtered(lambda line: line.kind == "insuree")
        kind.enabled = False
        self.pull()
        claims = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(len(claims), 3)
        self.assertFalse(claims.insuree_id)
        self.assertEqual(self.count("openimis.insuree"), 0)
        self.assertFalse(self.pull(full=True).counters["claim"].get("update"))
        kind.enabled = True
        pull = self.pull()
        self.assertEqual(pull.counters["claim"]["update"], 3, self.texts(pull))
        self.assertEqual(claims.insuree_id.mapped("chf_id"), ["100000001"])
        self.assertFalse(self.pull(full=True).counters["claim"].get("update"))

    def test_a_claim_that_came_before_its_policy_finds_it_later(self):
        self.fill(claims=2)
        coverage = self.store.rows["Coverage"].pop(self.policy)
        self.store.rows["Contract"].clear()
        self.pull()
        claim = self.claim(self.claims[0])
        self.assertFalse(claim.product_id)
        again = self.pull(full=True)  # still missing: nothing to write
        self.assertEqual(again.counters["claim"]["unchanged"], 2)
        self.assertFalse(again.counters["claim"].get("update"))
        self.store.rows["Coverage"][self.policy] = coverage
        pull = self.pull(full=True)
        self.assertEqual(pull.counters["claim"]["update"], 2, self.texts(pull))
        self.assertEqual(claim.product_id.code, PRODUCT)

    def test_a_rehearsal_writes_nothing(self):
        self.fill()
        pull = self.pull(dry_run=True)
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.assertEqual(self.count("openimis.claim"), 0)
        self.assertFalse(any(self.connection.kind_ids.mapped("date_since")))

    def test_foreign_money_is_refused_in_words(self):
        self.fill()
        self.connection.currency_id = self.env.ref("base.CHF")
        pull = self.pull()
        self.assertEqual(pull.counters["claim"]["failed"], 25)
        self.assertIn("CHF", " ".join(self.texts(pull)))

    def test_graphql_brings_due_dates_accounts_and_statuses(self):
        self.fill()
        self.connection.transport = "graphql"
        self.store.bill_status[self.bills[0]] = 2
        pull = self.pull()
        self.assertEqual(pull.state, "done", self.texts(pull))
        bills = self.env["openimis.remote.bill"].search(
            [("company_id", "=", self.company.id)], order="code"
        )
        self.assertEqual(bills.mapped("status"), ["2", "1", "1"])
        self.assertTrue(all(bills.mapped("date_due")))
        facility = bills.partner_id
        self.assertEqual(facility.openimis_account_code, "401100")

    def test_claims_know_their_batch_run(self):
        self.fill(claims=3)
        self.connection.transport = "graphql"
        relay_id = "QmF0Y2hSdW5HUUxUeXBlOjQ0"  # BatchRunGQLType:44
        self.store.batch_runs = [
            {
                "id": relay_id,
                "runDate": "2026-11-21T22:06:37.082",
                "runYear": 2026,
                "runMonth": 11,
                "location": None,
            }
        ]
        self.store.rows["Claim"][self.claims[1]].node = {"batchRun": {"id": relay_id}}
        pull = self.pull()
        self.assertEqual(pull.state, "done", self.texts(pull))
        run = self.env["openimis.batch.run"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual((run.run_year, run.run_month), (2026, 11))
        self.assertEqual(run.claim_ids, self.claim(self.claims[1]))

    def test_what_another_version_does_not_know_is_told_and_the_rest_read(self):
        self.fill(claims=3)
        self.connection.transport = "graphql"
        self.store.unknown_fields = {"claims": {"remunerated", "batchRun"}}
        pull = self.pull()
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.assertEqual(pull.counters["claim"]["create"], 3)
        (text,) = self.texts(pull)
        self.assertIn("remunerated", text)
        self.assertIn("batchRun", text)

    def test_a_claim_of_a_status_nobody_knows_is_named(self):
        self.fill(claims=3)
        row = self.store.rows["Claim"][self.claims[1]]
        row.response["total"][-1]["category"]["coding"][0]["code"] = "19"
        pull = self.pull()
        self.assertEqual(pull.counters["claim"]["create"], 2)
        self.assertIn("C000001", " ".join(self.texts(pull)))

    def test_a_scheduled_pull_starts_by_itself(self):
        self.fill()
        self.connection.write(
            {"pull_interval": 60, "next_pull": fields.Datetime.now() - timedelta(1)}
        )
        with self.enter_registry_test_mode():
            self.env.ref("openimis_fhir.ir_cron_openimis_pull").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.connection.pull_ids.state, "running")
        self.assertEqual(self.connection.pull_ids.user_id, self.connection.user_id)
        self.assertGreater(self.connection.next_pull, fields.Datetime.now())

    def test_the_status_of_a_pull_is_told_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        Pull = self.env["openimis.pull"].with_context(lang="fr_FR")
        labels = dict(Pull.fields_get(["state"])["state"]["selection"])
        self.assertEqual(labels["partial"], "Partielle")
        self.assertEqual(labels["planned"], "Planifiée")

    def test_the_exchange_user_can_pull(self):
        self.fill()
        pull = self.pull(user=self.user)
        self.assertEqual(pull.state, "done", self.texts(pull))
