from odoo.tests import tagged

from .common import OpenimisCase


@tagged("post_install", "-at_install")
class TestPullTrouble(OpenimisCase):
    """What openIMIS refuses or fails at is named, and the rest is read."""

    def test_a_claim_of_an_unknown_facility_is_named_and_asked_for_again(self):
        self.fill()
        self.store.rows["Organization"].clear()
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertEqual(pull.counters["claim"]["failed"], 25)
        self.assertIn("C000003", " ".join(self.texts(pull)))
        kinds = {kind.kind: kind for kind in self.connection.kind_ids}
        self.assertFalse(kinds["claim"].date_since)
        self.assertTrue(kinds["location"].date_since)
        self.store.add_facility(1)
        self.server.listing.counts.clear()  # an hour later
        again = self.pull()
        self.assertEqual(again.counters["claim"]["create"], 25)

    def test_a_page_that_fails_costs_only_the_entry_at_fault(self):
        self.fill(bills=25)
        self.store.broken = {self.bills[7]}
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertEqual(pull.counters["bill"]["create"], 24)
        self.assertEqual(pull.message_error_count, 1)

    def test_what_openimis_always_fails_on_does_not_end_incremental_pulling(self):
        self.fill(bills=25)
        self.store.broken = {self.bills[7]}
        bills = self.connection.kind_ids.filtered(lambda line: line.kind == "bill")
        self.pull()
        self.assertFalse(bills.date_since)  # perhaps it can be read the next time
        self.assertEqual(self.pull().state, "partial")
        mark = bills.date_since
        self.assertTrue(mark)
        self.store.broken.add(self.bills[8])
        self.store.rows["Invoice"][self.bills[8]].updated = self.store.now()
        self.pull()
        self.assertEqual(bills.date_since, mark)  # another one: asked for again
        self.store.broken = set()
        self.assertEqual(self.pull().state, "done")
        self.assertEqual(self.count("openimis.remote.bill"), 25)

    def test_the_mark_is_the_time_before_the_first_list_was_counted(self):
        self.fill(claims=2)
        requests = []
        pulls = type(self.env["openimis.pull"])
        note = pulls._note_watermark

        def noted(pull, transport):
            requests.append(len(self.server.requests))
            return note(pull, transport)

        self.patch(pulls, "_note_watermark", noted)
        self.pull()
        self.assertEqual(requests, [2])  # the login and one count

    def test_a_list_that_fails_as_a_whole_is_named_once_and_the_others_read(self):
        self.fill(claims=2, bills=0)
        self.store.failing = {"Contract"}
        self.connection.page_size = 5
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertEqual(pull.message_error_count, 1, self.texts(pull))
        texts = " ".join(self.texts(pull))
        self.assertIn("cannot count its list of Premiums", texts)
        self.assertIn("failed on this question", texts)
        self.assertEqual(pull.counters["claim"]["create"], 2)
        kinds = {kind.kind: kind for kind in self.connection.kind_ids}
        self.assertTrue(kinds["claim"].date_since)
        self.store.failing = set()
        pull.with_context(exchange_inline=True).action_resume()
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.assertEqual(self.count("openimis.premium"), 1)

    def test_the_only_entry_of_a_list_that_fails_is_named(self):
        self.fill(claims=0, bills=1)
        self.store.broken = set(self.bills)
        pull = self.pull()
        self.assertEqual(pull.state, "partial")
        self.assertEqual(pull.counters["bill"]["failed"], 1)
        self.assertIn("premium is missing", " ".join(self.texts(pull)))

    def test_a_list_that_cannot_be_counted_is_read_in_one_go(self):
        self.fill(claims=0, bills=30)
        # the first ones, and the one asked for after them
        self.store.broken = {*self.bills[:12], self.bills[19]}
        pull = self.pull()
        self.assertEqual(pull.counters["bill"]["create"], 17, self.texts(pull))
        self.assertEqual(pull.counters["bill"]["failed"], 13)
        self.assertIn("cannot count", " ".join(self.texts(pull)))

    def test_a_dead_server_is_not_asked_for_every_page(self):
        self.fill(claims=200)
        pull = self.env["openimis.pull"].create(
            {"connection_id": self.connection.id, "company_id": self.company.id}
        )
        pull.action_plan()
        self.connection.write({"retries": 0})
        asked = len(self.server.requests)
        self.faults.planned = dict.fromkeys(range(asked + 1, asked + 99), "busy_503")
        pull.with_context(exchange_inline=True).action_run()
        self.assertEqual(pull.state, "failed")
        self.assertLessEqual(len(self.server.requests) - asked, 2)
        self.faults.planned = {}
        pull.with_context(exchange_inline=True).action_resume()
        self.assertEqual(pull.state, "done", self.texts(pull))
        self.assertEqual(self.count("openimis.claim"), 200)

    def test_a_wrong_password_fails_in_clear_words(self):
        self.fill()
        self.connection.password = "wrong"
        pull = self.pull()
        self.assertEqual(pull.state, "failed")
        self.assertIn("refuses login", self.texts(pull)[0])
        self.assertEqual(len(self.server.requests), 1)
