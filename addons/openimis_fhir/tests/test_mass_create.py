from contextlib import contextmanager
from unittest.mock import patch

from odoo.models import BaseModel
from odoo.tests import tagged

from .common import OpenimisCase

KEYS = ("id", "claim_id", "code", "openimis_uuid", "create_date", "write_date")


@tagged("post_install", "-at_install")
class TestMassCreate(OpenimisCase):
    """What is written past `create()` is what `create()` would have written."""

    def setUp(self):
        super().setUp()
        self.fill(claims=2)
        location = self.env["openimis.location"].create(
            {"code": "D1", "name": "D", "type": "D", "company_id": self.company.id}
        )
        self.pull_basics()
        facility = self.env["res.partner"].search(
            [("openimis_uuid", "=", self.facility)]
        )
        facility.openimis_location_id = location

    def pull_basics(self):
        """Everything but claims and bills."""
        kinds = self.connection.kind_ids
        late = kinds.filtered(lambda kind: kind.kind in ("claim", "bill"))
        late.enabled = False
        self.pull()
        late.enabled = True

    def rows(self, table):
        """Stored columns of a table's rows, without keys and stamps."""
        self.env.flush_all()
        self.env.cr.execute(
            f"SELECT to_jsonb(t) - %s FROM {table} t WHERE company_id = %s ORDER BY id",
            [list(KEYS), self.company.id],
        )
        return [row for (row,) in self.env.cr.fetchall()]

    def pulled_rows(self):
        pull = self.pull()
        self.assertEqual(pull.counters["claim"]["create"], 2, self.texts(pull))
        return {
            table: self.rows(table)
            for table in ("openimis_claim", "openimis_claim_line")
        }

    def through_create(self):
        """Pull again, as if an addon had a `create()` of its own on claims."""
        ours = ("company_id", "=", self.company.id)
        self.env["openimis.claim"].search([ours]).unlink()
        known = [ours, ("kind", "=", "claim")]
        self.env["openimis.remote.record"].search(known).unlink()
        kinds = self.connection.kind_ids
        kinds.date_since = False
        Claim = type(self.env["openimis.claim"])
        original = Claim.create

        def create(records, vals_list):
            calls.append(len(vals_list))
            return original(records, vals_list)

        calls = []
        with patch.object(Claim, "create", create):
            rows = self.pulled_rows()
        self.assertEqual(calls, [2])
        return rows

    @contextmanager
    def created(self):
        """Note the model of each call of the ORM's own way to write new records."""
        models, create = [], BaseModel._create

        def noting(records, data_list):
            models.append(records._name)
            return create(records, data_list)

        with patch.object(BaseModel, "_create", noting):
            yield models

    def test_every_column_is_as_create_makes_it(self):
        with self.created() as models:
            in_mass = self.pulled_rows()
        self.assertNotIn("openimis.claim", models)
        one_by_one = self.through_create()
        for table, rows in in_mass.items():
            self.assertEqual(len(rows), 2 if table == "openimis_claim" else 4)
            for ours, odoos in zip(rows, one_by_one[table], strict=True):
                self.assertEqual(ours, odoos, table)
        self.assertTrue(in_mass["openimis_claim"][0]["location_id"])
        self.assertEqual(in_mass["openimis_claim"][0]["billing_state"], "to_bill")

    def test_lines_are_as_create_makes_them(self):
        self.pulled_rows()
        ours = [("company_id", "=", self.company.id)]
        claim = self.env["openimis.claim"].search(ours, limit=1)
        pulled = self.rows("openimis_claim_line")[:2]
        claim.line_ids.copy({"claim_id": claim.id})
        copied = self.rows("openimis_claim_line")[-2:]
        for ours, odoos in zip(pulled, copied, strict=True):
            self.assertEqual(
                {name: value or 0 for name, value in ours.items()},
                {name: value or 0 for name, value in odoos.items()},
            )

    def test_amounts_are_rounded_half_up_as_their_fields_say(self):
        for key in self.claims:
            answer = self.store.rows["Claim"][key].response
            answer["item"][0]["adjudication"][-1]["amount"]["value"] = 10.00005
            self.store.rows["Claim"][key].resource["total"]["value"] = 10.005
        rows = self.pulled_rows()
        self.assertEqual(rows["openimis_claim"][0]["claimed"], 10.01)
        self.assertEqual(rows["openimis_claim_line"][0]["price_valuated"], 10.0001)
        self.assertEqual(self.through_create(), rows)
