import base64

from odoo import Command

from odoo.addons.openimis_payable.tests.common import OpenimisCase

HEAD = "code,amount,status,code_ext,reason,code_rcp,fees\n"
#: accounts of examples that ISO 13616 publishes
IBANS = ("DE89370400440532013000", "FR1420041010050500013M02606")


class BatchCase(OpenimisCase):
    """Two facilities with accounts; three bills: A owes 500 and 40, B owes 60."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._user("openimis_test_officer", "accountant")
        cls.company.partner_id.write({"name": "Insurance A"})
        cls.bank = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )
        cls.bank.bank_account_id = cls._account(
            cls.company.partner_id, "CH9300762011623852957"
        )
        for facility, iban in zip((cls.facility_a, cls.facility_b), IBANS, strict=True):
            cls._account(facility, iban)
        method = cls.env.ref(
            "account_payment_sepa_credit_transfer.sepa_credit_transfer"
        )
        cls.sepa = cls._method(method, payment_account_id=cls._outstanding().id)

    @classmethod
    def _outstanding(cls):
        """Return the account for payments on their way to the bank."""
        return cls.env["account.account"].create(
            {
                "name": "Outstanding Payments",
                "code": "101499",
                "account_type": "asset_current",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )

    @classmethod
    def _account(cls, partner, number):
        return cls.env["res.partner.bank"].create(
            {
                "partner_id": partner.id,
                "acc_number": number,
                "allow_out_payment": True,
            }
        )

    @classmethod
    def _method(cls, method, **vals):
        return cls.env["account.payment.method.line"].create(
            {
                "name": method.name,
                "payment_method_id": method.id,
                "journal_id": cls.bank.id,
                "bank_account_link": "fixed",
                "selectable": True,
                **vals,
            }
        )

    def setUp(self):
        super().setUp()
        self._claim("A1", {"price_asked": 500})
        self._claim("B1", {"price_asked": 60}, health_facility_id=self.facility_b.id)
        self.closing = self._closing(self.clerk)
        self.closing.action_generate()
        self._claim(
            "A2", {"price_asked": 40}, date_from="2026-02-10", date_to="2026-02-10"
        )
        later = self._closing(
            self.clerk,
            date_from="2026-02-01",
            date_to="2026-02-28",
            invoice_date="2026-02-28",
        )
        later.action_generate()
        self.bills = (self.closing.move_ids | later.move_ids).with_user(self.accountant)
        self.bills.action_post()
        self.bill_a, self.bill_b, self.bill_a2 = (
            self.bills.filtered(lambda b, due=due: b.amount_total == due)
            for due in (500, 60, 40)
        )

    def _wizard(self, bills=None, user=None, **vals):
        bills = (self.bills if bills is None else bills).with_user(
            user or self.accountant
        )
        action = bills.action_openimis_pay_in_batch()
        return (
            bills.env["openimis.batch.wizard"]
            .with_context(**action["context"])
            .create({"payment_method_line_id": self.sepa.id, **vals})
        )

    def _batch(self, bills=None, user=None, **vals):
        action = self._wizard(bills, user, **vals).action_make()
        return (
            self.env["account.payment.order"]
            .browse(action["res_id"])
            .with_user(user or self.accountant)
        )

    def _send(self, batch):
        """Confirm a batch, write its file, and say that it was sent."""
        batch.draft2open()
        batch.open2generated()
        batch.generated2uploaded()
        return batch

    def _payment(self, batch, partner):
        """Return the payment of a batch to a third party."""
        return batch.payment_ids.filtered(
            lambda p: p.partner_id == partner
            and p.state not in ("rejected", "canceled")
        )

    def _results(self, *rows, user=None, **vals):
        """Import a result file."""
        text = HEAD + "".join(f"{row}\n" for row in rows)
        run = (
            self.env["openimis.payment.import"]
            .with_user(user or self.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "file": base64.b64encode(text.encode()),
                    "file_name": "results.csv",
                    "journal_id": self.bank.id,
                    **vals,
                }
            )
        )
        run.action_run()
        return run

    def _texts(self, run):
        return " ".join(run.exchange_message_ids.mapped("text"))
