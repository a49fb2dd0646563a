from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .common import REPORT, Statements


@tagged("post_install", "-at_install")
class TestStatement(Statements, AccountTestInvoicingCommon):
    """What is open, by instalment, for who keeps the books of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.bookkeeper = new_test_user(
            cls.env,
            "statement_bookkeeper",
            "account.group_account_invoice,base.group_partner_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.today = fields.Date.today()
        cls.invoice = cls._invoice(cls.company_data, 90)
        for days in (10, 40, 130):
            cls._invoice(cls.company_data, days + 0.05, days)

    @classmethod
    def _invoice(cls, data, amount, overdue=0):
        due = fields.Date.subtract(cls.today, days=overdue)
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": data["company"].id,
                "journal_id": data["default_journal_sale"].id,
                "partner_id": cls.partner_a.id,
                "invoice_date": due,
                "invoice_date_due": due,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "X", "price_unit": amount, "tax_ids": False}
                    )
                ],
            }
        )
        invoice.action_post()
        return invoice

    def _values(self, user, **changes):
        wizard = self.env["outstanding.statement.wizard"].with_context(
            active_ids=self.partner_a.ids
        )
        data = {**wizard.create({})._prepare_statement(), **changes}
        report = self.env[f"report.{REPORT}"].with_user(user)
        return report._get_report_values(self.partner_a.ids, data)

    def test_what_is_open_is_what_the_ledger_says(self):
        values = self._values(self.bookkeeper)
        [currency] = values["data"][self.partner_a.id]["currencies"].values()
        owed = self.partner_a.with_company(self.company).credit
        self.assertAlmostEqual(currency["amount_due"], owed)
        buckets = currency["buckets"]
        self.assertAlmostEqual(buckets["current"], 90)
        self.assertAlmostEqual(buckets["b_1_30"], 10.05)
        self.assertAlmostEqual(buckets["b_30_60"], 40.05)
        self.assertAlmostEqual(buckets["b_over_120"], 130.05)
        self.assertIn(self.invoice.name, self._printed(self.partner_a, self.bookkeeper))

    def test_books_of_another_company_stay_closed(self):
        other = self.setup_other_company()["company"]
        with self.assertRaisesRegex(AccessError, "not chosen"):
            self._values(self.bookkeeper, company_id=other.id)

    def test_who_keeps_no_books_reads_none(self):
        """The report's address, by which OCA's shows the ledger to every employee."""
        employee = new_test_user(self.env, "statement_employee", "base.group_user")
        employee.company_ids |= self.company
        employee.company_id = self.company
        with self.assertRaises(AccessError):
            self._values(employee)

    def test_a_portal_user_reads_none_of_the_firm_of_several(self):
        """Odoo lets portal users read journal items: those that rules leave them."""
        firm = self.partner_a
        parent = self.env["res.partner"].create({"name": "A", "parent_id": firm.id})
        portal = new_test_user(
            self.env, "statement_portal", "base.group_portal", partner_id=parent.id
        )
        portal.company_ids |= self.company
        portal.company_id = self.company
        for partner in (firm, parent):
            with self.assertRaisesRegex(AccessError, "keeps the books"):
                self._values(portal, partner_ids=partner.ids)

    def test_a_partner_who_is_hidden_stays_so(self):
        other = self.setup_other_company()["company"]
        self.partner_a.company_id = other
        with self.assertRaises(AccessError):
            self._values(self.bookkeeper)

    def test_titles_are_in_the_language_of_each_third_party(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner_a.lang = "fr_FR"
        text = self._printed(self.partner_a, self.bookkeeper)
        self.assertIn("Relevé de compte au", text)
        self.assertIn("Montants ouverts par ancienneté", text)
        self.assertIn("1-30 jours", text)
        self.assertNotIn("1 - 30 Days", text)

    def test_it_is_mailed_in_the_partner_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.partner_a.write({"lang": "fr_FR", "email": "a@example.com"})
        [mail] = self._sent(self.partner_a, self.bookkeeper)
        self.assertIn("échéance", mail.body_html)
        self.assertIn("Relevé de compte", mail.subject)
        self.assertEqual(len(mail.attachment_ids), 1)

    def test_no_employee_reads_what_was_mailed(self):
        employee = new_test_user(self.env, "statement_employee", "base.group_user")
        self.partner_a.email = "a@example.com"
        [mail] = self._sent(self.partner_a, self.bookkeeper)
        partner = self.partner_a.with_user(employee)
        self.assertIn("was sent by e-mail", partner.message_ids[:1].body)
        self.assertFalse(partner.message_ids.attachment_ids)
        for hidden in (mail.mail_message_id, mail.attachment_ids):
            with self.assertRaises(AccessError):
                hidden.with_user(employee).read(["display_name"])
            domain = [("id", "in", hidden.ids)]
            self.assertFalse(hidden.with_user(employee).search(domain))

    def test_nor_where_the_template_is_chosen_by_hand(self):
        self.partner_a.email = "a@example.com"
        wizard = self.env["mail.compose.message"].with_user(self.bookkeeper)
        wizard.create(
            {
                "model": "res.partner",
                "res_ids": str(self.partner_a.ids),
                "composition_mode": "comment",
                "template_id": self.env.ref(
                    "account_billing_statement.mail_template_statement"
                ).id,
                "force_send": False,
            }
        )._action_send_mail()
        self.assertFalse(self.partner_a.message_ids.attachment_ids)

    def test_nobody_is_written_to_with_whom_nothing_is_open(self):
        both = self.partner_a | self.partner_b
        action = both.with_user(self.bookkeeper).action_billing_statement_send()
        self.assertEqual(action["context"]["default_res_ids"], self.partner_a.ids)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            self.partner_b.with_user(self.bookkeeper).action_billing_statement_send()
