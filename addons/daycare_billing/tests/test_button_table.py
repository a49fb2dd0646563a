from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.account_billing_run.tests.button_table import ButtonTable

from .common import DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestButtonTable(ButtonTable, DaycareBillingCommon):
    """Odoo's buttons on the invoice of a month, pressed by an accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bracket.month_method = "flat"
        cls.presser = new_test_user(
            cls.env(su=True),
            "daycare_accountant",
            "account.group_account_user,account.group_account_invoice",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def make_draft(self):
        """Return the invoice of March, still a draft."""
        self.march = self._bill()
        return self.march.move_ids

    def bill_anew(self):
        """Invoice March once more."""
        before = self.march.move_ids
        self.march.action_invoice()
        return self.march.move_ids - before

    def check_kind(self, billed, day):
        """The run knows how far its month is; nothing of it is corrected later."""
        run = self.march
        run.invalidate_recordset()
        state = self.move.sudo().state
        if billed:
            stage = {"draft": "invoiced", "posted": "posted"}[state]
            self.assertEqual((run.stage, run.waiting_count), (stage, 0))
