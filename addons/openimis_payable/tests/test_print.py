import io

from openpyxl import load_workbook

from odoo.tests import tagged

from .test_bill_services import BillCase


@tagged("post_install", "-at_install")
class TestPrint(BillCase):
    """Acceptance criterion 6, and the accounts payable report."""

    def _html(self, report, record):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            report, record.ids
        )
        return html.decode()

    def test_bill_with_annex(self):
        html = self._html("openimis_payable.report_bill", self.bill)
        for text in (
            "IV-HF-A-2026-01",
            "C1",
            "500.00",
            "Annex: Claims",
            "S2",
            "800.00",
        ):
            self.assertIn(text, html)

    def test_whose_claims_are_printed_is_written_down(self):
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        report = self.env["ir.actions.report"].with_user(self.accountant)
        report._render_qweb_html("openimis_payable.report_bill", self.bill.ids)
        rows = (journal.search([]) - before).filtered(lambda row: row.kind == "print")
        self.assertEqual(rows.user_id, self.accountant)
        self.assertEqual(
            {row.res_model: sorted(row.res_ids) for row in rows},
            {
                "openimis.claim": sorted(self.claims.ids),
                "openimis.payable.line": sorted(self.bill.openimis_line_ids.ids),
            },
        )

    def test_bill_in_french(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"].search(
            [("name", "=", "openimis_payable")]
        )._update_translations(["fr_FR"])
        self.facility_a.lang = "fr_FR"
        html = self._html("openimis_payable.report_bill", self.bill)
        self.assertIn("Annexe", html)
        self.assertIn("Période couverte", html)
        self.assertIn("Évaluation des prestations", html)

    def test_papers_are_offered_where_they_say_something(self):
        other = self.env["account.move"].create({"move_type": "in_invoice"})
        self.bill.action_post()
        payments = self._pay(self.bill)
        private = self.env["account.payment"].create({"payment_type": "outbound"})
        papers = {
            "openimis_payable.action_report_bill": (self.bill, other),
            "openimis_payable.action_report_remittance": (payments, private),
        }
        for name, (ours, theirs) in papers.items():
            paper = self.env.ref(name)
            for record, offered in ((ours, paper.ids), (theirs, [])):
                found = paper.get_valid_action_reports(record._name, record.ids)
                self.assertEqual(found, offered, (name, record))

    def test_annex_per_item(self):
        self.bill.openimis_bill_delete()
        self.closing.claim_granularity = "item"
        self.closing.action_generate()
        bill = self.closing.move_ids - self.bill
        self.assertEqual(
            [row["claim"] for row in bill._openimis_annex()], ["C1", "C1", "C2"]
        )

    def test_closing_report_adds_up(self):
        groups = self.closing._report_groups()
        self.assertEqual(sum(group[-1] for group in groups), self.bill.amount_total)
        html = self._html("openimis_payable.report_closing", self.closing)
        self.assertIn("Facility HF-A", html)

    def test_bills_of_a_closing_are_listed_in_openimis_terms(self):
        action = self.closing.action_view_moves()
        views = dict((kind, view) for view, kind in action["views"])
        arch = self.env["account.move"].get_view(views["list"], "list")["arch"]
        for field in ("openimis_code", "partner_id", "openimis_type"):
            self.assertIn(field, arch)
        found = self.env["account.move"].search(action["domain"])
        self.assertEqual(found, self.closing.move_ids)

    def test_closing_report_as_xlsx(self):
        self._claim("=1+1", {"price_asked": 5})
        self.closing.action_preview()
        action = self.closing.action_download_report()
        self.assertIn("/web/content/", action["url"])
        sheet = load_workbook(io.BytesIO(self.closing._report_xlsx())).active
        rows = list(sheet.iter_rows(values_only=True))
        codes = [row[3] for row in rows[1:-1]]
        self.assertIn("=1+1", codes)
        cell = sheet.cell(row=codes.index("=1+1") + 2, column=4)
        self.assertEqual(cell.data_type, "s")

    def test_export_by_third_party_and_product(self):
        export = self.env["openimis.payable.export"].with_user(self.accountant)
        wizard = export.create({"company_id": self.company.id})
        [row] = wizard._rows()
        self.assertEqual(row[0], self.facility_a.display_name)
        self.assertEqual(row[2:], [2, 0, 800, 800])
        wizard.write({"group_by": "product", "location_id": self.district_a.id})
        self.assertEqual(wizard._rows()[0][4], 800)
        wizard.location_id = self.district_b
        self.assertEqual(wizard._rows(), [])
        self.assertIn("/web/content/", wizard.action_export()["url"])

    def test_export_by_plan_and_period(self):
        export = self.env["openimis.payable.export"].with_user(self.accountant)
        wizard = export.create({"company_id": self.company.id})
        found, nothing = [800], []
        for vals, expected in (
            ({"types": self._types("claim")}, found),
            ({"types": self._types("fee")}, nothing),
            ({"product_ids": self.product.ids}, found),
            ({"product_ids": self._product("PR2").ids}, nothing),
            ({"partner_ids": self.facility_a.ids}, found),
            ({"partner_ids": self.facility_b.ids}, nothing),
            ({"date_from": "2026-01-31", "date_to": "2026-02-28"}, found),
            ({"date_from": "2026-02-01"}, nothing),
            ({"date_to": "2025-12-31"}, nothing),
        ):
            with self.subTest(vals), self.env.cr.savepoint() as savepoint:
                wizard.write(vals)
                self.assertEqual([row[4] for row in wizard._rows()], expected)
                savepoint.rollback()

    def test_report_on_screen_is_of_this_closing(self):
        other = self._closing()
        other.action_preview()
        found = self.env["openimis.closing.line"].search(
            self.closing.action_view_report()["domain"]
        )
        self.assertEqual(found, self.closing.candidate_ids)
        source = found[:1].action_open_source()
        self.assertEqual(source["res_model"], "openimis.claim")
        self.assertEqual(source["res_id"], found[:1].source_id)

    def test_send_by_email(self):
        self.facility_a.email = "hf@example.com"
        context = self.bill.action_openimis_send()["context"]
        composer = self.env["mail.compose.message"].with_context(**context).create({})
        self.assertIn("IV-HF-A-2026-01", composer.subject)
        self.assertIn(self.facility_a, composer.partner_ids)
