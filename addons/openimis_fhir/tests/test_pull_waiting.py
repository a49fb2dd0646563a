from odoo.tests import tagged

from ..core import records
from ..core.record_json import from_json, to_json
from .test_pull_bills import BillsCase

from tests.simulators.openimis import recorded_state as state  # isort: skip


@tagged("post_install", "-at_install")
class TestPullWaiting(BillsCase):
    """What points at records that come later waits in the database."""

    def setUp(self):
        super().setUp()
        for name, rows in state.recorded_store().rows.items():
            self.store.rows[name].update(rows)
        self.connection.write({"transport": "fhir", "page_size": 50})

    def pull_until(self, seen):
        """Read page after page, and stop before the pull is closed."""
        pull = self.env["openimis.pull"].create(
            {"connection_id": self.connection.id, "company_id": self.company.id}
        )
        waiting = self.env["openimis.pull.waiting"].sudo()
        original = type(pull)._finish

        def finish(this):
            seen.append(waiting.search([("pull_id", "=", pull.id)]))
            seen.append(dict(self.premiums()))
            seen.append(sorted(seen[0].mapped("kind")))
            return original(this)

        self.patch(type(pull), "_finish", finish)
        pull.with_context(exchange_inline=True).action_run()
        self.assertTrue(seen, (pull.state, self.texts(pull)[:5]))
        return pull

    def premiums(self):
        groups = self.env["openimis.premium"]._read_group(
            [("company_id", "=", self.company.id)], ["policy_id"], ["__count"]
        )
        return [(policy.id, count) for policy, count in groups]

    def test_it_is_kept_in_the_database_and_goes_when_it_is_written(self):
        seen = []
        pull = self.pull_until(seen)
        kept, before, _kinds = seen
        # read before the end of the pull, by whoever: nothing of it is in this process
        self.assertTrue(kept)
        self.assertGreater(len(self.premiums()), len(before))
        self.assertFalse(kept.exists())
        self.assertFalse(kept.search([("pull_id", "=", pull.id)]))

    def test_no_more_than_the_most_is_kept(self):
        module = "odoo.addons.openimis_fhir.models.openimis_pull_waiting"
        self.patch(__import__(module, fromlist=["x"]), "MOST_WAITING", 1)
        seen = []
        pull = self.pull_until(seen)
        kinds = seen[2]
        self.assertEqual(kinds, sorted(set(kinds)))
        self.assertIn("premium", kinds)
        # what found no room is said to be left out, and comes at the next pull
        self.assertIn("premium.reference", pull.exchange_message_ids.mapped("code"))
        self.assertEqual(pull.state, "partial")

    def test_one_pull_is_enough(self):
        """What came after a claim that points at it is in the claim all the same."""
        pull = self.pull()
        first = self.pointed()
        counted = pull.counters["claim"]
        self.pull(full=True)
        self.assertEqual(self.pointed(), first)
        self.assertEqual(counted["create"], len(first))
        self.assertFalse(counted.get("update"))

    def pointed(self):
        claims = self.env["openimis.claim"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertTrue(claims)
        return {
            claim.openimis_uuid: (claim.product_id.code, claim.policy_id.code)
            for claim in claims
        }

    def test_nobody_may_read_what_waits(self):
        waiting = self.env["openimis.pull.waiting"].with_user(self.user)
        self.assertFalse(waiting.has_access("read"))

    def test_every_record_comes_back_as_it_was(self):
        pull = self.pull()
        self.assertTrue(pull)
        transport = self.connection._transport()
        read = 0
        for kind in ("location", "facility", "product", "policy", "premium", "claim"):
            for record in transport.page(kind, 0, 50).records:
                again = from_json(to_json(record))
                self.assertEqual(again, record)
                self.assertEqual(
                    records.fingerprint(again), records.fingerprint(record)
                )
                read += 1
        self.assertGreater(read, 150)
