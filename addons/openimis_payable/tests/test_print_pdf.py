import io
import re

from pypdf import PdfReader

from odoo.tests import HttpCase, tagged

from .common import ITEM, SERVICE, OpenimisCase

CLAIMS = 45


@tagged("post_install", "-at_install")
class TestPrintPdf(OpenimisCase, HttpCase):
    """The bill on paper: what wkhtmltopdf makes of it, with its style sheets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"].search(
            [("name", "=", "openimis_payable")]
        )._update_translations(["fr_FR"])
        cls.claims = cls.env["openimis.claim"].union(
            *(cls._claim(f"CLM{n:03}", SERVICE, ITEM) for n in range(CLAIMS))
        )
        closing = cls._closing(cls.clerk)
        closing.action_generate()
        cls.bill = closing.move_ids

    def _pdf(self):
        """Return the text of each page of the printed bill."""
        report = self.env["ir.actions.report"].with_user(self.clerk)
        content, kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf("openimis_payable.report_bill", self.bill.ids)
        self.assertEqual(kind, "pdf")
        self.assertTrue(content.startswith(b"%PDF-"))
        pages = PdfReader(io.BytesIO(content)).pages
        return [page.extract_text() for page in pages]

    def _check(self, total, *terms):
        pages = self._pdf()
        text = " ".join("\n".join(pages).split())
        self.assertGreater(len(pages), 1, "45 claims do not fit one page")
        for term in (self.bill.openimis_code, self.facility_a.name, total, *terms):
            self.assertIn(term, text)
        codes = re.findall(r"CLM\d{3}", text)
        self.assertEqual(set(codes), set(self.claims.mapped("code")))
        # each claim is a line of the bill, and its service and item are in the annex
        self.assertEqual({codes.count(code) for code in codes}, {3})
        self.assertEqual(text.count(total), 2, "net and total, on one page only")

    def _heights(self, page):
        """Return {text: how high it stands on the page, in points}."""
        heights = {}

        def visit(text, outer, inner, _font, _size):
            if text.strip():
                height = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
                heights.setdefault(text.strip(), height)

        page.extract_text(visitor_text=visit)
        return heights

    def test_the_company_s_address_hides_nothing_on_any_page(self):
        lines = {"street": "Marina 1", "street2": "Suite 3", "city": "Brisbane"}
        self.company.write({**lines, "zip": "94005", "company_details": False})
        report = self.env["ir.actions.report"].with_user(self.clerk)
        content, _kind = report.with_context(
            force_report_rendering=True
        )._render_qweb_pdf("openimis_payable.report_bill", self.bill.ids)
        second = self._heights(PdfReader(io.BytesIO(content)).pages[1])
        country = self.company.country_id.name
        [last_line] = [y for text, y in second.items() if country in text]
        rows = [y for text, y in second.items() if text.startswith("CLM")]
        heading = second["Unit Price"]
        self.assertGreater(heading, max(rows))
        self.assertGreater(
            last_line - heading, 10, "the heading stands under the header"
        )

    def test_english(self):
        self.facility_a.lang = "en_US"
        self._check("22,500.00", "Annex: Claims", "Covered Period", "Unit Price")

    def test_french(self):
        self.facility_a.lang = "fr_FR"
        self._check("22 500,00", "Annexe", "Période couverte", "Prix unitaire")
