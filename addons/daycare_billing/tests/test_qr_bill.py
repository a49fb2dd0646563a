import io

import zxingcpp
from lxml import etree
from pypdf import PdfReader

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.exchange_run.tests.common import OneTransaction

from .common import DaycareBillingCommon

QR_IBAN = "CH4431999123000889012"


def qr_code(move):
    """Print an invoice and return the lines of the QR code on it."""
    report = move.env["ir.actions.report"].with_context(force_report_rendering=True)
    pdf, _kind = report._render_qweb_pdf("account.report_invoice", move.ids)
    [text] = [
        code.text
        for page in PdfReader(io.BytesIO(pdf)).pages
        for image in page.images
        for code in zxingcpp.read_barcodes(image.image.convert("L"))
    ]
    return text.split("\n")


@tagged("post_install", "-at_install")
class TestDemoBill(OneTransaction, TransactionCase):
    """What a newcomer sees in the Swiss company of the demonstration."""

    def test_demonstration_prints_a_bill_in_francs(self):
        company = self.env.ref("base.demo_company_ch", raise_if_not_found=False)
        if not company:
            self.skipTest("installed without demo data")
        env = self.env(context={"allowed_company_ids": company.ids})
        self.assertIn(company, env.ref("base.user_admin").company_ids)
        self.assertFalse(env["daycare.setup.check"]._open_points(company))
        day = fields.Date.today().replace(day=1)
        run = env["daycare.billing.run"].create({"month": day, "invoice_date": day})
        run.action_compute()
        run.action_invoice()
        run.action_post()
        invoices = run.move_ids.filtered(lambda move: move.move_type == "out_invoice")
        self.assertTrue(invoices)
        self.assertEqual(invoices.currency_id.name, "CHF")
        code = qr_code(invoices[0])
        self.assertEqual((code[0], code[19]), ("SPC", "CHF"))


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
        return qr_code(move)

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

    def test_text_names_the_account_of_the_reference(self):
        """A bank refuses a QR reference on any account but the QR-IBAN."""
        plain = "CH9300762011623852957"
        self.bank.sudo().write({"acc_number": plain, "l10n_ch_qr_iban": QR_IBAN})
        move = self._bill(post=True).move_ids
        self.assertEqual(self._code(move)[3], QR_IBAN)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice_with_payments", move.ids
        )
        [said] = etree.HTML(html.decode()).xpath("//p[@name='payment_communication']")
        text = "".join("".join(said.itertext()).split())
        self.assertIn(QR_IBAN, text)
        self.assertNotIn(plain, text)

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
