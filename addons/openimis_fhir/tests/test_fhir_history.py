from odoo.tests import tagged

from .fhir_case import FhirCase


@tagged("post_install", "-at_install")
class TestFhirHistory(FhirCase):
    """What changed and what was deleted."""

    def test_deleted_bills_leave_a_tombstone(self):
        move = self.bill(1, post=False)
        uuid = move.openimis_uuid
        move.unlink()
        self.call(f"Invoice/{uuid}", status=410)
        for path in ("Invoice/_history", f"Invoice/{uuid}/_history"):
            entry = self.call(path)["entry"][0]
            self.assertEqual(entry["request"]["method"], "DELETE")
            self.assertIn(uuid, entry["fullUrl"])

    def test_history_tells_changes_since(self):
        move = self.bill(1)
        bundle = self.call("Invoice/_history?_since=2020-01-01T00:00:00Z")
        self.assertEqual(bundle["entry"][0]["resource"]["id"], move.openimis_uuid)
        self.assertNotIn("entry", self.call("Invoice/_history?_since=2090-01-01"))

    def test_no_change_is_lost_between_two_pages(self):
        moves = [self.bill(n, post=False) for n in range(6)]
        graves = [move.openimis_uuid for move in moves[:3]]
        self.env["account.move"].union(*moves[:3]).unlink()
        alive = [move.openimis_uuid for move in moves[3:]]
        for count in (1, 2, 4):
            bundle = self.call(f"Invoice/_history?_count={count}")
            self.assertEqual(bundle["total"], 6)
            changes = self.changes(bundle)
            while following := [k for k in bundle["link"] if k["relation"] == "next"]:
                bundle = self.call(following[0]["url"])
                changes += self.changes(bundle)
            self.assertEqual(len(changes), 6)
            self.assertEqual({i for m, i in changes if m == "DELETE"}, set(graves))
            self.assertEqual({i for m, i in changes if m == "PUT"}, set(alive))

    def changes(self, bundle):
        return [
            (entry["request"]["method"], entry["fullUrl"].rpartition("/")[2])
            for entry in bundle.get("entry", ())
        ]

    def test_what_is_asked_of_a_history_is_understood_or_refused(self):
        move = self.bill(1)
        path = f"Invoice/{move.openimis_uuid}/_history"
        self.assertEqual(self.call(path)["total"], 1)
        self.assertEqual(self.call(f"{path}?_count=0")["total"], 1)
        self.call("Invoice/nothing/_history", status=404)
        for query in ("_since=yesterday", "_at=2026", "_count=x", "_cursor=MTIz"):
            self.call(f"Invoice/_history?{query}", status=400)
