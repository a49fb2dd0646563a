import json

from odoo.tests import tagged

from .fhir_case import BASE, FhirCase, validate


@tagged("post_install", "-at_install")
class TestFhirPayments(FhirCase):
    def pay(self, body, status=201, key=None):
        resource = self.call("PaymentNotice", key or self.payer_key, status, body)
        self.env.invalidate_all()
        return resource

    def test_partial_payments_add_up(self):
        move = self.bill(1)
        self.pay(self.notice(move, 200, "A"))
        self.assertEqual(move.amount_residual, 410)
        self.assertEqual(self.call(f"Invoice/{move.openimis_uuid}")["status"], "issued")
        self.pay(self.notice(move, 410, "B"))
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(
            self.call(f"Invoice/{move.openimis_uuid}")["status"], "balanced"
        )
        self.assertEqual(self.call("PaymentNotice", self.payer_key)["total"], 2)

    def test_a_repeated_notice_is_recognised(self):
        move = self.bill(1)
        first = self.pay(self.notice(move, 200, "A"))
        again = self.pay(self.notice(move, 200, "A"), 200)
        self.assertEqual(first["id"], again["id"])
        self.assertEqual(move.amount_residual, 410)
        self.pay(self.notice(move, 300, "A"), 409)
        self.assertEqual(move.amount_residual, 410)

    def test_too_much_is_refused(self):
        move = self.bill(1)
        outcome = self.pay(self.notice(move, 610.01, "A"), 422)
        self.assertEqual(outcome["issue"][0]["code"], "business-rule")
        self.assertEqual(move.amount_residual, 610)

    def test_what_is_wrong_is_named(self):
        move = self.bill(1)
        for values, expression in (
            (
                {"amount": {"value": -5, "currency": "USD"}},
                "PaymentNotice.amount.value",
            ),
            ({"amount": {"value": 0, "currency": "USD"}}, "PaymentNotice.amount.value"),
            (
                {"amount": {"value": 5, "currency": "XXX"}},
                "PaymentNotice.amount.currency",
            ),
            (
                {"amount": {"value": 5.001, "currency": move.currency_id.name}},
                "PaymentNotice.amount.value",
            ),
            ({"identifier": [{"value": 7}]}, "PaymentNotice.identifier"),
            ({"amount": {"value": "much"}}, "PaymentNotice.amount.value"),
            ({"amount": {"value": True}}, "PaymentNotice.amount.value"),
            ({"amount": "much"}, "PaymentNotice.amount"),
            ({"paymentDate": "22.11.2026"}, "PaymentNotice.paymentDate"),
            ({"paymentDate": None, "created": None}, "PaymentNotice.created"),
            ({"status": "cancelled"}, "PaymentNotice.status"),
            ({"request": {"reference": "Invoice/nothing"}}, "PaymentNotice.request"),
            ({"request": None}, "PaymentNotice.request"),
            ({"resourceType": "Invoice"}, "PaymentNotice"),
        ):
            outcome = self.pay({**self.notice(move, 10, "A"), **values}, 422)
            self.assertEqual(outcome["issue"][0]["expression"], [expression])
        self.assertEqual(move.amount_residual, 610)

    def test_an_amount_given_as_text_is_refused_in_words(self):
        move = self.bill(1)
        amount = {"value": "100.00", "currency": move.currency_id.name}
        body = {**self.notice(move, 0, "A"), "amount": amount}
        (issue,) = self.pay(body, 422)["issue"]
        self.assertEqual(issue["expression"], ["PaymentNotice.amount.value"])
        self.assertIn("100.00 without quotation marks", issue["details"]["text"])
        self.assertEqual(move.amount_residual, 610)

    def test_without_payment_date_the_day_of_the_notice_counts(self):
        move = self.bill(1)
        body = self.notice(move, 10, "A", created="2026-11-20T08:00:00Z")
        del body["paymentDate"]
        self.assertEqual(self.pay(body)["paymentDate"], "2026-11-20")

    def test_malformed_notices_are_refused_not_crashed_on(self):
        move = self.bill(1)
        for values in (
            {"identifier": ["x"]},
            {"identifier": [{"value": "a\0b"}]},
            {"payment": {"reference": "x/a\0b"}},
            {"identifier": "x"},
            {"payment": "x"},
            {"payment": [1]},
            {"paymentStatus": [1]},
            {"request": ["x"]},
            {"request": {"reference": 7}},
            {"amount": {"value": 1e300, "currency": "USD"}},
            {"amount": [1]},
            {"paymentDate": {}},
        ):
            self.pay({**self.notice(move, 10, "A"), **values}, 422)
        self.assertEqual(move.amount_residual, 610)

    def test_drafts_and_paid_bills_are_not_paid(self):
        draft = self.bill(1, post=False)
        self.pay(self.notice(draft, 10, "A"), 422)
        move = self.bill(2)
        self.pay(self.notice(move, 610, "B"))
        self.pay(self.notice(move, 1, "C"), 422)

    def test_paying_needs_the_right(self):
        move = self.bill(1)
        self.pay(self.notice(move, 10, "A"), 403, self.key)
        self.assertEqual(move.amount_residual, 610)

    def test_two_banks_may_use_the_same_number(self):
        move = self.bill(1)
        for system, amount in ((None, 50), ("urn:a", 100), ("urn:b", 200)):
            identifier = {"system": system, "value": "7"} if system else {"value": "7"}
            # the first that has a value counts
            body = self.notice(move, amount)
            self.pay({**body, "identifier": [{"use": "official"}, identifier]})
        self.assertEqual(move.amount_residual, 260)
        for query, expected in (("7", 3), ("urn:b|7", 1), ("|7", 1), ("urn:c|7", 0)):
            bundle = self.call(f"PaymentNotice?identifier={query}", self.payer_key)
            self.assertEqual(bundle["total"], expected, query)

    def test_a_notice_that_does_not_say_it_is_json_is_refused_in_words(self):
        move = self.bill(1)
        body = json.dumps(self.notice(move, 10, "A")).encode()
        for kind in ("application/x-www-form-urlencoded", "application/fhir+xml", ""):
            headers = {"Authorization": f"Bearer {self.payer_key}"}
            answer = self.url_open(
                f"{BASE}/PaymentNotice", body, headers={**headers, "Content-Type": kind}
            )
            self.assertEqual(answer.status_code, 415, kind)
            (issue,) = validate(answer.content)["issue"]
            self.assertIn("application/fhir+json", issue["details"]["text"])
        self.assertEqual(move.amount_residual, 610)

    def test_a_notice_of_a_megabyte_is_refused(self):
        body = self.notice(self.bill(1), 10, "A", note="x" * 1024 * 1024)
        self.pay(body, 413)

    def test_no_json_is_refused(self):
        answer = self.url_open(
            "/fhir/R4/PaymentNotice",
            data=b"<xml/>",
            headers={
                "Authorization": f"Bearer {self.payer_key}",
                "Content-Type": "application/fhir+json",
            },
        )
        self.assertEqual(answer.status_code, 400)

    def test_payments_are_read_with_their_bills(self):
        move = self.bill(1)
        notice = self.pay(self.notice(move, 200, "A"))
        path = notice["payment"]["reference"]
        payment = self.call(path, self.payer_key)
        self.assertEqual(payment["paymentAmount"]["value"], 200)
        (detail,) = payment["detail"]
        self.assertEqual(
            detail["request"]["reference"], f"Invoice/{move.openimis_uuid}"
        )
        self.assertEqual(detail["amount"]["value"], 200)
        for query in ("identifier=urn:bank|A", f"request=Invoice/{move.openimis_uuid}"):
            self.assertEqual(
                self.call(f"PaymentNotice?{query}", self.payer_key)["total"], 1
            )

    def test_payments_registered_by_hand_are_read_too(self):
        move = self.bill(1)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        self.env.flush_all()
        found = self.call("PaymentReconciliation", self.payer_key)
        (entry,) = found["entry"]
        self.assertEqual(entry["resource"]["detail"][0]["amount"]["value"], 610)

    def test_a_cancelled_payment_shows_as_cancelled(self):
        move = self.bill(1)
        notice = self.pay(self.notice(move, 200, "A"))
        record = self.env["openimis.payment.notice"].search([])
        record.payment_id.action_draft()
        record.payment_id.action_cancel()
        self.env.flush_all()
        found = self.call(f"PaymentNotice/{notice['id']}", self.payer_key)
        self.assertEqual(found["status"], "cancelled")
        found = self.call("PaymentNotice?status=active", self.payer_key)
        self.assertEqual(found["total"], 0)
