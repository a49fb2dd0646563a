from datetime import date

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged

from .common import ITEM, SERVICE, OpenimisCase

#: columns that two rows cannot share
OWN_COLUMNS = ("id", "create_date", "write_date", "create_uid", "write_uid")


#: What was read for a run's first document, which is compared with Odoo's own way of
#: creating it, is read anew, hundreds at a time.
MORE = 3


@tagged("post_install", "-at_install")
class TestClosingMasses(OpenimisCase):
    """What a closing writes in masses: as the ORM would, whatever the number."""

    # === NUMBER OF QUERIES ===

    def _queries(self, month, count, line, **vals):
        """Bill claims of two facilities, 500 each, in one chunk; count its queries."""
        facilities = self.facility_a | self.facility_b
        for number in range(count):
            self._claim(
                f"{month}-{number}",
                line,
                ITEM,
                date_from=f"{month}-10",
                date_to=f"{month}-10",
                health_facility_id=facilities[number % 2].id,
                **vals,
            )
        closing = self._closing(
            move_line_policy="grouped",
            date_from=f"{month}-01",
            date_to=f"{month}-28",
            invoice_date=f"{month}-28",
        )
        [payload] = closing._plan()
        self.assertEqual(payload["units"], count)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        closing._execute(payload)
        self.env.flush_all()
        queries = self.env.cr.sql_log_count - before
        self.assertEqual(len(closing.move_ids), 2)
        self.assertEqual(set(closing.move_ids.mapped("amount_total")), {250 * count})
        return queries

    def test_queries_of_a_chunk_do_not_grow_with_its_claims(self):
        self._queries("2025-01", 2, SERVICE)
        few = self._queries("2025-02", 4, SERVICE)
        many = self._queries("2025-03", 240, SERVICE)
        self.assertLessEqual(many - few, MORE)

    def test_nor_do_they_with_claims_that_are_valuated_on_the_way(self):
        relative = {**SERVICE, "price_origin": "R"}
        for month in ("2025-04", "2025-05", "2025-06"):
            self._index(month)
        self._queries("2025-04", 2, relative, status="8")
        few = self._queries("2025-05", 4, relative, status="8")
        many = self._queries("2025-06", 240, relative, status="8")
        self.assertLessEqual(many - few, MORE)
        claims = self.env["openimis.claim"].search([("code", "=like", "2025-06-%")])
        self.assertEqual(set(claims.mapped("status")), {"16"})
        self.assertEqual(set(claims.mapped("remunerated")), {500})
        self.assertEqual(set(claims.line_ids.mapped("remunerated_amount")), {200, 300})
        self.assertEqual(
            set(claims.line_ids.mapped("remunerated_amount_given")), {True}
        )

    def _index(self, month):
        first = date.fromisoformat(f"{month}-01")
        self.env["openimis.relative.index"].create(
            {
                "company_id": self.company.id,
                "product_id": self.product.id,
                "date_from": first,
                "date_to": first + relativedelta(day=31),
                "rel_index": 1,
            }
        )

    # === ROWS ===

    def _row(self, record):
        """Return all columns of a record as the database has them."""
        self.env.flush_all()
        self.env.cr.execute(
            f'SELECT * FROM "{record._table}" WHERE id = %s', [record.id]
        )
        return {
            name: value
            for name, value in self.env.cr.dictfetchone().items()
            if name not in OWN_COLUMNS
        }

    def _created_alike(self, record):
        """Create a record of what the row says and nothing else; return its row."""
        given = [name for name, value in self._row(record).items() if value is not None]
        values = record.read(given, load=None)[0]
        return self._row(record.create({name: values[name] for name in given}))

    def test_payable_lines_are_as_create_makes_them(self):
        self.product.analytic_account_id = self.env["account.analytic.account"].create(
            {
                "name": "Scheme",
                "plan_id": self.env["account.analytic.plan"]
                .create({"name": "Schemes"})
                .id,
            }
        )
        self._claim("C1", {**SERVICE, "remunerated_amount": 150.5}, ITEM, icd_code="B5")
        self._claim("C2", ITEM, health_facility_id=self.facility_b.id)
        for granularity in ("claim", "item"):
            closing = self._closing(claim_granularity=granularity)
            closing.action_generate()
            lines = closing.move_ids.openimis_line_ids
            self.assertEqual(len(lines), {"claim": 2, "item": 3}[granularity])
            for line in lines:
                with self.subTest(line=line.code):
                    self.assertEqual(self._row(line), self._created_alike(line))
            closing.action_undo()

    def test_candidates_are_as_create_makes_them(self):
        self._claim("C1", {**SERVICE, "remunerated_amount": 150.5}, ITEM)
        self._claim("C2", ITEM, status="4")
        self._claim("C3", ITEM, health_facility_id=False)
        closing = self._closing()
        closing.action_preview()
        self.assertEqual(len(closing.candidate_ids), 3)
        for candidate in closing.candidate_ids:
            with self.subTest(candidate=candidate.code):
                self.assertEqual(self._row(candidate), self._created_alike(candidate))
