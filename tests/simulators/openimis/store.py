"""The records behind the simulator, and their FHIR form as captured."""

import copy
import json
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from .notices import status_after, stored_notice

SAMPLES = Path(__file__).resolve().parents[2] / "core" / "openimis_fhir" / "samples"
CSRF = "csrf-token-of-the-simulator"
IDENTIFIERS = (
    "https://openimis.github.io/openimis_fhir_r4_ig/CodeSystem/openimis-identifiers"
)


def sample(name):
    """A captured response, parsed."""
    return json.loads((SAMPLES / f"{name}.json").read_text())


def make_uuid(kind, number):
    """Stable UUID of the n-th record of a kind."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{number}"))


def identifiers(key, code):
    """The two identifiers as openIMIS writes them: no system, told apart by type."""
    return [
        {
            "type": {"coding": [{"system": IDENTIFIERS, "code": kind}]},
            "value": value,
        }
        for kind, value in (("UUID", key), ("Code", code))
    ]


@dataclass
class Row:
    """One record: its FHIR resource, its companions, its life.

    `error` is what openIMIS fails with on any page that holds it; alone it may be
    readable all the same.
    """

    resource: dict
    updated: datetime
    deleted: bool = False
    version: int = 1
    response: dict | None = None
    node: dict = field(default_factory=dict)
    created: datetime | None = None
    error: str | None = None
    readable_alone: bool = False

    def __post_init__(self):
        self.created = self.created or self.updated


class Store:
    """All records by FHIR resource name, in order of creation."""

    def __init__(self):
        self.rows = {
            name: {}
            for name in (
                "Location",
                "Organization",
                "InsurancePlan",
                "Patient",
                "Coverage",
                "Contract",
                "Claim",
                "Invoice",
                "PaymentNotice",
            )
        }
        self.batch_runs = []
        self.bill_status = {}
        self.mass = None  # `MassClaims`, instead of the claims in `rows`
        self.recorded = None  # `Recorded`: GraphQL answers from what was recorded
        self.csrf = CSRF
        self.unknown_fields = {}  # GraphQL connection -> fields of another version
        self.denied = set()  # GraphQL connections the account has no right to
        self.failing_queries = set()  # GraphQL connections that fail as a whole
        self.broken_codes = set()  # codes whose presence makes a GraphQL page fail
        self.failing = set()  # resource names whose list answers 500 whatever is asked
        self.broken = set()  # UUIDs whose presence makes a page answer 500

    def put(self, name, resource, **values):
        """Keep a resource; a known UUID gets a new version and a new time stamp."""
        key = resource.get("id") or resource["identifier"][0]["value"]
        old = self.rows[name].get(key)
        row = Row(resource, values.pop("updated", None) or self.now(), **values)
        row.version = old.version + 1 if old else 1
        row.created = old.created if old else row.created
        self.rows[name][key] = row
        if name == "Invoice":
            self.bill_status.setdefault(key, 1)
        return key

    def now(self):
        return datetime.now(UTC).replace(tzinfo=None)

    def listed(self, name):
        """Rows a list shows: deleted ones vanish without a trace."""
        return [row for row in self.rows[name].values() if not row.deleted]

    # === CAPTURED RECORDS === #

    def load_captured(self):
        """All records of the captured responses."""
        for bundle, name in (
            ("Organization_list", "Organization"),
            ("Coverage_list", "Coverage"),
            ("Contract_list", "Contract"),
            ("Invoice_bill_list", "Invoice"),
        ):
            for entry in sample(bundle)["entry"]:
                self.put(name, entry["resource"])
        self.put("Organization", sample("Organization_hf"))
        self.put("Patient", sample("Patient_one"))
        self.put("Claim", sample("Claim_one"), response=sample("ClaimResponse_one"))
        return self

    # === MADE RECORDS === #

    def add_location(self, number, parent=None):
        key = make_uuid("location", number)
        resource = {
            "resourceType": "Location",
            "id": key,
            "identifier": identifiers(key, f"L{number:04}"),
            "status": "active",
            "name": f"Area {number}",
            "mode": "instance",
            "physicalType": {
                "coding": [{"code": "D" if parent else "R", "display": "area"}]
            },
        }
        if parent:
            resource["partOf"] = {"reference": f"Location/{parent}", "type": "Location"}
        return self.put("Location", resource)

    def add_facility(self, number):
        resource = copy.deepcopy(sample("Organization_hf"))
        key = make_uuid("facility", number)
        resource["id"] = key
        resource["identifier"] = identifiers(key, f"HF{number:04}")
        resource["name"] = f"Health centre {number}"
        return self.put("Organization", resource)

    def add_product(self, number, code=None):
        key = make_uuid("product", number)
        resource = {
            "resourceType": "InsurancePlan",
            "id": key,
            "identifier": identifiers(key, code or f"P{number:03}"),
            "status": "active",
            "name": f"Product {number}",
            "period": {"start": "2020-01-01", "end": "2035-12-31"},
        }
        return self.put("InsurancePlan", resource)

    def add_patient(self, number):
        resource = copy.deepcopy(sample("Patient_one"))
        key = make_uuid("patient", number)
        resource["id"] = key
        resource["identifier"] = identifiers(key, f"{100000000 + number}")
        return self.put("Patient", resource)

    def add_policy(self, number, product_code, patient=None):
        """Coverage and Contract of one policy; neither has an id."""
        key = make_uuid("policy", number)
        chf_id = f"{100000000 + (patient or number)}"
        coverage = copy.deepcopy(sample("Coverage_list")["entry"][0]["resource"])
        coverage["identifier"][0]["value"] = key
        coverage["identifier"][1]["value"] = str(number)
        for part in ("policyHolder", "beneficiary"):
            coverage[part] = {"reference": f"Patient/{chf_id}"}
        coverage["class"][0]["value"] = product_code
        coverage["period"] = {"start": "2026-01-01", "end": "2026-12-31"}
        self.put("Coverage", coverage)
        contract = copy.deepcopy(sample("Contract_list")["entry"][0]["resource"])
        contract["identifier"][0]["value"] = key
        contract["identifier"][1]["value"] = str(number)
        self.put("Contract", contract)
        return key

    def add_claim(self, number, facility, coverage=None, patient=None, valuated=30.0):
        """Claim with one item and one service, valuated."""
        key = make_uuid("claim", number)
        claim = copy.deepcopy(sample("Claim_one"))
        answer = copy.deepcopy(sample("ClaimResponse_one"))
        claim["id"] = answer["id"] = key
        claim["identifier"] = answer["identifier"] = identifiers(key, f"C{number:06}")
        claim["provider"] = reference("Organization", facility)
        answer["request"] = reference("ClaimV2", key)
        if patient:
            claim["patient"] = reference("Patient", patient)
        if coverage:
            claim["insurance"][0]["coverage"] = reference("Coverage", coverage)
        for item in answer["item"]:
            item["adjudication"][-1]["amount"]["value"] = valuated
        total = sum(
            item["adjudication"][-1]["value"] * valuated for item in answer["item"]
        )
        answer["total"][-1]["amount"]["value"] = total
        return self.put("Claim", claim, response=answer)

    def add_bill(self, number, facility, amounts=(500.0, 110.0)):
        """Bill with a line per amount, as captured."""
        key = make_uuid("bill", number)
        bill = copy.deepcopy(sample("Invoice_bill_list")["entry"][0]["resource"])
        bill["id"] = key
        bill["identifier"] = identifiers(key, f"IV-P{number}-2026-11")
        bill["recipient"] = reference("Organization", facility)
        pattern = bill["lineItem"][0]
        bill["lineItem"] = []
        for position, amount in enumerate(amounts, start=1):
            line = copy.deepcopy(pattern)
            base = line["priceComponent"][0]
            base["amount"]["value"] = amount
            base["extension"][0]["valueMoney"]["value"] = amount
            base["code"]["coding"][0]["display"] = f"C{number}-{position}"
            bill["lineItem"].append(line)
        for total in ("totalNet", "totalGross"):
            bill[total]["value"] = sum(amounts)
        return self.put("Invoice", bill)

    def delete(self, name, key):
        """Soft delete: lists forget it, GraphQL shows it as deleted."""
        row = self.rows[name][key]
        row.deleted, row.updated, row.version = True, self.now(), row.version + 1

    # === PAYMENTS === #

    def pay(self, notice):
        """Store a PaymentNotice as openIMIS does, with what it does wrongly.

        :raises KeyError: what openIMIS cannot store, or no bill it knows
        """
        bill, stored = stored_notice(notice, sample("PaymentNotice_created"))
        row = self.rows["Invoice"][bill]
        stored["request"] = reference("Invoice", bill)
        self.put("PaymentNotice", stored)
        self.bill_status[bill] = status_after(
            self.bill_status[bill], row.resource, stored
        )
        row.updated = self.now()
        return stored


def reference(kind, key):
    """Reference as openIMIS writes it, with the identifier repeated."""
    return {
        "reference": f"{kind}/{key}",
        "type": kind,
        "identifier": {
            "type": {"coding": [{"system": IDENTIFIERS, "code": "UUID"}]},
            "value": key,
        },
    }
