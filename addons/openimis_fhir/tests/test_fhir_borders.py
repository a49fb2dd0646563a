import gzip
import json
import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import db_connect
from odoo.tests import tagged

from .fhir_case import BASE, FhirCase, validate

LOGGER = "odoo.addons.openimis_fhir.controllers.fhir_dispatcher._logger"


@tagged("post_install", "-at_install")
class TestFhirBorders(FhirCase):
    """What other programs send and expect at the edges of the server."""

    def ask(self, path, key=None, **options):
        headers = {"Authorization": f"Bearer {key or self.key}"}
        headers |= options.pop("headers", {})
        return self.url_open(f"{BASE}/{path}", headers=headers, **options)

    def search(self, resource, data, **headers):
        """POST a search; `data` as a client sends it."""
        return self.ask(f"{resource}/_search", data=data, headers=headers)

    # === KEYS === #

    def test_only_a_key_made_for_fhir_opens_and_it_opens_nothing_else(self):
        keys = self.env["res.users.apikeys"].with_user(self.reader)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        for scope in (None, "rpc", "other"):
            key = keys._generate(scope, "wrong", tomorrow)
            self.assertEqual(self.ask("Invoice", key).status_code, 401, scope)
        self.assertEqual(self.ask("Invoice").status_code, 200)
        self.assertFalse(keys._check_credentials(scope="rpc", key=self.key))

    def test_a_key_for_fhir_is_made_in_the_preferences(self):
        self.authenticate("reader", "reader")
        for scope, status in (("fhir", 200), ("all", 401)):
            wizard = self.rpc(
                "res.users.apikeys.description",
                "create",
                [{"name": "Accounting", "duration": "1", "openimis_scope": scope}],
            )
            asked = self.rpc("res.users.apikeys.description", "make_key", wizard)
            if asked["res_model"] == "res.users.identitycheck":
                check = [asked["res_id"]]
                model = "res.users.identitycheck"
                asked = self.rpc(model, "run_check", check, password="readerxx")
            shown = asked
            key = shown["context"]["default_key"]
            self.assertEqual(self.ask("Invoice", key).status_code, status)

    def rpc(self, model, method, *args, **context):
        """What the web client calls."""
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {
                "model": model,
                "method": method,
                "args": list(args),
                "kwargs": {"context": context},
            },
        )

    # === SEARCH === #

    def test_a_search_by_another_body_than_a_form_is_refused(self):
        self.bill(1)
        body = json.dumps({"status": "draft"})
        for kind in ("application/json", "application/fhir+json", "text/plain"):
            answer = self.search("Invoice", body, **{"Content-Type": kind})
            self.assertEqual(answer.status_code, 415, kind)
            validate(answer.content)
        answer = self.search("Invoice", {"status": "draft"})
        self.assertEqual(answer.json()["total"], 0)

    def test_the_pages_of_a_search_by_form_have_short_addresses(self):
        moves = [self.bill(number) for number in range(1, 6)]
        ids = [move.openimis_uuid for move in moves] + ["x" * 36] * 4000
        answer = self.search("Invoice", {"_id": ",".join(ids), "_count": "2"})
        bundle, found = validate(answer.content), []
        while True:
            found += self.ids(bundle)
            links = {link["relation"]: link["url"] for link in bundle["link"]}
            if "next" not in links:
                break
            self.assertLess(len(links["next"]), 300)
            self.assertNotIn(moves[0].openimis_uuid, links["next"])
            bundle = self.call(links["next"])
        self.assertEqual(found, [move.openimis_uuid for move in moves])
        # nobody else goes on with it
        first = validate(answer.content)["link"][-1]["url"]
        self.call(first, self.payer_key, 400)

    def test_who_asks_for_lenience_gets_it(self):
        self.bill(1)
        self.call("Invoice?colour=red", status=400)
        self.call("Invoice?colour=red", status=400, Prefer="handling=strict")
        for prefer in ("handling=lenient", "return=minimal, handling=lenient"):
            bundle = self.call("Invoice?colour=red&_count=1", Prefer=prefer)
            self.assertEqual(bundle["total"], 1)
            # what was passed over is not said to have been done
            self.assertNotIn("colour", bundle["link"][0]["url"])
        # known parameters are never passed over
        self.call("Invoice?status=nothing", status=400, Prefer="handling=lenient")

    def test_what_popular_clients_send_is_understood(self):
        self.bill(1)
        self.assertEqual(self.call("Invoice?_count=1&_totalMethod=count")["total"], 1)
        (entry,) = self.call("Invoice?_elements=status,id,resourceType")["entry"]
        self.assertEqual(entry["resource"]["status"], "issued")

    def test_values_nobody_understands_are_refused(self):
        for path in (
            "Invoice?_total=zzz",
            "Invoice?_pretty=perhaps",
            "PaymentNotice?status=bogus",
            "Invoice?date=٢٠٢٦-١١-٢١",
            "Invoice?_lastUpdated=ge٢٠٢٦",
            "Invoice?_page=nothing",
            "Claim?_page=%00",
        ):
            self.call(path, self.payer_key, 400)

    def test_ids_that_are_none_are_not_found(self):
        for path in (
            "ChargeItem/²",
            "ChargeItem/٣",
            "Organization/partner-²",
            "Invoice/%00",
            "Invoice/a%00b",
            "Invoice/a%00b/_history",
            "PaymentReconciliation/²",
            "PaymentReconciliation/99999999999999",
        ):
            self.call(path, self.payer_key, 404)
        for path in (
            "ChargeItem?_id=²",
            "Invoice?recipient=partner-²",
            "Organization?_id=partner-٣",
            "PaymentReconciliation?_id=²",
        ):
            self.assertEqual(self.call(path, self.payer_key)["total"], 0)
        self.call("Invoice?_id=a%00b", status=400)

    # === WHAT IS TOLD === #

    def test_unit_price_times_quantity_is_the_amount(self):
        move = self.bill(1, amounts=(100.0,), post=False)
        line = move.openimis_line_ids.sudo()
        line.write({"quantity": 80000, "unit_price": 0.00125})
        self.env.flush_all()
        (item,) = self.call(f"Invoice/{move.openimis_uuid}")["lineItem"]
        base = item["priceComponent"][0]
        price = base["extension"][0]["valueMoney"]["value"]
        self.assertEqual((price, base["factor"] * price), (0.00125, 100.0))
        charge = self.call(f"ChargeItem/{line.id}")
        self.assertEqual(charge["priceOverride"]["value"], 0.00125)

    def test_a_claim_without_uuid_is_served(self):
        claim = self.env["openimis.claim"].create(
            {
                "code": "CLM-1",
                "health_facility_id": self.facility.id,
                "company_id": self.company.id,
                "date_from": "2026-11-01",
            }
        )
        self.env.flush_all()
        found = self.call(f"Claim/claim-{claim.id}")
        self.assertEqual(found["id"], f"claim-{claim.id}")
        # a number of ours is no UUID of openIMIS, and not told as one
        self.assertEqual(self.kinds(found), ["Code"])
        facility = self.env["res.partner"].create(
            {"name": "By Hand", "openimis_is_facility": True, "openimis_code": "HF9"}
        )
        self.env.flush_all()
        found = self.call(f"Organization/partner-{facility.id}")
        self.assertEqual(self.kinds(found), ["Code"])
        found = self.call(f"Organization/{self.facility.openimis_uuid}")
        self.assertEqual(self.kinds(found), ["UUID", "Code"])
        (entry,) = self.call("Claim?identifier=CLM-1")["entry"]
        self.assertEqual(entry["resource"]["id"], f"claim-{claim.id}")

    def kinds(self, resource):
        return [i["type"]["coding"][0]["code"] for i in resource["identifier"]]

    def test_a_new_name_is_a_new_version(self):
        move = self.bill(1)
        before = self.call(f"Invoice/{move.openimis_uuid}")
        self.facility.name = self.facility.name  # nothing changes
        self.env.flush_all()
        same = self.call(f"Invoice/{move.openimis_uuid}")
        self.assertEqual(same["meta"]["versionId"], before["meta"]["versionId"])
        for partner in (self.facility, self.company.partner_id):
            partner.name = f"{partner.name} renamed"
            self.env.flush_all()
            after = self.call(f"Invoice/{move.openimis_uuid}")
            self.assertGreater(
                int(after["meta"]["versionId"]), int(before["meta"]["versionId"])
            )
            before = after

    def test_a_part_is_never_said_to_be_known_already(self):
        move = self.bill(1)
        path = f"Invoice/{move.openimis_uuid}"
        self.call(path)
        tag = self.answer.headers["ETag"]
        part = self.call(f"{path}?_elements=status", **{"If-None-Match": tag})
        self.assertEqual(part["status"], "issued")
        self.assertNotIn("ETag", self.answer.headers)

    def test_a_reader_who_follows_changes_misses_none(self):
        self.stop_settled()  # what other connections do is what this is about
        paths = (
            "Invoice?_lastUpdated=ge2020",
            "Invoice/_history",
            "Invoice/_history?_since=2020",
        )
        # somebody begins before and is not done: what he writes will bear an earlier
        # moment than what is there, so a reader must not go on from that yet
        other = db_connect(self.env.cr.dbname).cursor()
        try:
            other.execute("SELECT 1")
            self.bill(1)
            for path in paths:
                self.assertEqual(self.call(path)["total"], 0, path)
            self.assertEqual(self.call("Invoice")["total"], 1)
        finally:
            other.close()
        # the second in which it was written is settled when it is over
        written = self.env["account.move"].search([]).mapped("openimis_fhir_updated")
        while fields.Datetime.now() <= max(filter(None, written)):
            time.sleep(0.05)
        for path in paths:
            self.assertEqual(self.call(path)["total"], 1, path)

    # === HEADERS === #

    def test_nothing_is_kept_in_caches_and_no_host_is_echoed(self):
        self.bill(1)
        self.bill(2)
        for path in ("Invoice?_count=1", "metadata", "nothing"):
            answer = self.ask(path, headers={"Host": "evil.example"})
            self.assertNotIn("evil.example", answer.text)
            self.assertEqual(answer.headers["Cache-Control"], "no-store", path)

    def test_what_was_asked_for_stands_in_no_log(self):
        """Numbers of persons are searched for, and mistyped."""
        self.bill(1)
        for path, status in (
            ("Claim?date=070707081", 400),
            ("Invoice?070707081=1", 400),
            ("Invoice?_count=070707081x", 400),
            ("Claim/070707081", 404),
            ("070707081", 404),
        ):
            with self.assertNoLogs("odoo.http", "WARNING"), patch(LOGGER) as log:
                answer = self.ask(path)
            self.assertEqual(answer.status_code, status, path)
            self.assertTrue(log.info.called, path)
            self.assertNotIn("070707081", str(log.mock_calls), path)

    def test_large_answers_are_compressed_for_who_can_read_them(self):
        for number in range(1, 4):
            self.bill(number)
        answer = self.opener.get(
            f"{self.base_url()}{BASE}/Invoice",
            headers={
                "Authorization": f"Bearer {self.key}",
                "Accept-Encoding": "gzip",
            },
            stream=True,
            timeout=30,
        )
        raw = answer.raw.read(decode_content=False)
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        plain = self.ask("Invoice", headers={"Accept-Encoding": "identity"})
        self.assertNotIn("Content-Encoding", plain.headers)
        self.assertEqual(gzip.decompress(raw), plain.content)

    def test_what_cannot_be_done_says_what_can(self):
        move = self.bill(1)
        for method in ("PUT", "DELETE", "PATCH"):
            answer = self.ask(f"Invoice/{move.openimis_uuid}", method=method, data="{}")
            self.assertEqual(answer.status_code, 405)
            self.assertIn("GET", answer.headers["Allow"])
            validate(answer.content)
        # line breaks of an address are letters like others
        for method, path in (("POST", "Claim/%0D%0A"), ("GET", "Claim/1/%0A/2/3")):
            answer = self.ask(path, method=method, data="{}")
            self.assertIn(answer.status_code, (404, 405))
            validate(answer.content)
