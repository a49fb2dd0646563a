import base64

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from .camt_writer import IBAN, camt, statement


class BankImport:
    """For tests that import bank files as a bookkeeper does, in the wizard."""

    @classmethod
    def _prepare_bank(cls, company, iban=IBAN, **vals):
        """Give a company's bank journal an account; return the journal."""
        journal = (
            cls.env["account.journal"]
            .sudo()
            .search([("company_id", "=", company.id), ("type", "=", "bank")], limit=1)
        )
        account = cls.env["res.partner.bank"].sudo()
        journal.bank_account_id = account.create(
            {"partner_id": company.partner_id.id, "acc_number": iban, **vals}
        )
        return journal

    @classmethod
    def _bookkeeper(cls, company, login="bank_bookkeeper", groups=""):
        return new_test_user(
            cls.env(su=True),
            login,
            f"account.group_account_user,account.group_account_invoice{groups}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def _import(self, *statements, user=None, raw=None, name="bank.xml", **options):
        """Import a file; return what the wizard returned.

        :param statements: of `camt_writer.statement`
        :param bytes raw: the file instead
        """
        raw = raw if raw is not None else camt(*statements, **options)
        wizard = (
            self.env["account.statement.import"]
            .with_user(user or self.bookkeeper)
            # OCA's add-on matches nothing in tests but with this
            .with_context(_test_account_reconcile_oca=True)
            .create(
                {"statement_file": base64.b64encode(raw), "statement_filename": name}
            )
        )
        action = wizard.import_file_button()
        self.env.invalidate_all()
        return action

    def _lines(self, journal=None):
        """Return all lines of the bank, in the order of their amounts."""
        lines = self.env["account.bank.statement.line"].sudo()
        return lines.search([("journal_id", "=", (journal or self.bank).id)])

    def _line(self, amount, journal=None):
        [line] = self._lines(journal).filtered(lambda x: round(x.amount, 2) == amount)
        return line

    def _told(self, action):
        """Return what the bookkeeper is told after an import."""
        return action.get("params", {}).get("message", "")


class BankCase(BankImport, AccountTestInvoicingCommon):
    """A Swiss company with a bank account, and invoices with references."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("ch")
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.bank = cls._prepare_bank(cls.company)
        cls.bookkeeper = cls._bookkeeper(cls.company)

    @classmethod
    def _invoice(cls, amount, reference, post=True, **vals):
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner_a.id,
                "invoice_date": "2021-03-01",
                "date": "2021-03-01",
                "payment_reference": reference,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Care", "price_unit": amount, "tax_ids": False}
                    )
                ],
                **vals,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    def _statement(self, *entries, **options):
        return statement(*entries, **options)
