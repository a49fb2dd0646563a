import io
import re

from openpyxl import load_workbook

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_bill_services import BillCase

REPORT = "openimis_payable.report_remittance"


@tagged("post_install", "-at_install")
class TestRemittance(BillCase):
    """What a health facility is told of a payment: what it pays, and what it does not.

    What is still open is Odoo's own residual amount, worked out by itself.
    """

    def setUp(self):
        super().setUp()
        self._claim(
            "C3",
            {"price_asked": 100, "status": "2", "rejection_reason": 2},
            {"price_asked": 80, "price_approved": 50, "name": "=Dressing"},
            {"price_asked": 40},
        )
        self.closing.action_generate()
        self.reduced = (self.closing.move_ids - self.bill).with_user(self.accountant)
        self.bills = self.bill | self.reduced
        self.bills.action_post()
        self.advice = self.env[f"report.{REPORT}"].with_user(self.accountant)

    def html(self, payment, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.accountant)
        html, _kind = report._render_qweb_html(REPORT, payment.ids)
        return html.decode()

    def assertAddsUp(self, payment):
        rows = self.advice._settled(payment)
        rest = self.advice._on_account(payment, rows)
        self.assertEqual(float(sum(row.here for row in rows) + rest), payment.amount)
        for row in rows:
            signed = -row.bill.amount_residual_signed
            self.assertEqual(float(row.still_open), signed, row)
        return rows

    def test_bills_claims_and_what_was_refused(self):
        payment = self._pay(self.bills, openimis_code_ext="P1", date="2026-02-10")
        rows = self.assertAddsUp(payment)
        self.assertEqual(
            [
                (row.bill, *map(float, (row.claimed, row.total, row.here)))
                for row in rows
            ],
            [(self.bill, 800, 800, 800), (self.reduced, 220, 90, 90)],
        )
        self.assertEqual(
            [
                (row.claim, row.code, float(row.asked), float(row.paid))
                for row in self.advice._not_paid(payment)
            ],
            [("C3", "S1", 100, 0), ("C3", "S2", 80, 50)],
        )
        html = self.html(payment)
        for text in (
            "Remittance Advice", "P1", "IV-HF-A-2026-01", "890.00", "130.00",
            "Rejected: not in the price list of the facility", "Approved for less",
        ):  # fmt: skip
            self.assertIn(text, html)

    def test_each_part_of_a_bill_knows_of_the_others(self):
        first = self._pay(self.bill, 200, openimis_code_ext="P1")
        [row] = self.assertAddsUp(first)
        self.assertEqual((row.others, row.still_open), ((), 600))
        second = self._pay(self.bill, 250, openimis_code_ext="P2")
        [row] = self.assertAddsUp(second)
        self.assertEqual(row.others, (("Payment P1", 200),))
        self.assertEqual((row.here, row.still_open), (250, 350))

    def test_a_credit_note_that_was_set_off_is_named(self):
        note = self.bill.sudo()._reverse_moves([{"invoice_date": "2026-02-01"}])
        note.invoice_line_ids[1:].unlink()
        note.invoice_line_ids.price_unit = 30
        note.action_post()
        items = (note | self.bill.sudo()).line_ids.filtered(
            lambda line: line.account_type == "liability_payable"
        )
        items.filtered(lambda line: not line.reconciled).reconcile()
        payment = self._pay(self.bill, openimis_code_ext="P1")
        [row] = self.assertAddsUp(payment)
        self.assertEqual(row.others, ((f"Credit note {note.name}", 30),))
        self.assertEqual((row.here, row.still_open), (770, 0))

    def test_what_is_paid_too_much_is_on_account(self):
        payment = self._pay(self.bill, 900, openimis_code_ext="P1")
        self.assertAddsUp(payment)
        self.assertIn("On account", self.html(payment))

    def test_in_the_language_of_the_facility(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"].search(
            [("name", "=", "openimis_payable")]
        )._update_translations(["fr_FR"])
        self.facility_a.lang = "fr_FR"
        html = self.html(self._pay(self.bills, openimis_code_ext="P1"))
        for text in ("Avis de paiement", "Rejeté", "Réclamé", "Approuvé pour moins"):
            self.assertIn(text, html)

    def test_as_a_workbook_without_formulas(self):
        payment = self._pay(self.bills, openimis_code_ext="P1")
        action = payment.action_openimis_remittance()
        self.assertIn("/web/content/", action["url"])
        number = re.search(r"\d+", action["url"]).group()
        file = self.env["ir.attachment"].browse(int(number))
        sheet = load_workbook(io.BytesIO(file.with_user(self.accountant).raw)).active
        with self.assertRaises(AccessError):
            file.with_user(self.clerk).check_access("read")
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual([row[6] for row in rows[1:3]], [800, 90])
        self.assertEqual(sheet.cell(row=5, column=3).value, "=Dressing")
        self.assertEqual(sheet.cell(row=5, column=3).data_type, "s")
        self.assertEqual([row[8] for row in rows[3:5]], [100, 30])

    def test_what_pays_nothing_now_is_refused(self):
        payment = self._pay(self.bill, openimis_code_ext="P1")
        payment.openimis_payment_rejected("account closed")
        with self.assertRaisesRegex(UserError, "pays nothing now"):
            self.html(payment)
        with self.assertRaisesRegex(UserError, "pays nothing now"):
            payment.action_openimis_remittance()

    def test_it_keeps_to_rights_and_areas(self):
        payment = self._pay(self.bill, openimis_code_ext="P1")
        other = self._user("openimis_test_other", "accountant")
        other.openimis_location_ids = [Command.set(self.district_b.ids)]
        plain = self._user("openimis_test_plain", rights=["156101"])
        for user in (other, plain):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.html(payment, user)
            with self.subTest(user.login), self.assertRaises(AccessError):
                payment.with_user(user).action_openimis_remittance()

    def test_whose_claims_are_printed_is_written_down(self):
        payment = self._pay(self.bills, openimis_code_ext="P1")
        journal = self.env["exchange.access"].sudo()
        before = journal.search([])
        claims = self.bills.sudo().openimis_line_ids.claim_id
        for way in (self.html, type(payment).action_openimis_remittance):
            way(payment)
            rows = (journal.search([]) - before).filtered(
                lambda row: row.kind == "print"
            )
            before |= rows
            self.assertIn(
                ("openimis.claim", sorted(claims.ids)),
                [(row.res_model, sorted(row.res_ids)) for row in rows],
            )

    def test_it_is_sent_in_the_language_of_the_facility(self):
        self.facility_a.email = "facility@example.org"
        payment = self._pay(self.bills, openimis_code_ext="P1")
        template = self.env.ref("openimis_payable.mail_template_remittance")
        composer = self.env["mail.compose.message"].with_user(self.accountant)
        composer = composer.create(
            {
                "model": payment._name,
                "res_ids": repr(payment.ids),
                "composition_mode": "comment",
                "template_id": template.id,
            }
        )
        composer._action_send_mail()
        message = payment.message_ids[:1]
        self.assertEqual(message.partner_ids, self.facility_a)
        self.assertIn("P1", message.subject)
        self.assertIn("890.00", message.body)
        self.assertEqual(len(message.attachment_ids), 1)
