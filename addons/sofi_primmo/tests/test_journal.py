from dataclasses import replace
from decimal import Decimal

from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.sofi_primmo.core.api_client import Listing

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestJournal(SofiCase):
    """The journal is written in masses, past the ORM."""

    def setUp(self):
        super().setUp()
        self.run_ = self.export()
        self.Charge = self.env["sofi.charge"]
        self.common = self.Charge._prepare_common(self.run_, self.residence)

    def rows(self, prefix):
        """Return the values of lines of every kind."""
        charge = self.Charge._example()
        written = replace(charge, id=f"{prefix}1", unit_price=Decimal("12.123456"))
        unreadable = replace(
            charge, id=f"{prefix}2", external_id="", instant=None, day=None, problem="x"
        )
        file = self.run_.file_ids
        vals = [
            (written, {"state": "written", "file_id": file.id, "archive_batch": 3}),
            (written, {"state": "simulated", "file_id": file.id, "archive_batch": 0}),
            (unreadable, {"state": "skipped", "skip_reason": "invalid_charge"}),
            (
                charge,
                {
                    "state": "skipped",
                    "skip_reason": "already_exported",
                    "earlier_id": file.line_ids[0].id,
                },
            ),
        ]
        return [
            self.Charge._prepare_vals(item, "FR", detail="", **more)
            for item, more in vals
        ]

    def stored(self, known):
        """Return the new lines as the database has them, but for what tells them."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT * FROM sofi_charge WHERE id > %s ORDER BY id", known)
        )
        lines = self.env.cr.dictfetchall()
        for line in lines:
            del line["id"], line["sofi_charge_id"]
        return lines

    def last(self):
        return self.Charge.search([], order="id desc", limit=1).id

    def test_lines_are_those_of_create(self):
        known = self.last()
        self.Charge._write_lines(self.common, self.rows("A"))
        past_the_orm = self.stored(known)
        known = self.last()
        for row in self.rows("B"):
            # Billing works its state out; what is not known is not given.
            line = self.common | row
            given = {k: v for k, v in line.items() if v is not None}
            del given["billing_state"]
            self.Charge.create(given)
        self.assertEqual(len(past_the_orm), 4)
        self.assertEqual(past_the_orm, self.stored(known))

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_export(self):
        self.Charge._write_lines(self.common, self.rows("A"))
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint():
            self.Charge._write_lines(self.common, self.rows("A"))

    def test_the_run_knows_its_new_lines(self):
        before = self.run_.charge_count, len(self.run_.line_ids)
        charge = replace(self.Charge._example(), id="A1")
        verdict = self.run_._judge(self.residence, Listing([charge]))
        self.run_._write_journal(self.residence, verdict, self.run_.file_ids)
        after = self.run_.charge_count, len(self.run_.line_ids)
        self.assertEqual(after, (before[0] + 1, before[1] + 1))
        self.assertIn("A1", self.run_.file_ids.line_ids.mapped("sofi_charge_id"))
