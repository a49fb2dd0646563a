import json
import shutil
import subprocess
import unittest
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import requests
from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.invoice import Invoice
from fhirclient.models.organization import Organization
from fhirclient.models.paymentnotice import PaymentNotice
from fhirclient.server import FHIRNotFoundException
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import OperationOutcome, ResourceNotFound

from odoo.tests import tagged

from .fhir_case import ROOT, FhirCase

#: an npm package beside prettier, see `package.json`
FHIR_KIT = Path(ROOT, ".odoo/npm/node_modules/fhir-kit-client/dist/index.js")


@tagged("post_install", "-at_install")
class TestFhirClients(FhirCase):
    """Sessions of published FHIR clients, as their manuals show them."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param("web.base.url", self.base_url())
        self.moves = [self.bill(number) for number in range(1, 6)]
        self.uuids = [move.openimis_uuid for move in self.moves]

    @property
    def address(self):
        return f"{self.base_url()}/fhir/R4"

    @contextmanager
    def headers(self):
        """What each request carries; the test server asks for a cookie besides."""
        self.env.flush_all()
        with self.allow_requests():
            yield {"Cookie": f"test_request_key={self.http_request_key}"}
        self.env.invalidate_all()

    # === FHIRPY === #

    @contextmanager
    def fhirpy(self):
        with self.headers() as headers:
            yield SyncFHIRClient(
                self.address,
                authorization=f"Bearer {self.payer_key}",
                extra_headers=headers,
            )

    def test_fhirpy_searches(self):
        with self.fhirpy() as client:
            bills = client.resources("Invoice")
            self.assertEqual(bills.count(), 5)
            self.assertEqual([b.id for b in bills.limit(2).fetch()], self.uuids[:2])
            self.assertEqual([b.id for b in bills.limit(2).fetch_all()], self.uuids)
            self.assertEqual(bills.first().id, self.uuids[0])
            found = bills.sort("-date", "-identifier").fetch()
            self.assertEqual([b.id for b in found], self.uuids[::-1])
            found = bills.search(identifier="IV-3", status="issued").get()
            self.assertEqual(found.id, self.uuids[2])
            self.assertEqual(bills.search(date__ge=date(2026, 11, 22)).count(), 0)
            self.assertEqual(bills.search(totalgross__gt=600).count(), 5)
            self.assertEqual(bills.search(patient__missing=True).count(), 5)
            (part,) = bills.search(_id=self.uuids[0]).elements("status").fetch()
            self.assertEqual(part["status"], "issued")
            self.assertNotIn("lineItem", part)
            facilities = client.resources("Organization").search(identifier="HF0001")
            self.assertEqual(facilities.search(name__contains="centre").count(), 1)
            self.assertEqual(facilities.search(name__contains="school").count(), 0)
            with self.assertRaises(OperationOutcome):
                bills.search(colour="red").fetch()

    def test_fhirpy_follows_and_resolves(self):
        with self.fhirpy() as client:
            bill = client.reference("Invoice", self.uuids[0]).to_resource()
            self.assertEqual(bill["totalGross"]["value"], 610)
            recipient = bill["recipient"].to_resource()
            self.assertEqual(recipient["name"], "Health centre 1")
            self.assertEqual(client.get("Invoice", self.uuids[1]).id, self.uuids[1])
            history = bill.execute("_history", method="get")
            self.assertEqual(history["entry"][0]["resource"]["id"], bill.id)
            version = bill["meta"]["versionId"]
            present = bill.execute(f"_history/{version}", method="get")
            self.assertEqual(present["meta"], dict(bill["meta"]))
            bill.refresh()
            self.assertEqual(bill.id, self.uuids[0])
            bundle = (
                client.resources("Invoice")
                .search(_id=bill.id)
                .include("Invoice", "issuer")
                .revinclude("ChargeItem", "invoice")
                .fetch_raw()
            )
            kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
            self.assertEqual(kinds.count("Organization"), 1)
            self.assertEqual(kinds.count("ChargeItem"), 2)
            with self.assertRaises(ResourceNotFound):
                client.reference("Invoice", "nothing").to_resource()

    def test_fhirpy_creates_once(self):
        body = self.notice(self.moves[0], 100, "0815")
        with self.fhirpy() as client:
            notices = client.resources("PaymentNotice").search(
                identifier="urn:bank|0815"
            )
            for created in (True, False, False):
                notice = client.resource("PaymentNotice", **body)
                found, is_new = notices.get_or_create(notice)
                self.assertEqual(bool(is_new), created)
                self.assertEqual(found["amount"]["value"], 100)
            # the same, posted by hand
            again = client.resource("PaymentNotice", **body)
            self.assertEqual(again.create().id, found.id)
            bill = found["request"].to_resource()
            self.assertEqual(bill.id, self.uuids[0])
            with self.assertRaises(OperationOutcome) as refused:
                client.resource(
                    "PaymentNotice", **self.notice(self.moves[0], 900, "0816")
                ).create()
            self.assertIn("PaymentNotice.amount", str(refused.exception))
            with self.assertRaises(OperationOutcome):
                client.resource("Invoice", status="draft").create()
            with self.assertRaises(OperationOutcome):
                bill.delete()
        self.assertEqual(self.moves[0].amount_residual, 510)

    # === FHIRCLIENT === #

    @contextmanager
    def fhirclient(self):
        with self.headers() as headers:
            client = FHIRClient(
                settings={
                    "app_id": "accounting",
                    "api_base": self.address,
                }
            )
            server = client.server
            server.session.headers.update(
                {"Authorization": f"Bearer {self.payer_key}", **headers}
            )
            yield server

    def test_fhirclient_searches_and_follows(self):
        with self.fhirclient() as server:
            search = Invoice.where({"status": "issued", "_count": "2"})
            pages = list(search.perform_iter(server))
            self.assertEqual([len(page.entry) for page in pages], [2, 2, 1])
            found = list(search.perform_resources_iter(server))
            self.assertEqual([bill.id for bill in found], self.uuids)
            bill = Invoice.read(self.uuids[0], server)
            self.assertEqual(bill.totalGross.value, 610)
            self.assertEqual(len(bill.lineItem), 2)
            facility = bill.recipient.resolved(Organization)
            if facility is None:
                facility = Organization.read_from(bill.recipient.reference, server)
            self.assertEqual(facility.name, "Health centre 1")
            history = Bundle.read_from(f"Invoice/{bill.id}/_history", server)
            self.assertEqual(history.entry[0].resource.id, bill.id)
            version = bill.meta.versionId
            same = Invoice.read_from(f"Invoice/{bill.id}/_history/{version}", server)
            self.assertEqual(same.as_json(), bill.as_json())
            with self.assertRaises(FHIRNotFoundException):
                Invoice.read("nothing", server)

    def test_fhirclient_reports_a_payment(self):
        with self.fhirclient() as server:
            notice = PaymentNotice(self.notice(self.moves[0], 610, "1"))
            told = notice.create(server)
            self.assertEqual(told["resourceType"], "PaymentNotice")
            bill = Invoice.read(self.uuids[0], server)
            self.assertEqual(bill.status, "balanced")

    # === FHIR-KIT-CLIENT === #

    @unittest.skipUnless(FHIR_KIT.exists(), "npm installs it: ./dev test")
    def test_fhir_kit_client(self):
        notice = self.notice(self.moves[0], 100, "0815")
        with self.headers() as headers:
            headers["Authorization"] = f"Bearer {self.payer_key}"
            session = [
                shutil.which("node"),
                Path(__file__).with_name("fhir_kit_session.mjs"),
                FHIR_KIT,
                self.address,
                json.dumps(headers),
                json.dumps(notice),
            ]
            done = subprocess.run(
                [str(part) for part in session],
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        self.assertFalse(done.returncode, done.stderr)
        told = json.loads(done.stdout)
        self.assertIn("Invoice", told.pop("kinds"))
        bills = self.uuids
        self.assertEqual(
            told,
            {
                "version": "4.0.1",
                "pages": [bills[:2], bills[2:4], bills[4:]],
                # pages are cut by position: there is no way back
                "previous": None,
                "count": 5,
                "found": [bills[2]],
                "several": bills[:2],
                "part": ["id", "meta", "resourceType", "status"],
                "wrong": [400, "OperationOutcome"],
                "posted": [bills[:2:-1], bills[2:0:-1], bills[:1]],
                "total": 610,
                "same": True,
                "history": bills[:1],
                "changes": 5,
                "facility": "Health centre 1",
                "issuer": "Organization",
                "unknown": [404, "OperationOutcome"],
                "created": 100,
                "again": True,
                "once": True,
                "paid": bills[0],
                "refused": [422, "OperationOutcome"],
                "deleted": [405, "OperationOutcome"],
            },
        )
        self.assertEqual(self.moves[0].amount_residual, 510)

    # === REQUESTS === #

    def test_pages_of_a_posted_search_can_be_followed(self):
        with self.headers() as headers, requests.Session() as session:
            session.headers.update(
                {"Authorization": f"Bearer {self.payer_key}", **headers}
            )
            data = {"status": "issued", "_count": "2", "_sort": "-identifier"}
            bundle = session.post(
                f"{self.address}/Invoice/_search", data=data, timeout=20
            ).json()
            seen = self.ids(bundle)
            while links := [k for k in bundle["link"] if k["relation"] == "next"]:
                bundle = session.get(links[0]["url"], timeout=20).json()
                seen += self.ids(bundle)
            self.assertEqual(seen, self.uuids[::-1])
