import json
from datetime import timedelta

from fhir.resources.R4B import get_fhir_model_class

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

BASE = "/fhir/R4"


class FhirCase(AccountTestInvoicingCommon, HttpCase):
    """Bills of openIMIS served over HTTP to the user of an API key."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("openimis_payable.group_openimis_manager")
        cls.company = cls.company_data["company"]
        cls.facility = cls.env["res.partner"].create(
            {
                "name": "Health centre 1",
                "is_company": True,
                "openimis_is_facility": True,
                "openimis_code": "HF0001",
                "openimis_uuid": "4eda211d-a596-4c55-9eb3-a11f136adeaf",
                "openimis_level": "H",
                "company_id": cls.company.id,
            }
        )
        cls.reader, cls.key = cls.make_user(
            "reader", "openimis_fhir.group_openimis_exchange_user"
        )
        cls.payer, cls.payer_key = cls.make_user(
            "payer", "openimis_payable.group_openimis_accountant"
        )

    @classmethod
    def make_user(cls, login, *groups):
        """User with that group, and an API key of theirs."""
        user = new_test_user(
            cls.env,
            login,
            ",".join(groups),
            company_id=cls.company.id,
            company_ids=cls.company.ids,
        )
        keys = cls.env["res.users.apikeys"].with_user(user)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        return user, keys._generate(None, "test", tomorrow)

    @classmethod
    def bill(cls, number, amounts=(500.0, 110.0), post=True, **values):
        lines = [
            {
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "sequence": position,
                "type": "claim",
                "code": f"C{number}-{position}",
                "quantity": 1,
                "unit_price": amount,
                "amount_net": amount,
                "amount_total": amount,
            }
            for position, amount in enumerate(amounts, start=1)
        ]
        move = cls.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "company_id": cls.company.id,
                "partner_id": cls.facility.id,
                "invoice_date": "2026-11-21",
                "invoice_date_due": "2036-12-21",
                "openimis_type": "claim",
                "openimis_code": f"IV-{number}",
                "openimis_date_from": "2026-11-01",
                "openimis_date_to": "2026-11-30",
                "openimis_line_ids": [Command.create(line) for line in lines],
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Claims",
                            "quantity": 1,
                            "price_unit": sum(amounts),
                            "tax_ids": False,
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        cls.env.flush_all()
        return move

    def call(self, path, key=None, status=200, data=None, **headers):
        """Ask the server; what comes back is a valid resource, or the test fails."""
        headers = {"Authorization": f"Bearer {key or self.key}", **headers}
        body = json.dumps(data).encode() if data is not None else None
        if body:
            headers["Content-Type"] = "application/fhir+json"
        url = path if path.startswith("http") else f"{BASE}/{path}"
        answer = self.url_open(url, data=body, headers=headers)
        self.assertEqual(answer.status_code, status, answer.text[:500])
        self.assertIn("application/fhir+json", answer.headers["Content-Type"])
        resource = answer.json()
        model = get_fhir_model_class(resource["resourceType"])
        model.model_validate_json(answer.content)
        self.answer = answer
        return resource

    def ids(self, bundle):
        return [entry["resource"]["id"] for entry in bundle.get("entry", ())]


@tagged("post_install", "-at_install")
class TestFhirServer(FhirCase):
    def test_metadata_needs_no_key(self):
        answer = self.url_open(f"{BASE}/metadata")
        self.assertEqual(answer.json()["fhirVersion"], "4.0.1")

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

    def test_a_browser_session_is_no_key(self):
        self.authenticate("admin", "admin")
        self.assertEqual(self.url_open(f"{BASE}/Invoice").status_code, 401)

    def test_a_user_without_rights_is_refused(self):
        _user, key = self.make_user("nobody", "base.group_user")
        self.call("Invoice", key, 403)

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

    def test_statuses(self):
        draft = self.bill(1, post=False)
        issued = self.bill(2)
        cancelled = self.bill(3, post=False)
        cancelled.button_cancel()
        self.env.flush_all()
        for move, status in (
            (draft, "draft"),
            (issued, "issued"),
            (cancelled, "cancelled"),
        ):
            self.assertEqual(
                self.call(f"Invoice/{move.openimis_uuid}")["status"], status
            )
            self.assertIn(
                move.openimis_uuid, self.ids(self.call(f"Invoice?status={status}"))
            )

    def test_search(self):
        first, second = self.bill(1), self.bill(2, invoice_date="2026-10-05")
        both = {first.openimis_uuid, second.openimis_uuid}
        for query, expected in (
            ("", both),
            (f"?_id={first.openimis_uuid}", {first.openimis_uuid}),
            ("?identifier=IV-2", {second.openimis_uuid}),
            ("?identifier=anything|IV-2", {second.openimis_uuid}),
            ("?date=2026-10", {second.openimis_uuid}),
            ("?date=ge2026-11-01&date=lt2026-12-01", {first.openimis_uuid}),
            ("?date=ne2026-10-05", {first.openimis_uuid}),
            (f"?recipient=Organization/{self.facility.openimis_uuid}", both),
            ("?recipient=Organization/other", set()),
            (f"?issuer=Organization/partner-{self.company.partner_id.id}", both),
            ("?type=claim-batch", both),
            ("?type=commission", set()),
            ("?subject=Patient/nobody", set()),
            ("?_lastUpdated=ge2020-01-01T00:00:00Z", both),
            ("?_lastUpdated=lt2020-01-01", set()),
            ("?status=balanced", set()),
        ):
            bundle = self.call(f"Invoice{query}")
            self.assertEqual(set(self.ids(bundle)), expected, query)
            self.assertEqual(bundle["total"], len(expected), query)

    def test_sorting(self):
        first, second = self.bill(1), self.bill(2, invoice_date="2026-10-05")
        order = [second.openimis_uuid, first.openimis_uuid]
        self.assertEqual(self.ids(self.call("Invoice?_sort=date")), order)
        self.assertEqual(self.ids(self.call("Invoice?_sort=-date")), order[::-1])

    def test_pages_stay_stable_while_bills_come_and_change(self):
        moves = [self.bill(number) for number in range(7)]
        for sort in ("", "&_sort=date", "&_sort=-date"):
            bundle = self.call(f"Invoice?_count=3{sort}")
            seen = self.ids(bundle)
            self.bill(100 + len(seen) + len(sort))  # arrives between two pages
            moves[0].openimis_note = f"changed {sort}"
            self.env.flush_all()
            while following := [k for k in bundle["link"] if k["relation"] == "next"]:
                bundle = self.call(following[0]["url"])
                seen += self.ids(bundle)
            expected = [move.openimis_uuid for move in moves]
            self.assertEqual(len(seen), len(set(seen)), sort)
            self.assertLessEqual(set(expected), set(seen), sort)

    def test_count_zero_only_counts(self):
        self.bill(1)
        bundle = self.call("Invoice?_count=0")
        self.assertEqual((bundle["total"], self.ids(bundle)), (1, []))

    def test_the_number_of_queries_does_not_grow_with_the_page(self):
        Server = self.env["openimis.fhir.invoice"].with_user(self.reader)
        moves = self.env["account.move"].union(*(self.bill(n) for n in range(12)))

        def queries(records):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            Server._resources(records.with_env(Server.env))
            return self.env.cr.sql_log_count - before

        queries(moves[:1])  # warm
        self.assertEqual(queries(moves[:2]), queries(moves))

    def test_a_large_bill_is_streamed_whole(self):
        move = self.bill(1, [1.0] * 2500)
        resource = self.call(f"Invoice/{move.openimis_uuid}")
        self.assertNotIn("Content-Length", self.answer.headers)
        lines = resource["lineItem"]
        self.assertEqual(len(lines), 2500)
        total = sum(c["amount"]["value"] for i in lines for c in i["priceComponent"])
        self.assertEqual(total, resource["totalNet"]["value"])

    def test_deleted_bills_leave_a_tombstone(self):
        move = self.bill(1, post=False)
        uuid = move.openimis_uuid
        move.unlink()
        self.call(f"Invoice/{uuid}", status=410)
        for path in ("Invoice/_history", f"Invoice/{uuid}/_history"):
            entry = self.call(path)["entry"][0]
            self.assertEqual(entry["request"]["method"], "DELETE")
            self.assertIn(uuid, entry["fullUrl"])

    def test_history_tells_changes_since(self):
        move = self.bill(1)
        bundle = self.call("Invoice/_history?_since=2020-01-01T00:00:00Z")
        self.assertEqual(bundle["entry"][0]["resource"]["id"], move.openimis_uuid)
        self.assertNotIn("entry", self.call("Invoice/_history?_since=2090-01-01"))

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
        move.openimis_line_ids.amount_tax = 15.0
        self.env.flush_all()
        resource = self.call(f"Invoice/{move.openimis_uuid}")
        self.assertEqual(resource["totalPriceComponent"][0]["amount"]["value"], 15)
        self.assertEqual(resource["totalGross"]["value"], 115)
        parts = resource["lineItem"][0]["priceComponent"]
        self.assertEqual(sum(p["amount"]["value"] for p in parts), 115)

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
        key = keys._generate(None, "t", fields.Datetime.now() + timedelta(days=1))
        self.call(f"Invoice/{move.openimis_uuid}", key, 404)
        self.assertEqual(self.call("Invoice", key)["total"], 0)
        self.call(f"Organization/{self.facility.openimis_uuid}", key, 404)
