import json
import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.exchange_run.tests.common import OneTransaction

# What makes a resource valid belongs to the repository, next to the addons.
ROOT = str(Path(__file__).resolve().parents[3])
if ROOT not in sys.path:
    sys.path.append(ROOT)

from tests.fhir_validation import validate  # noqa: E402

__all__ = ["BASE", "ROOT", "FhirCase", "validate"]

BASE = "/fhir/R4"


class FhirCase(OneTransaction, AccountTestInvoicingCommon, HttpCase):
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

    def setUp(self):
        super().setUp()
        # other connections to this database are no part of these tests
        self.settled = patch.object(
            type(self.env["openimis.fhir.resource"]),
            "_settled_moment",
            lambda _server: fields.Datetime.now() + timedelta(days=1),
        )
        self.settled.start()
        self.addCleanup(self.stop_settled)

    def stop_settled(self):
        """Stop the patch, unless the test did."""
        if self.settled:
            self.settled.stop()
            self.settled = None

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
        return user, keys._generate("fhir", "test", tomorrow)

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
        # as a closing makes it
        with cls.env["openimis.payable.line"]._engine_writes():
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

    def notice(self, move, amount, identifier=None, **values):
        """PaymentNotice of a bill, as an accounting system sends it."""
        body = {
            "resourceType": "PaymentNotice",
            "status": "active",
            "request": {"reference": f"Invoice/{move.openimis_uuid}"},
            "created": "2026-11-22",
            "payment": {"reference": "PaymentReconciliation/rec-1"},
            "recipient": {"display": "Scheme"},
            "paymentDate": "2026-11-22",
            "amount": {"value": amount, "currency": move.currency_id.name},
            **values,
        }
        if identifier:
            body["identifier"] = [{"system": "urn:bank", "value": identifier}]
        return body

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
        self.answer = answer
        return validate(answer.content)

    def ids(self, bundle):
        return [entry["resource"]["id"] for entry in bundle.get("entry", ())]
