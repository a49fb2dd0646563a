import io

from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.daycare_billing.tests.common import (
    FULL,
    MARCH,
    DaycareBillingCommon,
)

QR_IBAN = "CH4431999123000889012"
CONTROL = "2021-05-15"


@tagged("post_install", "-at_install")
class TestReminders(DaycareBillingCommon):
    """Each debtor is reminded of what is due from him, and nobody of anything else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"].sudo()._activate_lang("fr_FR")
        cls.env["res.partner.bank"].sudo().create(
            {
                "acc_number": QR_IBAN,
                "partner_id": cls.company.partner_id.id,
                "company_id": cls.company.id,
                "allow_out_payment": True,
            }
        )
        cls.reminder = new_test_user(
            cls.env(su=True),
            "daycare_reminder",
            "daycare.group_daycare_billing,account.group_account_user,"
            "account_credit_control.group_account_credit_control_user",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )
        cls.sector.unlink()
        cls.debtors = {}
        for name in ("Anna", "Berta"):
            debtor = cls._guardian(
                "Mory",
                name,
                incomes={"2021-01-01": 5000},
                lang="fr_FR",
                email=f"{name.lower()}@example.com",
            )
            child = cls._child("Mory", f"Tom {name}", debtor)
            cls._sector(child, "2021-03-01", "2021-03-31", {"wed": FULL})
            cls.debtors[name] = debtor.partner_id.sudo()
        run = cls._bill(MARCH, post=True)
        cls.invoices = {
            name: run.move_ids.filtered(lambda m, p=partner: m.partner_id == p).sudo()
            for name, partner in cls.debtors.items()
        }
        for invoice in cls.invoices.values():
            invoice.is_move_sent = True

    def _control(self, date=CONTROL):
        """Look for what is due, as the user does; return the lines."""
        run = (
            self.env["credit.control.run"]
            .with_user(self.reminder)
            .create({"date": date, "company_id": self.company.id})
        )
        run.policy_ids = self.company.sudo().credit_policy_id
        run.generate_credit_lines()
        return run.line_ids

    def _make(self, lines):
        lines.write({"state": "to_be_sent"})
        comms = self.env["credit.control.communication"].with_user(self.reminder)
        return comms._generate_comm_from_credit_lines(lines)

    def _reminded(self, date=CONTROL):
        return self._control(date).partner_id

    def _both(self):
        return self.debtors["Anna"] | self.debtors["Berta"]

    def test_what_is_due_and_sent_is_reminded(self):
        lines = self._control()
        self.assertEqual(lines.partner_id, self._both())
        self.assertEqual(set(lines.mapped("channel")), {"email"})
        self.assertEqual(set(lines.mapped("level")), {1})

    def test_invoices_that_no_month_made_are_not_the_daycare_s(self):
        other = self.invoices["Anna"].copy(
            {"invoice_date": "2021-03-01", "partner_id": self.commune.partner_id.id}
        )
        other.action_post()
        self.assertFalse(other.billing_run_model)
        self.assertEqual(self._reminded(), self._both())

    def test_nothing_before_it_is_due(self):
        due = max(invoice.invoice_date_due for invoice in self.invoices.values())
        self.assertFalse(self._reminded(fields.Date.add(due, days=9)))
        self.assertEqual(self._reminded(fields.Date.add(due, days=10)), self._both())

    def test_drafts_and_paid_ones_are_left_alone(self):
        self.invoices["Anna"].button_draft()
        self._pay("Berta")
        self.assertFalse(self._reminded())

    def _pay(self, name):
        invoice = self.invoices[name]
        wizard = self.env["account.payment.register"].sudo()
        wizard.with_context(active_model="account.move", active_ids=invoice.ids).create(
            {"payment_date": "2021-05-01"}
        )._create_payments()

    def test_a_credit_that_nobody_set_off_counts(self):
        partner = self.debtors["Anna"]
        receivable = partner.with_company(self.company).property_account_receivable_id
        other = self.company_data["default_account_revenue"]
        for amount in (10, 1000):
            entry = (
                self.env["account.move"]
                .sudo()
                .create(
                    {
                        "move_type": "entry",
                        "date": "2021-05-01",
                        "line_ids": [
                            Command.create(
                                {
                                    "account_id": account.id,
                                    "partner_id": partner.id,
                                    "balance": sign * amount,
                                }
                            )
                            for account, sign in ((receivable, -1), (other, 1))
                        ],
                    }
                )
            )
            entry.action_post()
            expected = self._both() if amount == 10 else self.debtors["Berta"]
            self.assertEqual(self._reminded(), expected)

    def test_what_never_arrived_is_not_reminded(self):
        self.invoices["Anna"]._daycare_not_delivered("No such user.", True)
        self.invoices["Berta"].is_move_sent = False
        self.assertFalse(self._reminded())
        self.invoices["Berta"].is_move_sent = True
        self.assertEqual(self._reminded(), self.debtors["Berta"])

    def test_a_debtor_whose_mail_bounced_gets_a_letter(self):
        self.debtors["Anna"].message_bounce = 3
        self.debtors["Berta"].email = "???"
        self.assertEqual(set(self._control().mapped("channel")), {"letter"})

    def test_stopped_dunning_stays_stopped(self):
        owed = self.invoices["Anna"].line_ids.filtered("date_maturity")
        owed.no_followup = True
        no_follow = self.env.ref("account_credit_control.credit_control_no_follow")
        self.debtors["Berta"].credit_policy_id = no_follow.sudo()
        self.assertFalse(self._reminded())

    def test_never_to_a_third_party(self):
        """Neither to whom a parent belongs to, nor to an «invoice address» of hers."""
        anna = self.debtors["Anna"]
        anna.parent_id = self.commune.partner_id.sudo()
        self.env["res.partner"].sudo().create(
            {
                "name": "Commune, Accounts",
                "parent_id": self.debtors["Berta"].id,
                "type": "invoice",
                "email": "accounts@example.com",
            }
        )
        anna.email = False
        comms = self._make(self._control())
        self.assertEqual(comms.partner_id, self._both())
        for comm in comms:
            self.assertEqual(comm.get_emailing_contact(), comm.partner_id)
            self.assertEqual(comm.contact_address_id, comm.partner_id)

    def test_what_was_paid_in_the_meantime_is_ignored(self):
        lines = self._control()
        self._pay("Anna")
        comms = self._make(lines)
        self.assertEqual(comms.partner_id, self.debtors["Berta"])
        ignored = lines.filtered(lambda line: line.partner_id == self.debtors["Anna"])
        self.assertEqual(ignored.state, "ignored")

    def test_the_second_level_costs_a_fee_with_an_invoice(self):
        first = self._make(self._control())
        self.assertFalse(first.daycare_fee_move_id)
        first._mark_credit_line_as_sent()
        second = self._make(self._control("2021-06-05"))
        self.assertEqual(set(second.policy_level_id.mapped("level")), {2})
        fees = second.daycare_fee_move_id
        self.assertEqual(fees.mapped("amount_total"), [10, 10])
        self.assertEqual(set(fees.mapped("state")), {"posted"})
        self.assertIn("rappel", fees[0].invoice_line_ids.name)
        with self.assertRaises(AccessError):
            second[0].daycare_fee_move_id = fees[1]
        second._mark_credit_line_as_sent()
        # the fee is owed, and nobody is reminded of it by itself
        third = self._control("2021-08-30")
        self.assertFalse(third.invoice_id & fees)
        self.assertEqual(third.invoice_id, self._month())

    def _month(self):
        return self.invoices["Anna"] | self.invoices["Berta"]

    def test_it_is_mailed_in_french_with_the_qr_bill(self):
        line = self._control().filtered(
            lambda line: line.partner_id == self.debtors["Anna"]
        )
        comm = self._make(line)
        comm = comm.with_context(force_report_rendering=True)
        comm._generate_emails()
        [message] = comm.message_ids.filtered("attachment_ids")
        self.assertEqual(message.partner_ids, self.debtors["Anna"])
        self.assertIn("Rappel de paiement", message.subject)
        self.assertIn("échues", message.body)
        [file] = message.attachment_ids
        text = " ".join(
            page.extract_text() for page in PdfReader(io.BytesIO(file.raw)).pages
        )
        invoice = self.invoices["Anna"]
        self.assertIn(invoice.name, text)
        self.assertIn("Section paiement", text)
        reference = "".join(invoice.payment_reference.split())
        self.assertIn(reference, "".join(text.split()))
