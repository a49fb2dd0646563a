import base64
from io import BytesIO

import openpyxl

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import APRIL, FULL, MARCH, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestFunding(DaycareBillingCommon):
    """Statements for communes and funders say what the ledger says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.melody.write({"zip": "1920", "city": "Martigny"})
        cls.melody.billing_data_ids.debtor_id = cls.mother
        cls.lea = cls._child("Rochat", "Lea", cls.father, zip="1906", city="Charrat")
        cls._sector(cls.lea, "2021-03-01", "2021-12-01", {"mon": FULL})
        cls.env["daycare.locality"].sudo().search(
            [("npa", "=", "1906"), ("name", "=", "Charrat")]
        ).unlink()
        cls.env["daycare.locality"].sudo().create(
            {"npa": "1906", "name": "Charrat", "commune": "Martigny", "suffix": "77"}
        )
        cls.employer = cls._guardian("Usine", "SA", role="third_party", is_company=True)
        cls.melody.subsidy_ids = [
            Command.create(
                {
                    "payer_id": payer.id,
                    "mode": mode,
                    "value": value,
                    "date_from": "2021-01-01",
                }
            )
            for payer, mode, value in (
                (cls.commune, "percent", 40),
                (cls.employer, "amount", 100),
            )
        ]
        meal = cls.env.ref("daycare_billing.product_meal").product_variant_id
        cls.melody.service_ids = [
            Command.create(
                {
                    "product_id": meal.id,
                    "frequency": "month",
                    "price_unit": 8.37,
                    "date_from": "2021-01-01",
                }
            )
        ]

    def _statement(self, **vals):
        return self.env["daycare.funding.statement"].create(
            {"date_from": MARCH, "date_to": "2021-04-30", **vals}
        )

    def _ledger(self):
        """Return what posted documents of the daycare add up to."""
        moves = self.env["account.move"].search(
            [("billing_run_model", "=", "daycare.billing.run")]
        )
        family = (moves | moves.reversal_move_ids).filtered(
            lambda move: move.state == "posted"
        )
        return round(sum(family.mapped("amount_total_signed")), 2)

    def _told(self, statement):
        totals = [page["total"] for page in statement._pages()]
        return float(sum(t.gross + t.services + t.rounding for t in totals))

    def test_commune_with_two_localities(self):
        self._bill(post=True)
        [page] = self._statement()._pages()
        self.assertEqual(page["title"], "Martigny")
        [(month, row)] = page["months"]
        # Lea's father alone has 1200 a month: 40.50 a day
        self.assertEqual((month, len(row.children)), (MARCH, 2))
        self.assertEqual(float(row.days), 14 + 5)
        self.assertEqual(float(row.gross), 1295 + 202.5)
        self.assertEqual(float(row.subsidy), 518 + 100)
        self.assertEqual(float(row.parents), 677 + 202.5)
        self.assertEqual((float(row.services), float(row.others)), (8.37, 0))
        self.assertEqual(self._told(self._statement()), self._ledger())

    def test_funders_are_told_what_they_pay_for(self):
        self._bill(post=True)
        pages = self._statement(kind="funder")._pages()
        by_name = {page["funder"]: page["total"] for page in pages}
        commune = by_name[self.commune]
        self.assertEqual(float(commune.days), 14)
        self.assertEqual(float(commune.gross), 1295)
        self.assertEqual(
            (float(commune.subsidy), float(commune.others), float(commune.parents)),
            (518, 100, 677),
        )
        self.assertEqual(float(commune.services), 0)
        [only] = self._statement(kind="funder", funder_ids=self.employer.ids)._pages()
        self.assertEqual(float(only["total"].subsidy), 100)

    def test_who_moves_has_lived_there_all_the_same(self):
        self._bill(post=True)
        self.melody.city = "Sion"
        self._extra_day()
        self._bill(APRIL, post=True)
        pages = {page["title"]: page for page in self._statement()._pages()}
        self.assertEqual(sorted(pages), ["Martigny", "Sion"])
        [march, april] = pages["Martigny"]["months"]
        self.assertEqual(float(march[1].days), 14 + 5 + 1)
        self.assertEqual([len(march[1].children), len(april[1].children)], [2, 1])
        self.assertEqual(self._told(self._statement()), self._ledger())

    def test_who_has_no_address_lives_where_the_main_guardian_does(self):
        self.melody.write({"zip": False, "city": False})
        self.mother.write({"zip": "1906", "city": "Charrat"})
        [line, *_] = self._bill().billing_line_ids.filtered(
            lambda line: line.child_id == self.melody
        )
        self.assertEqual(line.commune, "Martigny")
        self.mother.write({"zip": False, "city": False})
        [line, *_] = self._bill(APRIL).billing_line_ids.filtered(
            lambda line: line.child_id == self.melody
        )
        self.assertFalse(line.commune)

    def _extra_day(self):
        self.env["daycare.extra.day"].create(
            {
                "child_id": self.melody.id,
                "date": "2021-03-03",
                "group_id": self.group.id,
            }
        )

    def test_credit_notes_and_changed_invoices_count(self):
        run = self._bill()
        own = run.move_ids.filtered(lambda m: m.partner_id == self.mother.partner_id)
        own.invoice_line_ids.filtered("price_unit")[0].price_unit += 3.33
        run.action_post()
        own._reverse_moves(
            [{"invoice_date": MARCH}], cancel=False
        )  # a draft says nothing
        self.assertEqual(self._told(self._statement()), self._ledger())
        own.reversal_move_ids.action_post()
        self.env.invalidate_all()
        self.assertEqual(self._told(self._statement()), self._ledger())

    def test_workbook_says_the_same(self):
        self._bill(post=True)
        self._bill(APRIL, post=True)
        for names, columns in ((False, 11), (True, 12)):
            with self.subTest(names=names):
                statement = self._statement(with_children=names)
                action = statement.action_export()
                self.assertIn(f"/{statement.id}/file", action["url"])
                raw = base64.b64decode(statement.file)
                [sheet] = openpyxl.load_workbook(BytesIO(raw)).worksheets
                rows = list(sheet.iter_rows(values_only=True))
                self.assertEqual(len(rows[0]), columns)
                total = statement._pages()[0]["total"]
                self.assertEqual({row[-9] for row in rows[1:-1]}, {"CHF"})
                amounts = [row[-6] for row in rows[1:-1]]
                self.assertAlmostEqual(sum(amounts), float(total.gross), 2)
                self.assertEqual("Melody" in str(rows), names)
                noted = (
                    self.env["exchange.access"]
                    .sudo()
                    .search(
                        [("kind", "=", "export"), ("res_model", "=", "daycare.child")]
                    )
                )
                self.assertEqual(bool(noted), names)

    def test_names_of_children_are_told_only_on_purpose(self):
        self._bill(post=True)
        report = "daycare_billing.report_daycare_funding"
        for names in (False, True):
            statement = self._statement(with_children=names)
            html, _kind = self.env["ir.actions.report"]._render_qweb_html(
                report, statement.ids
            )
            self.assertEqual(b"Melody" in html, names)
            self.assertIn(b"1,497.50", html)
            shown = statement._journal_printed(self.env.ref(report))
            self.assertEqual(self.melody in shown[-1], names)

    def test_nothing_posted(self):
        self._bill()
        statement = self._statement()
        for press in (statement.action_print, statement.action_export):
            with self.assertRaisesRegex(UserError, "03.2021-04.2021"):
                press()
