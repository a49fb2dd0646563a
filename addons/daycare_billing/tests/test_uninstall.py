from odoo.tests import TransactionCase, tagged

from odoo.addons.daycare_billing import _keep_what_documents_use


@tagged("post_install", "-at_install")
class TestUninstall(TransactionCase):
    """What posted invoices rest on outlives the addon."""

    def test_uninstalling_leaves_the_rounding_of_invoices(self):
        rounding = self.env.ref("daycare_billing.cash_rounding_5_centimes")
        used = [("invoice_cash_rounding_id", "=", rounding.id)]
        self.env["account.move"].search(used).invoice_cash_rounding_id = False
        _keep_what_documents_use(self.env)
        self.assertTrue(self.env.ref("daycare_billing.cash_rounding_5_centimes"))
        invoice = self.env["account.move"].search(
            [("move_type", "=", "out_invoice"), ("state", "=", "draft")], limit=1
        ) or self.env["account.move"].create({"move_type": "out_invoice"})
        invoice.invoice_cash_rounding_id = rounding
        _keep_what_documents_use(self.env)
        self.assertTrue(rounding.exists())
        self.assertFalse(
            self.env.ref(
                "daycare_billing.cash_rounding_5_centimes", raise_if_not_found=False
            )
        )
