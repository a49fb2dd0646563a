from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.account_billing_run.tests.button_table import ButtonTable
from odoo.addons.openimis_payable.tests.common import SERVICE
from odoo.addons.openimis_payable.tests.common import OpenimisCase as PayableCase

from .common import LOGIN, OpenimisServer, Store
from .fhir_case import BASE, validate


class OpenimisButtonTable(ButtonTable):
    """What openIMIS, readers by FHIR and its own screens are told of a bill."""

    draft_pays = False
    instead = "Amend"
    lines_follow = "payable lines"

    def check_kind(self, billed, day):
        """Status, day of payment, events, payments and FHIR say the same."""
        bill = self.move.sudo()
        allowed = {"draft": ("0",), "cancel": ("3",)}.get(bill.state, ("1", "6"))
        if day:
            allowed = ("2", "7")
        elif bill.state == "posted" and bill.payment_state == "reversed":
            allowed = ("3",)
        self.assertIn(bill.openimis_status, allowed)
        self.assertEqual(str(bill.openimis_date_payed or ""), day or "")
        live = bill._openimis_live_payments()
        paying = bill._openimis_settling_moves().origin_payment_id
        self.assertEqual(live & paying, paying)
        self.assertTrue(all(paying.mapped("openimis_is_payment")))
        if day:
            told = bill.openimis_event_ids.filtered(lambda e: e.event_type == "3")
            self.assertTrue(told)
        self._check_served(bill, day, paying)
        self._check_told(bill, day)

    def _check_told(self, bill, day):
        """openIMIS has one notice once the bill was paid in full, and never another.

        It takes none back: who is to change the bill there is told.
        """
        self.told = self.told or bool(day)
        reports = self.env["openimis.payment.report"].sudo()
        reports._cron_report()
        report = reports.search([("move_id", "=", bill.id)])
        notices = self.imis.rows["PaymentNotice"].values()
        amounts = [row.resource["amount"]["value"] for row in notices]
        self.assertEqual(amounts, [self.total] if self.told else [])
        self.assertEqual(report.mapped("state"), ["confirmed"] if self.told else [])
        self.assertEqual(bool(report.error), self.told and not day)
        self.assertEqual(bool(report.activity_ids), self.told and not day)

    def _check_served(self, bill, day, paying):
        status = self.call(f"Invoice/{bill.openimis_uuid}")["status"]
        served = {"draft": "draft", "cancel": "cancelled"}.get(bill.state, "issued")
        if day:
            served = "balanced"
        elif bill.openimis_status == "3":
            served = "cancelled"
        self.assertEqual(status, served)
        query = f"PaymentReconciliation?detail-request=Invoice/{bill.openimis_uuid}"
        found = self.call(f"{query}&status=active").get("entry", ())
        amounts = [
            detail["amount"]["value"]
            for entry in found
            for detail in entry["resource"].get("detail", ())
            if detail["request"]["reference"] == f"Invoice/{bill.openimis_uuid}"
        ]
        self.assertEqual(len(amounts), len(paying))

    def call(self, path):
        """Ask the server as the accountant; what comes back is valid FHIR."""
        headers = {"Authorization": f"Bearer {self.key}"}
        self.env.flush_all()
        answer = self.url_open(f"{BASE}/{path}", headers=headers)
        self.assertEqual(answer.status_code, 200, answer.text[:500])
        return validate(answer.content)


@tagged("post_install", "-at_install")
class TestButtonTable(OpenimisButtonTable, HttpCase, PayableCase):
    """Odoo's buttons on a bill of a closing, pressed by an openIMIS accountant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.presser = cls.accountant
        keys = cls.env["res.users.apikeys"].with_user(cls.accountant)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        cls.key = keys._generate("fhir", "test", tomorrow)
        cls.connection = cls.env["openimis.connection"].create(
            {
                "name": "Simulator",
                "company_id": cls.company.id,
                "url": "http://127.0.0.1:1",
                "internal": True,
                "login": LOGIN[0],
                "password": LOGIN[1],
                "currency_id": cls.company.currency_id.id,
                "rate": 10**6,
                "transport": "graphql",
                "write_back": True,
            }
        )

    def setUp(self):
        super().setUp()
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda *_args, **_kw: float("inf"))

    def make_draft(self):
        """Return the bill of one claim."""
        self._claim("C1", SERVICE)
        self.closing = self._closing()
        self.closing.action_generate()
        bill = self.closing.move_ids
        self._make_known_there(bill)
        return bill

    def _make_known_there(self, bill):
        """A simulated openIMIS that has the bill, and waits for its payment."""
        self.told, self.imis = False, Store()
        facility = self.imis.add_facility(1)
        key = self.imis.add_bill(1, facility, amounts=(bill.amount_total,))
        server = OpenimisServer(self.imis)
        server.__enter__()
        self.addCleanup(server.__exit__)
        self.connection.sudo().write(
            {"url": server.url, "login": LOGIN[0], "password": LOGIN[1]}
        )
        self.env["openimis.remote.bill"].sudo().create(
            {
                "connection_id": self.connection.id,
                "company_id": self.company.id,
                "uuid": key,
                "code": bill.openimis_code,
                "status": "1",
                "currency_id": bill.currency_id.id,
                "amount_net": bill.amount_untaxed,
                "amount_total": bill.amount_total,
                "move_id": bill.id,
            }
        )

    def bill_anew(self):
        """Run the closing once more."""
        before = self.closing.move_ids
        self.closing.action_generate()
        return self.closing.move_ids - before
