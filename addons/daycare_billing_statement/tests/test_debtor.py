from odoo.tests import tagged

from odoo.addons.account_billing_statement.tests.common import Statements
from odoo.addons.daycare_billing.tests.common import DaycareBillingCommon


@tagged("post_install", "-at_install")
class TestDebtorStatement(Statements, DaycareBillingCommon):
    """What a debtor owes the daycare, printed and mailed from the debtor's file."""

    def test_a_debtor_s_months_are_on_it(self):
        self.env["res.lang"].sudo()._activate_lang("fr_FR")
        self.commune.write({"lang": "fr_FR", "email": "commune@example.com"})
        invoice = self._bill(post=True).move_ids
        action = self.env.ref(
            "daycare_billing_statement.daycare_guardian_statement_action"
        )
        opened = action.with_context(
            active_model=self.commune._name, active_ids=self.commune.ids
        ).run()
        partner = self.commune.partner_id
        self.assertEqual(opened["context"]["active_ids"], partner.ids)
        text = self._printed(partner, self.clerk)
        self.assertIn(invoice.name, text)
        [message] = self._sent(partner, self.clerk)
        self.assertIn("Relevé de compte", message.subject)
