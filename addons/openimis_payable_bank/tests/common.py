from odoo import Command

from odoo.addons.account_billing_bank.tests.camt_writer import (
    detail,
    entry,
    statement,
)
from odoo.addons.account_billing_bank.tests.common import BankImport
from odoo.addons.openimis_payable.tests.common import GROUP, OpenimisCase


class BankCase(BankImport, OpenimisCase):
    """Bills of two facilities: A owes 500 and 40, B owes 60. An account of the bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls._prepare_bank(cls.company)
        cls.bookkeeper = cls._bookkeeper(cls.company, groups=f",{GROUP}accountant")
        cls._claim("A1", {"price_asked": 500})
        cls._claim("B1", {"price_asked": 60}, health_facility_id=cls.facility_b.id)
        closing = cls._closing(cls.clerk)
        closing.action_generate()
        cls._claim(
            "A2", {"price_asked": 40}, date_from="2026-02-10", date_to="2026-02-10"
        )
        later = cls._closing(
            cls.clerk,
            date_from="2026-02-01",
            date_to="2026-02-28",
            invoice_date="2026-02-28",
        )
        later.action_generate()
        cls.bills = (closing.move_ids | later.move_ids).with_user(cls.accountant)
        cls.bills.action_post()
        cls.bill_a, cls.bill_b, cls.bill_a2 = (
            cls.bills.filtered(lambda b, due=due: b.amount_total == due)
            for due in (500, 60, 40)
        )

    @classmethod
    def _with_outstanding_account(cls):
        """Let payments have an entry on their way to the bank; return the account."""
        account = cls.env["account.account"].create(
            {
                "name": "Outstanding Payments",
                "code": "101499",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        cls.bank.outbound_payment_method_line_ids.payment_account_id = account
        return account

    def _pay(self, bills, reference, amount=None, **details):
        return bills.openimis_payment_sent(
            amount,
            date="2026-03-01",
            journal_id=self.bank.id,
            openimis_code_ext=reference,
            **details,
        )

    def _stated(self, *entries, name="S1", user=None):
        """Import a statement of the bank in the account's currency."""
        currency = (self.bank.currency_id or self.company.currency_id).name
        return self._import(
            statement(*entries, name=name, currency=currency),
            kind="053",
            user=user,
        )

    def _debit(self, amount, reference, **more):
        """Return a booking that carries out one payment."""
        paid = detail(amount, end_to_end=reference, name="Facility", **more)
        return entry(f"-{amount}", paid, day="2026-03-03")

    def _back(self, amount, reference, reason="AC04"):
        """Return a booking of money that the bank could not deliver."""
        paid = detail(amount, end_to_end=reference, reason=reason)
        return entry(amount, paid, day="2026-03-05")

    def _events(self, bill, kind):
        return bill.openimis_event_ids.filtered(lambda e: e.event_type == kind)
