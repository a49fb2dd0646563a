"""Whatever is asked, the FHIR server answers in words and books all or nothing.

Requests are made from our own OpenAPI document: each operation with each of its
parameters, filled with values that fit, nearly fit or are nonsense. 200 by default;
`FHIR_FUZZ=20000` asks for more, `FHIR_FUZZ_SEED` for others.
"""

import copy
import json
import os
import random
from urllib.parse import quote

from odoo.tests import tagged

from ..core.openapi import openapi_document
from .fhir_case import BASE, FhirCase

COUNT = int(os.environ.get("FHIR_FUZZ", "200"))
PATIENCE = 300  # seconds: a busy machine answers late, and that is no fault
SEED = int(os.environ.get("FHIR_FUZZ_SEED", "20261129"))

TEXTS = (
    "", "0", "-1", "1", "50", "²", "٣", "%", "_", "\\", "'", '"', "a,b", "|", "a|b",
    "|a",
    "true", "false", "null", "active", "issued", "draft", "A" * 300, "x" * 5000,
    "\0", "a\0b", "\ud800", "\udfff", "\ufeff", "𝕏", "é", "\u202e", "\r\n", "../..",
    "urn:uuid:",
    "2026-11-21", "ge2026", "le9999-12-31", "2026-02-30", "ge0001-01-01T00:00:00Z",
    "2026-11-21T10:00:00+14:00", "ne2026-11", "2026-11-21T24:00:00Z", "lt٢٠٢٦",
    "Invoice/1", "http://evil.example/fhir/R4/Invoice/1", "Claim/1", "partner-1",
    "partner-²", "insuree-1", "claim-1", "1e9", "999999999999999999999", "NaN",
    "status,id", "resourceType", "-date", "_lastUpdated", "-_id,date", "json", "xml",
    "MHgxZg", "MB8fMA", "MR8yMDI2HzE", "None", "undefined", "{}", "[]", "<script>",
)  # fmt: skip
VALUES = (
    *TEXTS, None, True, False, 0, -1, 1, 0.1, 1e300, -1e-300, 10**40, [], {}, [[]],
    [None], {"value": None}, {"reference": None}, {"coding": [{"code": None}]},
    [{"system": "urn:bank", "value": "F"}], {"value": 1, "currency": "USD"},
    {"value": "1", "currency": "USD"}, {"value": 0.001, "currency": "USD"},
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestFhirFuzz(FhirCase):
    """Requests nobody would send, and some that somebody does."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.moves = [self.bill(1), self.bill(2), self.bill(3, post=False)]
        document = openapi_document(BASE, "1")
        self.operations = [
            (path, method, operation.get("parameters", ()))
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
        ]
        self.known_texts = [
            *(move.openimis_uuid for move in self.moves),
            *(move.openimis_code for move in self.moves),
            self.facility.openimis_uuid,
            f"partner-{self.company.partner_id.id}",
            str(self.moves[0].openimis_line_ids[:1].id),
        ]

    # === REQUESTS === #

    def text(self):
        pool = TEXTS if self.random.random() < 0.7 else self.known_texts
        return self.random.choice(pool)

    @staticmethod
    def quoted(text):
        """As a client writes it, half letters included."""
        return quote(text.encode("utf-8", "surrogatepass"), safe="")

    def request(self):
        """(method, path, body, headers) of one request."""
        path, method, parameters = self.random.choice(self.operations)
        path = path.replace("{id}", self.quoted(self.text() or "x"))
        names = [p["name"] for p in parameters if p.get("in") == "query"]
        names += [
            "_cursor",
            "_page",
            "_total",
            "nonsense",
            "status:exact",
            "date:missing",
        ]
        chosen = self.random.sample(names, self.random.randint(0, min(3, len(names))))
        query = "&".join(f"{name}={self.quoted(self.text())}" for name in chosen)
        headers, body = {}, None
        if method == "post" or self.random.random() < 0.1:
            method = "post"
            if path.endswith("_search") or self.random.random() < 0.1:
                body, query = query, ""
                headers["Content-Type"] = self.random.choice(
                    ("application/x-www-form-urlencoded", "application/json", "x/y")
                )
            else:
                body = self.body()
                headers["Content-Type"] = "application/fhir+json"
        if self.random.random() < 0.1:
            name = self.random.choice(
                (
                    "If-None-Exist",
                    "If-None-Match",
                    "If-Modified-Since",
                    "Prefer",
                    "Accept",
                )
            )
            value = self.text().encode("ascii", "ignore").decode()
            headers[name] = "".join(c for c in value if c.isprintable())
        return method.upper(), f"{path}?{query}" if query else path, body, headers

    def body(self):
        """A notice, most of it right."""
        move = self.random.choice(self.moves)
        identifier = self.random.choice((None, "A", "B", "C"))
        notice = copy.deepcopy(
            self.notice(move, self.random.choice((1, 7.5, 700)), identifier)
        )
        for _change in range(self.random.choice((0, 1, 1, 2))):
            target = notice
            name = self.random.choice(
                [*notice, "status", "identifier", "paymentStatus"]
            )
            while isinstance(target.get(name), dict) and self.random.random() < 0.5:
                target = target[name]
                name = self.random.choice([*target, "value", "reference", "identifier"])
            target[name] = copy.deepcopy(self.random.choice(VALUES))
        if self.random.random() < 0.1:
            notice["status"] = self.random.choice(("cancelled", "entered-in-error"))
        text = json.dumps(notice)
        if self.random.random() < 0.03:
            text = text[: self.random.randint(0, len(text))]
        return text

    # === WHAT MUST HOLD === #

    def state(self):
        """Everything a request may change."""
        self.env.invalidate_all()
        notices = self.env["openimis.payment.notice"].search([])
        payments = self.env["account.payment"].search(
            [("openimis_origin", "=", "FHIR")]
        )
        return {
            "notices": len(notices),
            "payments": sorted(payments.mapped(lambda p: (p.id, p.state))),
            "open": [move.amount_residual for move in self.moves],
        }

    def check_books(self):
        """Each notice has its payment, and what is paid is no longer open."""
        notices = self.env["openimis.payment.notice"].search([])
        payments = self.env["account.payment"].search(
            [("openimis_origin", "=", "FHIR")]
        )
        self.assertEqual(notices.payment_id, payments)
        for move in self.moves[:2]:
            live = notices.filtered(
                lambda n, move=move: n.move_id == move
                and n.payment_id.state != "rejected"
            )
            paid = sum(live.mapped("amount"))
            self.assertAlmostEqual(move.amount_residual, move.amount_total - paid)

    def test_every_request_is_answered_in_words(self):
        before = self.state()
        for number in range(COUNT):
            method, path, body, headers = self.request()
            headers["Authorization"] = f"Bearer {self.payer_key}"
            answer = self.url_open(
                f"{BASE}{path}",
                data=body.encode("utf-8", "surrogatepass")
                if body is not None
                else None,
                headers=headers,
                method=method,
                timeout=PATIENCE,
            )
            asked = f"{number}: {method} {path} {headers} {body}"[:2000]
            self.assertLess(answer.status_code, 500, asked)
            if answer.status_code >= 400:
                kind = answer.headers["Content-Type"]
                self.assertIn("fhir+json", kind, f"{asked}\n{answer.text[:500]}")
                outcome = answer.json()
                self.assertEqual(outcome["resourceType"], "OperationOutcome", asked)
                self.assertTrue(outcome["issue"], asked)
            after = self.state() if method == "POST" else before
            if answer.status_code not in (200, 201):
                self.assertEqual(after, before, asked)
            elif answer.status_code == 201:
                self.assertEqual(after["notices"], before["notices"] + 1, asked)
                self.assertEqual(
                    len(after["payments"]), len(before["payments"]) + 1, asked
                )
            before = after
        self.check_books()
