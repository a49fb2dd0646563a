import io

from pypdf import PdfReader

from odoo.tests import HttpCase, tagged

from .common import FULL, DaycareBillingCommon

CHILDREN = 45


@tagged("post_install", "-at_install")
class TestPrintPdf(DaycareBillingCommon, HttpCase):
    """Lists and attestations on paper: what wkhtmltopdf makes of them, with styles."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.env["ir.module.module"].sudo().search(
            [("name", "=", "daycare_billing")]
        )._update_translations(["fr_FR"])
        for number in range(CHILDREN):
            parent = cls._guardian(f"Family{number:02}", "Ann")
            child = cls._child(parent.lastname, "Kim", parent, debtor=cls.commune)
            cls._sector(child, "2021-03-01", "2021-03-31", {"mon": FULL})
        cls.move = cls._bill(post=True).move_ids

    def _pages(self, report, record):
        """Return the text of each page, on one line."""
        printer = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        content, _kind = printer._render_qweb_pdf(report, record.ids)
        pages = PdfReader(io.BytesIO(content)).pages
        return [" ".join(page.extract_text().split()) for page in pages]

    def _check_list(self, head, page_number, total):
        pages = self._pages("daycare_billing.report_debtor_list", self.move)
        self.assertGreater(len(pages), 1, "46 children do not fit one page")
        for number, text in enumerate(pages, start=1):
            self.assertEqual(text.count(head), 1, "each page has one head")
            self.assertIn(page_number % (number, len(pages)), text)
        everything = " ".join(pages)
        for number in range(CHILDREN):
            self.assertEqual(everything.count(f"Total Kim Family{number:02}"), 1)
        self.assertEqual(everything.count(total), 1)
        self.assertIn(total, pages[-1])

    def test_list_in_english(self):
        self._check_list("Birth Date", "Page: %s of %s", "24,695.00")

    def test_list_in_french(self):
        self.commune.lang = "fr_FR"
        self._check_list("Date de naissance", "Page : %s sur %s", "24 695,00")

    def test_one_attestation_a_page_each_in_its_language(self):
        lucy = self._guardian("French", "Lucie", lang="fr_FR")
        child = self._child("French", "Luc", lucy)
        self._sector(child, "2021-04-01", "2021-04-30", {"mon": FULL})
        self._bill("2021-04-01", post=True)
        wizard = self.env["daycare.attestation"].create({"year": 2021})
        pages = self._pages("daycare_billing.report_attestation", wizard)
        self.assertEqual(len(pages), CHILDREN + 2)
        for text in pages:
            french = "Luc French" in text
            title = (
                "Attestation de frais de garde 2021"
                if french
                else ("Attestation of Childcare Costs 2021")
            )
            year = "Année 2021" if french else "Year 2021"
            self.assertEqual((text.count(title), text.count(year)), (1, 1))
