from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.account_billing_run.tests.button_table import ButtonTable

from .common import SofiCase


@tagged("post_install", "-at_install")
class TestButtonTable(ButtonTable, AccountTestInvoicingCommon, SofiCase):
    """Odoo's buttons on a resident's invoice, pressed by an accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sofi_primmo.group_sofi_administrator")
        cls.env.user.group_ids |= cls.env.ref("sofi_primmo.group_sofi_nam")
        cls.presser = new_test_user(
            cls.env,
            "sofi_accountant",
            "account.group_account_user,account.group_account_invoice",
            company_id=cls.env.company.id,
            company_ids=[Command.set(cls.env.company.ids)],
        )

    def setUp(self):
        super().setUp()
        self.residence.write({"invoice_customers": True, "invoice_from": "2025-01-01"})
        self.env["primmo.tenant"].create(
            {
                "residence_id": self.residence.id,
                "external_id": "T00123",
                "last_name": "Tremblay",
                "first_name": "X",
            }
        ).action_create_customer()
        self.charges = self.export().line_ids.filtered("file_id")

    def make_draft(self):
        """Return the invoice of the two charges of Mr Tremblay."""
        return self.bill_anew()

    def bill_anew(self):
        """Run the run of SOFI's charges once more."""
        run = self.env["account.billing.run"].create(
            {"converter": "sofi.billing.converter", "company_id": self.env.company.id}
        )
        run.action_plan()
        run.action_run()
        return run.move_ids

    def check_kind(self, billed, day):
        """The charges stay archived, in their file and with SOFI."""
        mine = self.charges.filtered(lambda charge: charge.external_id == "T00123")
        self.assertEqual(set(mine.mapped("state")), {"archived"})
        states = set(mine.mapped("billing_state"))
        self.assertEqual(states, {"billed" if billed else "to_bill"})
        for charge in mine:
            self.assertEqual(self.status(charge.sofi_charge_id), "archived")
