"""The state of the recorded openIMIS as a store: what its FHIR would answer.

Records that came on no recorded page (ties lost them) are made from the tables.
"""

import copy
from collections import defaultdict
from datetime import UTC, datetime

from . import recorded_fhir as recorded
from .store import Store, identifiers, reference

NO_DATE = "'NoneType' object has no attribute 'isoformat'"
MALFORMED = "malformed entry http://openimis.example/api/api_fhir_r4/Claim/{}"
#: resource -> (table, column of the time its list is ordered by)
TABLES = {
    "Location": "locations",
    "Organization": "facilities",
    "InsurancePlan": "products",
    "Patient": "insurees",
    "Claim": "claims",
}
LEVELS = {"R": "Region", "D": "District", "W": "Municipality/Ward", "V": "Village"}
POLICY_STATUS = {"1": "draft", "2": "active", "4": "cancelled", "8": "active"}


def recorded_store():
    """Everything that is valid in the recorded state.

    :rtype: Store
    """
    store = Store()
    for resource, table in TABLES.items():
        found = recorded.fresh(resource)
        for row in valid(table):
            made = found.get(row["uuid"]) or MAKERS[resource](row)
            store.put(resource, copy.deepcopy(made), updated=moment(row))
    answers = recorded.fresh("ClaimResponse")
    for key, row in store.rows["Claim"].items():
        row.response = copy.deepcopy(answers[key])
    _withdraw_insurees(store)
    _add_policies(store)
    _add_bills(store)
    return store


def valid(table):
    """Rows of a table that are in force, newest wording of the recorded state."""
    return [row for row in recorded.truth(table) if not row["validity_to"]]


def moment(row, column="validity_from"):
    """Time of a row, without zone."""
    text = row[column].replace("+00", "+00:00")
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _withdraw_insurees(store):
    known = set(store.rows["Patient"])
    for key, row in store.rows["Claim"].items():
        patient = row.resource["patient"]["reference"].partition("/")[2]
        if patient not in known:
            row.error, row.readable_alone = MALFORMED.format(key), True


def _add_policies(store):
    coverages, contracts = recorded.fresh("Coverage"), recorded.fresh("Contract")
    premiums = premiums_by_policy()
    for row in valid("policies"):
        key, paid = row["uuid"], premiums[row["uuid"]]
        coverage = coverages.get(key) or make_coverage(row)
        contract = contracts.get(key) or make_contract(row, paid[:1])
        store.put("Coverage", copy.deepcopy(coverage), updated=moment(row))
        store.put("Contract", copy.deepcopy(contract), updated=moment(row))
        if not row["effective_date"]:
            store.rows["Coverage"][key].error = NO_DATE
        if len(paid) > 1:
            text = f"get() returned more than one Premium -- it returned {len(paid)}!"
            store.rows["Contract"][key].error = text


def _add_bills(store):
    bills = recorded.fresh("Invoice")
    for row in recorded.truth("bills"):
        resource = bills.get(row["uuid"]) or {
            "resourceType": "Invoice",
            "id": row["uuid"],
            "identifier": identifiers(row["uuid"], row["code"]),
        }
        key = store.put(
            "Invoice", copy.deepcopy(resource), updated=moment(row, "date_updated")
        )
        store.rows["Invoice"][key].created = moment(row, "date_created")
        if key not in bills:
            store.rows["Invoice"][key].error = "premium is missing"


# === RECORDS MADE FROM THE TABLES ===


def premiums_by_policy():
    """{UUID of a policy: its premiums in force}."""
    found = defaultdict(list)
    for row in valid("premiums"):
        found[row["policy_uuid"]].append(row)
    return found


def make_location(row):
    """Location of a row of `locations`."""
    resource = {
        "resourceType": "Location",
        "id": row["uuid"],
        "identifier": identifiers(row["uuid"], row["code"]),
        "status": "active",
        "name": row["name"],
        "mode": "instance",
        "physicalType": {
            "coding": [{"code": row["type"], "display": LEVELS[row["type"]]}]
        },
    }
    if row["parent_uuid"]:
        resource["partOf"] = reference("Location", row["parent_uuid"])
    return resource


def make_patient(row):
    """Patient of a row of `insurees`, which holds no names."""
    resource = copy.deepcopy(next(iter(recorded.fresh("Patient").values())))
    resource["id"] = row["uuid"]
    resource["identifier"] = identifiers(row["uuid"], row["chf_id"])
    resource["extension"] = [
        {"url": "x/patient-is-head", "valueBoolean": row["is_head"] == "t"},
        {
            "url": "x/patient-group-reference",
            "valueReference": reference("Group", row["family_uuid"]),
        },
    ]
    return resource


def make_coverage(row):
    """Coverage of a row of `policies`."""
    resource = copy.deepcopy(next(iter(recorded.fresh("Coverage").values())))
    for entry, value in zip(
        resource["identifier"], (row["uuid"], row["id"]), strict=False
    ):
        entry["value"] = value
    holder = {"reference": f"Patient/{row['head_chf_id']}"}
    resource |= {"policyHolder": holder, "beneficiary": holder, "payor": [holder]}
    resource["status"] = POLICY_STATUS.get(row["status"], "active")
    resource["period"] = {"start": row["start_date"], "end": row["expiry_date"]}
    resource["class"][0]["value"] = row["product"]
    return resource


def _name(resource, row):
    unique, number = resource["identifier"]
    unique["value"], number["value"] = row["uuid"], row["id"]


def make_contract(row, premiums):
    """Contract of a row of `policies` with the premiums FHIR can show."""
    pattern = next(
        contract
        for contract in recorded.fresh("Contract").values()
        if contract["term"][0]["asset"][0].get("extension")
    )
    resource = copy.deepcopy(pattern)
    for entry, value in zip(
        resource["identifier"], (row["uuid"], row["id"]), strict=False
    ):
        entry["value"] = value
    resource["subject"] = [reference("Group", row["family_uuid"])]
    resource["author"] = {
        **reference("Practitioner", row["officer_uuid"]),
        "display": row["officer_code"],
    }
    asset = resource["term"][0]["asset"][0]
    dates = {"start": row["start_date"], "end": row["expiry_date"]}
    asset["period"] = asset["usePeriod"] = [dates]
    asset["valuedItem"] = [
        {
            "entityReference": {"display": row["product"]},
            "net": {"value": float(row["value"]), "currency": "$"},
        }
    ]
    asset["extension"] = [make_premium(asset["extension"][0], p) for p in premiums]
    return resource


def make_premium(pattern, row):
    """Extension of a Contract for a row of `premiums`."""
    extension = copy.deepcopy(pattern)
    part = {entry["url"]: entry for entry in extension["extension"]}
    part["amount"]["valueMoney"]["value"] = float(row["amount"])
    part["receipt"]["valueString"] = row["receipt"]
    part["date"]["valueDate"] = row["pay_date"]
    part["type"]["valueCodeableConcept"]["coding"][0]["code"] = row["pay_type"]
    category = "P" if row["is_photo_fee"] == "t" else "C"
    part["category"]["valueCodeableConcept"]["coding"][0]["code"] = category
    return extension


MAKERS = {"Location": make_location, "Patient": make_patient}
