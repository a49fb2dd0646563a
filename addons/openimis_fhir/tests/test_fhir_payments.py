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
            ({"status": "draft"}, "PaymentNotice.status"),
            ({"status": "cancelled"}, "PaymentNotice.identifier"),
            ({"paymentDate": "0001-01-01"}, "PaymentNotice.paymentDate"),
            ({"paymentDate": "1999-12-31"}, "PaymentNotice.paymentDate"),
            ({"paymentDate": "2099-01-01"}, "PaymentNotice.paymentDate"),
            ({"paymentDate": "9999-12-31"}, "PaymentNotice.paymentDate"),
            ({"paymentDate": "2026-11"}, "PaymentNotice.paymentDate"),
            ({"paymentDate": "٢٠٢٦-١١-٢٢"}, "PaymentNotice.paymentDate"),
            ({"created": None}, "PaymentNotice.created"),
            ({"payment": None}, "PaymentNotice.payment"),
            ({"recipient": None}, "PaymentNotice.recipient"),
            ({"identifier": [{"value": "x" * 900_000}]}, "PaymentNotice.identifier"),
            (
                {"payment": {"reference": "PaymentReconciliation/" + "x" * 300}},
                "PaymentNotice.payment",
            ),
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

    def test_a_bill_is_named_by_address_version_or_code_of_this_server_only(self):
        move = self.bill(1)
        base = self.env["ir.config_parameter"].sudo().get_param("web.base.url") + BASE
        uuid = move.openimis_uuid
        amount = 0
        for request in (
            {"reference": f"Invoice/{uuid}"},
            {"reference": f"Invoice/{uuid}/_history/1"},
            {"reference": f"{base}/Invoice/{uuid}"},
            {"reference": f"{base}/Invoice/{uuid}/_history/1"},
            {"reference": f"Bill/{uuid}", "type": "Bill"},
            {"identifier": {"value": move.openimis_code}},
            {"identifier": {"system": f"{base}/sid/bill-code", "value": "IV-1"}},
            {"identifier": {"value": f"urn:uuid:{uuid}"}},
        ):
            amount += 1
            body = self.notice(move, amount, f"A{amount}", request=request)
            self.pay(body)
        residual = 610 - sum(range(1, amount + 1))
        self.assertEqual(move.amount_residual, residual)
        for request in (
            {"reference": f"Claim/{uuid}"},
            {"reference": f"http://evil.example/fhir/R4/Invoice/{uuid}"},
            {"reference": f"Invoice/{uuid}/_history"},
            {"reference": f"Invoice/{uuid}/_history/9999"},
            {"reference": f"x/Invoice/{uuid}"},
            {"reference": f"Invoice/{uuid}?x=1"},
            {"reference": uuid},
            {"identifier": {"value": "IV-2"}},
            {"identifier": {"system": "urn:other", "value": move.openimis_code}},
            {"identifier": {"value": {}}},
            {"display": "IV-1"},
        ):
            outcome = self.pay(self.notice(move, 7, "B", request=request), 422)
            self.assertEqual(
                outcome["issue"][0]["expression"], ["PaymentNotice.request"], request
            )
        self.assertEqual(move.amount_residual, residual)

    def create_if_none(self, body, condition, status):
        headers = {"If-None-Exist": condition}
        resource = self.call("PaymentNotice", self.payer_key, status, body, **headers)
        self.env.invalidate_all()
        return resource

    def test_a_conditional_create_pays_once(self):
        move = self.bill(1)
        body = self.notice(move, 200, "A")
        query = "identifier=urn:bank|A"
        first = self.create_if_none(body, query, 201)
        for condition in (query, "identifier=A", f"?{query}"):
            again = self.create_if_none(body, condition, 200)
            self.assertEqual(again["id"], first["id"])
        # what is found answers, whatever the body says
        other = self.notice(move, 300, "B")
        self.assertEqual(self.create_if_none(other, query, 200)["id"], first["id"])
        self.assertEqual(move.amount_residual, 410)
        # nothing found: created
        self.create_if_none(other, "identifier=urn:bank|B", 201)
        self.assertEqual(move.amount_residual, 110)
        request = f"request=Invoice/{move.openimis_uuid}"
        outcome = self.create_if_none(self.notice(move, 1, "C"), request, 412)
        self.assertEqual(outcome["issue"][0]["code"], "multiple-matches")
        for condition in ("", "identifier=", "colour=red", "_count=1"):
            self.create_if_none(self.notice(move, 1, "C"), condition, 400)
        self.assertEqual(move.amount_residual, 110)

    def test_a_bounced_payment_is_told_and_tried_again(self):
        move = self.bill(1)
        body = self.notice(move, 610, "A")
        first = self.pay(body)
        self.assertEqual(move.amount_residual, 0)
        for status in ("entered-in-error", "cancelled"):
            back = self.pay({**body, "status": status}, 200)
            self.assertEqual((back["id"], back["status"]), (first["id"], "cancelled"))
        self.assertEqual(move.amount_residual, 610)
        again = self.pay(body)
        self.assertNotEqual(again["id"], first["id"])
        self.assertEqual(move.amount_residual, 0)
        self.assertEqual(self.pay(body, 200)["id"], again["id"])
        found = self.call("PaymentNotice?identifier=urn:bank|A", self.payer_key)
        self.assertEqual(found["total"], 2)
        found = self.call(
            "PaymentNotice?identifier=urn:bank|A&status=active", self.payer_key
        )
        self.assertEqual(self.ids(found), [again["id"]])

    def test_taking_a_payment_back_needs_its_own_right(self):
        move = self.bill(1)
        body = self.notice(move, 610, "A")
        _user, key = self.make_user("teller", "openimis_payable.group_right_156202")
        self.pay(body)
        self.pay({**body, "status": "cancelled"}, 403, key)
        self.assertEqual(move.amount_residual, 0)

    def test_a_suspended_bill_is_refused_in_the_words_of_the_service(self):
        move = self.bill(1)
        move.openimis_bill_suspend()
        outcome = self.pay(self.notice(move, 10, "A"), 422)
        self.assertEqual(outcome["issue"][0]["code"], "business-rule")
        self.assertIn("suspended", outcome["issue"][0]["details"]["text"])

    def test_half_a_letter_is_refused(self):
        move = self.bill(1)
        body = json.dumps(self.notice(move, 10, "\ud800")).encode()
        answer = self.url_open(
            f"{BASE}/PaymentNotice",
            body,
            headers={
                "Authorization": f"Bearer {self.payer_key}",
                "Content-Type": "application/fhir+json",
            },
        )
        self.assertEqual(answer.status_code, 422, answer.text)
        self.assertEqual(move.amount_residual, 610)

    def test_no_name_of_an_insured_person_leaves(self):
        insuree = (
            self.env["openimis.insuree"]
            .sudo()
            .create(
                {
                    "chf_id": "070707081",
                    "last_name": "Secretname",
                    "other_names": "Olga",
                    "company_id": self.company.id,
                }
            )
        )
        partner = insuree._ensure_partners()
        head = self.env["res.partner"].create({"name": "Headof Family"})
        for number, person in enumerate((partner, head), start=1):
            move = self.bill(number, partner_id=person.id)
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=move.ids
            ).create({})._create_payments()
        self.env.flush_all()
        for path in ("PaymentReconciliation", "Invoice", "ChargeItem", "Claim"):
            self.call(path, self.payer_key)
            for name in ("Secretname", "Olga", "Headof"):
                self.assertNotIn(name, self.answer.text, path)
        found = self.call("PaymentReconciliation", self.payer_key)
        payees = [e["resource"]["detail"][0].get("payee") for e in found["entry"]]
        self.assertIn(
            {"reference": f"Patient/insuree-{insuree.id}", "type": "Patient"}, payees
        )
        self.assertIn(None, payees)

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
