from datetime import timedelta

import openapi_spec_validator

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .fhir_case import BASE, FhirCase, validate


@tagged("post_install", "-at_install")
class TestFhirServer(FhirCase):
    """Reading: whose rights count, and what each resource says."""

    def test_metadata_needs_no_key(self):
        answer = self.url_open(f"{BASE}/metadata")
        self.assertEqual(answer.json()["fhirVersion"], "4.0.1")

    def test_the_openapi_document_needs_no_key(self):
        answer = self.url_open(f"{BASE}/openapi.json")
        self.assertEqual(
            answer.headers["Content-Type"], "application/json; charset=utf-8"
        )
        document = answer.json()
        openapi_spec_validator.validate(document)
        (server,) = document["servers"]
        metadata = self.url_open(f"{server['url']}/metadata").json()
        self.assertIn("openapi.json", metadata["rest"][0]["documentation"])

    def test_a_version_that_is_known_is_not_sent_again(self):
        move = self.bill(1)
        path = f"{BASE}/Invoice/{move.openimis_uuid}"
        key = {"Authorization": f"Bearer {self.key}"}
        first = self.url_open(path, headers=key)
        for header, told in (
            ("If-None-Match", "ETag"),
            ("If-Modified-Since", "Last-Modified"),
        ):
            again = self.url_open(path, headers={**key, header: first.headers[told]})
            self.assertEqual((again.status_code, again.content), (304, b""), header)
            self.assertEqual(again.headers["ETag"], first.headers["ETag"])
        move.openimis_note = "changed"
        self.env.flush_all()
        known = {**key, "If-None-Match": first.headers["ETag"]}
        self.assertEqual(self.url_open(path, headers=known).status_code, 200)

    def test_other_resources_tell_when_they_changed(self):
        self.call(f"Organization/{self.facility.openimis_uuid}")
        self.assertTrue(self.answer.headers["Last-Modified"].endswith("GMT"))

    def test_the_head_of_an_answer_can_be_asked_for(self):
        move = self.bill(1)
        answer = self.url_open(
            f"{BASE}/Invoice/{move.openimis_uuid}",
            headers={"Authorization": f"Bearer {self.key}"},
            method="HEAD",
        )
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.assertIn("ETag", answer.headers)

    def test_only_json_is_spoken(self):
        path = f"Organization/{self.facility.openimis_uuid}"
        self.call(path, Accept="application/fhir+json;fhirVersion=4.0")
        self.call(path, Accept="text/html, */*;q=0.1")
        self.call(path, status=406, Accept="application/fhir+xml")
        # what the address says counts more than the header
        for query in ("_format=json", "_format=application/fhir+json"):
            self.call(f"{path}?{query}", Accept="application/fhir+xml")
        for query in ("_format=xml", "_format=application/fhir%2Bxml"):
            self.call(f"{path}?{query}", status=406, Accept="application/fhir+json")

    def test_without_key_there_is_nothing(self):
        for header in (
            {},
            {"Authorization": "Bearer wrong"},
            {"Authorization": "Basic eA=="},
        ):
            answer = self.url_open(f"{BASE}/Invoice", headers=header)
            self.assertEqual(answer.status_code, 401)
            self.assertEqual(answer.json()["resourceType"], "OperationOutcome")
            self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_a_key_that_is_over_opens_nothing(self):
        reader, key = self.make_user(
            "leaver", "openimis_fhir.group_openimis_exchange_user"
        )
        self.call("Invoice", key)
        self.env.cr.execute(
            "UPDATE res_users_apikeys SET expiration_date = %s WHERE user_id = %s",
            [fields.Datetime.now() - timedelta(minutes=1), reader.id],
        )
        self.call("Invoice", key, 401)
        keys = self.env["res.users.apikeys"].with_user(reader)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        other = keys._generate("fhir", "another", tomorrow)
        self.call("Invoice", other)
        reader.active = False
        self.env.flush_all()
        self.call("Invoice", other, 401)

    def test_a_browser_session_is_no_key(self):
        self.authenticate("admin", "admin")
        self.assertEqual(self.url_open(f"{BASE}/Invoice").status_code, 401)

    def test_a_user_without_rights_is_refused(self):
        _user, key = self.make_user("nobody", "base.group_user")
        for path, right in (
            ("Invoice", "Bill Search (156101)"),
            ("Invoice/anything?_summary=true", "Bill Search (156101)"),
            ("Invoice/_history", "Bill Search (156101)"),
            ("ChargeItem", "Bill Search (156101)"),
            ("Organization", "Bill Search (156101)"),
            ("Claim", "Batch Run Search (111102)"),
            ("PaymentNotice", "Bill Payment Search (156201)"),
            ("PaymentReconciliation", "Bill Payment Search (156201)"),
        ):
            (issue,) = self.call(path, key, 403)["issue"]
            self.assertIn(right, issue["details"]["text"])
            self.assertNotIn("Journal", issue["details"]["text"])

    def test_read(self):
        move = self.bill(1)
        resource = self.call(f"Invoice/{move.openimis_uuid}")
        self.assertEqual(resource["status"], "issued")
        self.assertEqual(
            resource["totalNet"],
            {"value": 610, "currency": "USD"} | {"currency": move.currency_id.name},
        )
        self.assertEqual(len(resource["lineItem"]), 2)
        self.assertEqual(resource["recipient"]["display"], "Health centre 1")
        self.assertEqual(resource["date"], "2026-11-21")
        self.assertIn("account", resource)
        self.assertEqual(
            self.answer.headers["ETag"], f'W/"{resource["meta"]["versionId"]}"'
        )

    def test_every_kind_of_bill_is_served(self):
        insuree = self.env["openimis.insuree"].create(
            {
                "company_id": self.company.id,
                "chf_id": "070707070",
                "last_name": "Macintyre",
                "openimis_uuid": "0ecae964-aa9a-435f-97d2-c06c8689e533",
            }
        )
        officer = self.env["openimis.officer"].create(
            {"company_id": self.company.id, "code": "E00005", "name": "Officer"}
        )
        for number, (kind, bill_type, sender) in enumerate(
            (
                ("claim", "claim-batch", None),
                ("capitation", "claim-batch", None),
                ("commission", "commission", officer),
                ("fee", "fees", None),
                ("cash", "policy", insuree),
                ("other", "other", None),
            )
        ):
            values = {"openimis_type": kind}
            if sender:
                values["openimis_sender"] = f"{sender._name},{sender.id}"
                values["partner_id"] = sender._ensure_partners().id
            move = self.bill(number, post=False, **values)
            move.openimis_line_ids.type = kind
            move.action_post()
            self.env.flush_all()
            resource = self.call(f"Invoice/{move.openimis_uuid}")
            self.assertEqual(resource["type"]["coding"][0]["code"], bill_type)
            self.assertEqual(resource["totalNet"]["value"], 610)
            found = self.ids(self.call(f"Invoice?type={bill_type}"))
            self.assertIn(move.openimis_uuid, found)
        self.assertNotIn("Macintyre", self.answer.text)
        cash = self.call(f"Invoice?recipient=Patient/{insuree.openimis_uuid}")
        self.assertEqual(cash["total"], 1)
        recipient = cash["entry"][0]["resource"]["recipient"]
        self.assertEqual(recipient["reference"], f"Patient/{insuree.openimis_uuid}")
        self.assertNotIn("Macintyre", self.answer.text)
        self.assertEqual(self.call("Organization?identifier=E00005")["total"], 1)

    def test_receivables_are_served(self):
        move = self.bill(1, move_type="out_invoice", openimis_type="contribution")
        resource = self.call(f"Invoice/{move.openimis_uuid}")
        coding = resource["type"]["coding"][0]
        self.assertEqual(coding["code"], "contribution")
        self.assertTrue(coding["system"].endswith("invoice-type"))
        self.assertEqual(resource["totalGross"]["value"], 610)

    def test_unknown(self):
        self.call("Invoice/nothing", status=404)
        self.call("Patient", status=404)
        self.call("Invoice?colour=red", status=400)
        self.call("Organization/_history", status=405)
        self.call("Invoice", status=405, data={})
        self.call("Patient", status=404, data={})
        self.call("Invoice/1/2/3", status=404)
        for method in ("PUT", "PATCH", "DELETE"):
            answer = self.url_open(
                f"{BASE}/Invoice/1",
                headers={"Authorization": f"Bearer {self.key}"},
                method=method,
            )
            self.assertEqual(answer.status_code, 405, method)
            self.assertEqual(
                validate(answer.content)["issue"][0]["code"], "not-supported"
            )

    def test_a_large_bill_is_streamed_whole(self):
        move = self.bill(1, [1.0] * 2500)
        resource = self.call(f"Invoice/{move.openimis_uuid}")
        self.assertNotIn("Content-Length", self.answer.headers)
        lines = resource["lineItem"]
        self.assertEqual(len(lines), 2500)
        total = sum(c["amount"]["value"] for i in lines for c in i["priceComponent"])
        self.assertEqual(total, resource["totalNet"]["value"])

    def test_credit_notes_count_negative(self):
        move = self.bill(1)
        note = move._reverse_moves(
            [{"openimis_type": "claim", "openimis_code": "CN-1"}]
        )
        self.env.flush_all()
        if not note.openimis_uuid:
            note.openimis_uuid = "00000000-0000-4000-8000-000000000001"
            self.env.flush_all()
        resource = self.call(f"Invoice/{note.openimis_uuid}")
        self.assertEqual(resource["totalNet"]["value"], -610)
        total = sum(
            c["amount"]["value"]
            for i in resource["lineItem"]
            for c in i["priceComponent"]
        )
        self.assertEqual(total, -610)

    def test_taxes_are_told(self):
        tax = self.company_data["default_tax_purchase"]
        move = self.bill(1, [100.0], post=False)
        move.invoice_line_ids.tax_ids = tax
        move.openimis_line_ids.sudo().amount_tax = 15.0
        self.env.flush_all()
        resource = self.call(f"Invoice/{move.openimis_uuid}")
        self.assertEqual(resource["totalPriceComponent"][0]["amount"]["value"], 15)
        self.assertEqual(resource["totalGross"]["value"], 115)
        parts = resource["lineItem"][0]["priceComponent"]
        self.assertEqual(sum(p["amount"]["value"] for p in parts), 115)

    def test_amounts_have_the_decimals_of_their_currency(self):
        for code, amounts, total in (
            ("TND", [10.125, 0.005], 10.13),
            ("XAF", [1000.0, 7.0], 1007),
        ):
            currency = self.env.ref(f"base.{code}")
            currency.active = True
            move = self.bill(code, amounts, post=False, currency_id=currency.id)
            for line, amount in zip(move.openimis_line_ids, amounts, strict=True):
                line.sudo().write({"currency_id": currency.id, "amount_net": amount})
            self.env.flush_all()
            resource = self.call(f"Invoice/{move.openimis_uuid}")
            self.assertEqual(resource["totalNet"], {"value": total, "currency": code})
            parts = [i["priceComponent"][0]["amount"] for i in resource["lineItem"]]
            self.assertEqual([part["value"] for part in parts], amounts)

    def test_charge_items(self):
        move = self.bill(1)
        bundle = self.call(f"ChargeItem?invoice=Invoice/{move.openimis_uuid}")
        self.assertEqual(bundle["total"], 2)
        item = self.call(f"ChargeItem/{bundle['entry'][0]['resource']['id']}")
        self.assertEqual(item["priceOverride"]["value"], 500)
        self.call("ChargeItem/999999999", status=404)

    def test_organizations(self):
        resource = self.call(f"Organization/{self.facility.openimis_uuid}")
        self.assertEqual(resource["name"], "Health centre 1")
        for query in ("name=health%20centre%201", "identifier=HF0001"):
            self.assertEqual(self.call(f"Organization?{query}")["total"], 1)

    def test_organizations_do_not_tell_other_contacts(self):
        other = self.env["res.partner"].create({"name": "Private person"})
        self.call(f"Organization/partner-{other.id}", status=404)

    def test_claims(self):
        claim = self.env["openimis.claim"].create(
            {
                "company_id": self.company.id,
                "code": "CQ7",
                "openimis_uuid": "51890a20-84c9-468e-8eda-b43929563614",
                "health_facility_id": self.facility.id,
                "claimed": 500.0,
                "line_ids": [
                    Command.create(
                        {"code": "S1", "qty_provided": 2, "price_asked": 250}
                    )
                ],
            }
        )
        resource = self.call(f"Claim/{claim.openimis_uuid}")
        self.assertEqual(resource["total"]["value"], 500)
        self.assertEqual(self.call("Claim?identifier=CQ7")["total"], 1)

    def test_other_companies_stay_hidden(self):
        move = self.bill(1)
        other = self.env["res.company"].create({"name": "Other scheme"})
        user = new_test_user(
            self.env,
            "stranger",
            "openimis_fhir.group_openimis_exchange_user",
            company_id=other.id,
            company_ids=other.ids,
        )
        keys = self.env["res.users.apikeys"].with_user(user)
        key = keys._generate("fhir", "t", fields.Datetime.now() + timedelta(days=1))
        self.call(f"Invoice/{move.openimis_uuid}", key, 404)
        self.assertEqual(self.call("Invoice", key)["total"], 0)
        self.call(f"Organization/{self.facility.openimis_uuid}", key, 404)
