import json
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from odoo.addons.openimis_payable.tests import history, test_property

from .fhir_case import BASE, validate

#: what FHIR calls openIMIS' statuses
STATUSES = {
    "0": "draft",
    "1": "issued",
    "2": "balanced",
    "5": "issued",
    "6": "issued",
    "7": "balanced",
}


class FhirHistory(history.History):
    """A scheme whose bank reports payments by FHIR, where others read its bills."""

    def __init__(self, case, rng, name):
        super().__init__(case, rng, name)
        #: {payment: the notice that told it}
        self.notices = {}

    def deeds(self):
        """Return what may happen, payments by FHIR among it."""
        return (
            *super().deeds(),
            self.pay_by_notice,
            self.pay_by_notice,
            self.take_notice_back,
        )

    def pay_by_notice(self):
        """A PaymentNotice pays a bill, in whole or in part, and is sent twice."""
        for bill in self.pick(self.owing()):
            amount = self.share(self.due(bill))
            body = {
                "resourceType": "PaymentNotice",
                "status": "active",
                "identifier": [{"system": "urn:bank", "value": self.reference()}],
                "request": {"reference": f"Invoice/{bill.openimis_uuid}"},
                "created": "2026-03-01",
                "payment": {"reference": "PaymentReconciliation/rec-1"},
                "recipient": {"display": "Scheme"},
                "paymentDate": self.day(),
                "amount": {"value": float(amount), "currency": bill.currency_id.name},
            }
            first = self.case.call("PaymentNotice", body, 201)
            again = self.case.call("PaymentNotice", body, 200)
            self.case.assertEqual(first["id"], again["id"])
            payment = (
                self.env["openimis.payment.notice"]
                .search([("openimis_uuid", "=", first["id"])])
                .payment_id
            )
            self._note(payment, {bill: amount})
            self.notices[payment] = body

    def take_notice_back(self):
        """The bank reports that a payment did not arrive."""
        told = [payment for payment in self.notices if payment in self.money]
        if told:
            payment = self.rng.choice(told)
            body = {**self.notices[payment], "status": "entered-in-error"}
            self.case.call("PaymentNotice", body, 200)
            self._forget(payment)

    def check_served(self):
        """Compare what FHIR serves with bills and payments."""
        bundle = self.case.call("Invoice?_count=200")
        served = {
            entry["resource"]["id"]: entry["resource"]
            for entry in bundle.get("entry", ())
        }
        for bill in self.bills():
            invoice = served[bill.openimis_uuid]
            status = STATUSES[bill.openimis_status]
            self.case.assertEqual(invoice["status"], status, "served status")
            net = history.Decimal(str(invoice["totalNet"]["value"]))
            self.case.assertEqual(net, history.decimal(bill.amount_untaxed))
        bundle = self.case.call("PaymentReconciliation?_count=200")
        active = [
            entry["resource"]
            for entry in bundle.get("entry", ())
            if entry["resource"]["status"] == "active"
        ]
        payments = [p for p in self.money if p._name == "account.payment"]
        self.case.assertEqual(len(active), len(payments), "served payments")

    def check_end(self):
        """Compare what is served, before and after all is taken back."""
        self.check_served()


@tagged("post_install", "-at_install")
class TestFhirProperty(HttpCase, test_property.PropertyCase):
    """Random histories with a bank and readers that speak FHIR."""

    history = FhirHistory

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keys = cls.env["res.users.apikeys"].with_user(cls.accountant)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        cls.key = keys._generate("fhir", "test", tomorrow)

    def call(self, path, data=None, status=200):
        """Ask the server as the accountant; what comes back is valid FHIR."""
        headers = {"Authorization": f"Bearer {self.key}"}
        if data:
            headers["Content-Type"] = "application/fhir+json"
        self.env.flush_all()
        answer = self.url_open(
            f"{BASE}/{path}",
            json.dumps(data).encode() if data else None,
            headers=headers,
            timeout=120,
        )
        self.assertEqual(answer.status_code, status, answer.text[:500])
        self.env.invalidate_all()
        return validate(answer.content)

    def test_books_bills_claims_and_fhir_agree_whatever_happens(self):
        self.tell()
