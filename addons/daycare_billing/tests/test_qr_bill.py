import io

import zxingcpp
from pypdf import PdfReader

from odoo.tests import tagged

from .common import DaycareBillingCommon

QR_IBAN = "CH4431999123000889012"


@tagged("post_install", "-at_install")
class TestQRBill(DaycareBillingCommon):
    """The invoice a parent pays with the phone: printed, and its code read back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = (
            cls.env["res.partner.bank"]
            .sudo()
            .create(
                {
                    "acc_number": QR_IBAN,
                    "partner_id": cls.company.partner_id.id,
                    "company_id": cls.company.id,
                    "allow_out_payment": True,
                }
            )
        )
        cls.melody.billing_data_ids.debtor_id = cls.mother

    def _code(self, move):
        """Print the invoice and return the lines of the QR code on it."""
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, _kind = report._render_qweb_pdf("account.report_invoice", move.ids)
        texts = [
            code.text
            for page in PdfReader(io.BytesIO(pdf)).pages
            for image in page.images
            for code in zxingcpp.read_barcodes(image.image.convert("L"))
        ]
        self.assertEqual(len(texts), 1, "one QR code on the invoice")
        return texts[0].split("\n")

    def test_payload_of_the_printed_bill(self):
        move = self._bill(post=True).move_ids
        self.assertEqual(move.partner_bank_id, self.bank)
        code = self._code(move)
        self.assertEqual(code[:4], ["SPC", "0200", "1", QR_IBAN])
        self.assertEqual(
            code[4:11],
            ["S", self.company.name, "Rue du Bourg", "1", "1920", "Martigny", "CH"],
        )
        self.assertEqual(code[18:20], ["1295.00", "CHF"])
        self.assertEqual(
            code[20:27],
            ["S", "Mary Mory", "Route de la place", "30", "1920", "Martigny", "CH"],
        )
        self.assertEqual(code[27], "QRR")
        self.assertEqual(code[28], move.payment_reference.replace(" ", ""))
        self.assertEqual(len(code[28]), 27)

    def test_rounded_total_is_on_the_bill(self):
        self.bracket.month_method = "flat"
        self.sector.date_from = "2021-03-15"
        code = self._code(self._bill(post=True).move_ids)
        self.assertEqual(code[18:20], ["634.30", "CHF"])

    def test_company_without_account_is_warned(self):
        self.bank.unlink()
        run = self._run()
        run.action_compute()
        self.assertIn("bank_account", self._codes(run, "warning"))
