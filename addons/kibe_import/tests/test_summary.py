import io

from pypdf import PdfReader

from odoo.tests import HttpCase, tagged

from .common import KibeImportCommon, edited

CHILDREN = 60


@tagged("post_install", "-at_install")
class TestKibeSummary(KibeImportCommon, HttpCase):
    """The summary for the file, as it comes out of the printer."""

    def pages(self, run):
        report = self.env["ir.actions.report"].with_user(self.clerk)
        report = report.with_context(force_report_rendering=True, lang="fr_FR")
        pdf, _kind = report._render_qweb_pdf("kibe_import.summary", run.ids)
        pages = PdfReader(io.BytesIO(pdf)).pages
        return [" ".join(page.extract_text().split()) for page in pages]

    def test_long_summary(self):
        changes = [
            change
            for row in range(4, CHILDREN + 4)
            for change in (
                ("enfants", row, 1, str(20000 + row)),
                ("enfants", row, 2, "Mory"),
                ("enfants", row, 5, "31.02.2020"),
                ("enfants", row, 6, "Volapük"),
                ("enfants", row, 4, "garçonnet"),
                ("enfants", row, 12, "1001"),
            )
        ]
        run = self.run_import(edited(*changes), user=self.clerk)
        pages = self.pages(run)
        self.assertGreater(len(pages), 2)
        self.assertIn(run.name, pages[0])
        self.assertIn("Générer avec écrasement", pages[0])
        self.assertEqual(sum("Débiteurs tiers" in page for page in pages), 1)
        tables = [page for page in pages if "« garçonnet »" in page]
        self.assertGreater(len(tables), 1)
        for page in tables:
            self.assertIn("Gravité", page, "each page repeats the head of its table")
        text = " ".join(pages)
        self.assertIn(f"La date … n'existe pas. ({CHILDREN})", text)
        self.assertIn("la date 31.02.2020 n'existe pas", text)
        self.assertIn("… et 35 autres", text)
        self.assertNotIn("11 200", text, "a clerk sees no income")
