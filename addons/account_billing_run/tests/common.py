from odoo.tests import tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.exchange_run.tests.common import OneTransaction

from .fake_models import register


@tagged("post_install", "-at_install")
class BillingCase(OneTransaction, AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        register(cls)
        cls.env["ir.model.access"].create(
            {
                "name": "fake fees",
                "model_id": cls.env["ir.model"]._get_id("account.billing.fake.fee"),
                "group_id": cls.env.ref("account.group_account_invoice").id,
                "perm_read": True,
                "perm_create": True,
            }
        )
        cls.env.flush_all()
        cls.env.registry.clear_cache()
        cls.expense = cls.company_data["default_account_expense"]

    def make_fees(self, *amounts, partner=None, **vals):
        return self.env["account.billing.fake.fee"].create(
            [
                {
                    "name": f"Fee {number}",
                    "partner_id": (partner or self.partner_a).id,
                    "amount": amount,
                    "account_id": self.expense.id,
                    **vals,
                }
                for number, amount in enumerate(amounts, 1)
            ]
        )

    def make_run(self, converter="account.billing.fake.converter"):
        return self.env["account.billing.run"].create(
            {
                "converter": converter,
                "date_from": "2026-01-01",
                "date_to": "2026-01-31",
                "invoice_date": "2026-01-31",
            }
        )

    def bill(self, **kwargs):
        run = self.make_run(**kwargs)
        run.action_run()
        return run

    def refused_run(self):
        """Return a run that billed one of two partners, and the other's source."""
        self.make_fees(100)
        bad = self.make_fees(50, partner=self.partner_b).sudo()
        run = self.make_run()
        run.action_plan()
        bad.account_id = self.company_data["default_account_payable"]
        run.action_run()
        self.assertEqual(run.state, "partial")
        return run, bad
