from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import FULL, DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestFindings(DaycareBillingCommon):
    """What stands between a debtor and the invoice is said until it is gone."""

    def _texts(self, run, code):
        return run.exchange_message_ids.filtered(lambda f: f.code == code).mapped(
            "text"
        )

    def test_left_out_debtor_stays_an_error_until_billed(self):
        homeless = self._guardian("Frontalier", "Luc", city=False)
        child = self._child("Frontalier", "Lise", homeless)
        self._sector(child, "2021-03-01", "2021-03-31", {"mon": FULL})
        run = self._run()
        for action in (run.action_compute, run.action_invoice, run.action_post):
            with self.subTest(action=action.__name__):
                action()
                self.assertEqual(len(self._texts(run, "debtor_address")), 1)
                self.assertEqual(run.message_error_count, 1)
        self.assertEqual(run.stage, "posted")
        homeless.city = "Thonon"
        run.action_invoice()
        run.invalidate_recordset(["message_error_count"])
        self.assertFalse(self._texts(run, "debtor_address"))
        self.assertEqual(run.message_error_count, 0)

    def test_left_out_debtor_is_named_once_in_the_preview(self):
        self.commune.city = False
        run = self._run()
        run.action_compute()
        for _again in range(2):
            run.action_preview_invoices()
            self.assertEqual(len(self._texts(run, "debtor_address")), 1)

    def test_archived_child_that_is_billed_is_named(self):
        self.melody.active = False
        run = self._run()
        run.action_compute()
        self.assertTrue(run.billing_line_ids)
        [text] = self._texts(run, "archived")
        self.assertIn("Melody Mory", text)
        self.sector.date_to = "2021-03-01"
        other = self._run("2021-04-01")
        other.action_compute()
        self.assertFalse(self._texts(other, "archived"))

    def test_closed_books_are_said_before_posting_fails(self):
        run = self._run()
        self.company.sudo().sale_lock_date = "2021-03-31"
        for action in (run.action_compute, run.action_invoice):
            action()
            [text] = self._texts(run, "locked")
            self.assertIn("03/01/2021", text)
        run.action_undo()
        run.invoice_date = "2021-04-01"
        run.action_invoice()
        self.assertFalse(self._texts(run, "locked"))
        run.action_post()
        self.assertEqual(run.stage, "posted")

    def test_step_that_somebody_else_has_taken(self):
        """A second window shows what was, and its button says what is."""
        run = self._bill(post=True)
        with self.assertRaisesRegex(UserError, "«Posted»"):
            run.action_post()

    def test_new_run_says_nothing_in_the_log(self):
        runs = self.env["daycare.billing.run"]
        with self.assertNoLogs("odoo", level="WARNING"), Form(runs) as form:
            form.month = "2021-04-01"

    def test_debtor_of_two_chunks_is_named_once(self):
        self.commune.zip = False
        for number in range(3):
            child = self._child("Many", f"Child {number}", self.mother)
            child.billing_data_ids.debtor_id = self.commune
            self._sector(child, "2021-03-01", "2021-03-31", {"mon": FULL})
        run = self._run()
        run.action_compute()
        self.assertEqual(len(self._texts(run, "debtor_address")), 1)

    def test_what_no_qr_bill_carries_is_found_and_written_otherwise(self):
        self.commune.write(
            {
                "firstname": "“Lili” L’Œuvre",
                "street": "Rue\u202fde l’Hôpital 3",
                "city": "Martigny – Bourg",
            }
        )
        self.company.partner_id.sudo().street = "Rue du “Bourg” 1"
        run = self._run()
        run.action_compute()
        [text] = self._texts(run, "debtor_charset")
        for sign in ("U+201C", "U+2019", "U+202F", "U+2013"):
            self.assertIn(sign, text)
        self.assertEqual(len(self._texts(run, "company_charset")), 1)
        finding = run.exchange_message_ids.filtered(lambda f: "charset" in f.code)
        finding[:1].action_transliterate()
        self.assertFalse(self._texts(run, "debtor_charset"))
        self.assertFalse(self._texts(run, "company_charset"))
        self.assertEqual(self.commune.name, 'Aide financière "Lili" L\'Œuvre')
        self.assertEqual(self.commune.firstname, '"Lili" L\'Œuvre')
        self.assertEqual(self.commune.street, "Rue de l'Hôpital 3")
        self.assertEqual(self.commune.city, "Martigny - Bourg")

    def test_what_nobody_else_can_write_is_asked_for(self):
        self.commune.firstname = "王小明"
        run = self._run()
        run.action_compute()
        with self.assertRaisesRegex(UserError, "Latin letters.*王小明"):
            run.action_transliterate()

    def test_qr_code_is_readable_though_nobody_looked(self):
        partner = self.commune.partner_id
        partner.write({"name": "“Lili” 王", "street": "Rue\u202fde l’Hôpital 3"})
        bank = self.env["res.partner.bank"].sudo()
        account = bank.create(
            {
                "acc_number": "CH4431999123000889012",
                "partner_id": self.company.partner_id.id,
            }
        )
        lines = account._l10n_ch_get_qr_vals(
            100, self.company.currency_id, partner, "L’été…", "0" * 27
        )
        self.assertIn('"Lili" ?', lines)
        self.assertIn("Rue de l'Hôpital", lines)
        self.assertIn("L'été...", lines)
