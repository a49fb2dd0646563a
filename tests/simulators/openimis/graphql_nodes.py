"""Records of the scenario store as nodes of openIMIS' GraphQL."""

import json
from base64 import b64encode

from .store import make_uuid


def encode(kind, number):
    """Relay id of a record."""
    return b64encode(f"{kind}GQLType:{number}".encode()).decode()


def row_text(values):
    """A row as openIMIS embeds it: JSON text, encoded as JSON once more."""
    return json.dumps(json.dumps(values))


def code_of(resource):
    return resource["identifier"][1]["value"]


def _numbered(store, name):
    """(number, row) of what a list shows."""
    return enumerate(store.listed(name), start=1)


# === BILLS === #


def bills(store):
    # deleted ones too: only `isDeleted` tells them apart
    return [bill(store, row) for row in store.rows["Invoice"].values()]


def bill(store, row):
    resource = row.resource
    party = row.node.get("party") or _facility_party(store, resource)
    return {
        "id": encode("Bill", resource["id"]),
        "code": code_of(resource),
        "codeTp": None,
        "codeExt": None,
        "status": f"A_{store.bill_status[resource['id']]}",
        "dateBill": resource["date"],
        "dateDue": "2026-12-21",
        "datePayed": None,
        "amountNet": f"{resource['totalNet']['value']:.2f}",
        "amountTotal": f"{resource['totalGross']['value']:.2f}",
        "amountDiscount": "0.00",
        "taxAnalysis": None,
        "currencyCode": resource["totalNet"]["currency"],
        "thirdpartyTypeName": party[0],
        "thirdparty": row_text(party[1]),
        "subjectTypeName": "batch run",
        "subject": row_text({"id": 44, "runYear": 2026, "runMonth": 11}),
        "terms": "simplebatch",
        "note": None,
        "isDeleted": row.deleted,
        "version": row.version,
        "dateUpdated": row.updated.isoformat(),
        "dateValidTo": row.node.get("dateValidTo"),
        "replacementUuid": row.node.get("replacementUuid"),
    }


def _facility_party(store, resource):
    facility = resource["recipient"]["identifier"]["value"]
    known = store.rows["Organization"].get(facility)
    row = {
        "uuid": facility,
        "code": code_of(known.resource) if known else None,
        "accCode": "401100",
    }
    return "health facility", row


def bill_items(store):
    return [
        bill_item(row, number, line)
        for row in store.rows["Invoice"].values()
        for number, line in enumerate(row.resource["lineItem"])
    ]


def bill_item(row, number, line):
    base = line["priceComponent"][0]
    amount = f"{base['amount']['value']:.2f}"
    key = make_uuid(f"item {row.resource['id']}", number)
    return {
        "id": encode("BillItem", key),
        "code": base["code"]["coding"][0]["display"],
        "description": "D-965 Diagnostic965",
        "details": json.dumps({"claim_details": []}),
        "quantity": 1,
        "unitPrice": amount,
        "discount": "0.00",
        "deduction": "0.00",
        "amountNet": amount,
        "amountTotal": amount,
        "ledgerAccount": None,
        "lineTypeName": row.node.get("line_type", "claim"),
        "line": row_text({"code": base["code"]["coding"][0]["display"]}),
        "isDeleted": row.deleted,
        "bill": {
            "id": encode("Bill", row.resource["id"]),
            "code": code_of(row.resource),
        },
    }


# === MASTER DATA === #


def facilities(store):
    return [
        {
            "id": encode("HealthFacility", number),
            "uuid": row.resource["id"],
            "code": code_of(row.resource),
            "name": row.resource["name"],
            "level": "H",
            "careType": "B",
            "accCode": "401100",
            "legalForm": {"code": "C"},
            "subLevel": {"code": "S"},
            "catchments": [],
        }
        for number, row in _numbered(store, "Organization")
    ]


def products(store):
    return [
        {
            "id": encode("Product", number),
            "uuid": row.resource["id"],
            "code": code_of(row.resource),
            "name": row.resource["name"],
            "dateFrom": row.resource["period"]["start"],
            "dateTo": row.resource["period"]["end"],
            "lumpSum": "10000.00",
            "accCodeRemuneration": "611000",
            "accCodePremiums": "701000",
            "relativePrices": [],
        }
        for number, row in _numbered(store, "InsurancePlan")
    ]


def locations(store):
    nodes = []
    for number, row in _numbered(store, "Location"):
        above = row.resource.get("partOf")
        nodes.append(
            {
                "id": encode("Location", number),
                "uuid": row.resource["id"],
                "code": code_of(row.resource),
                "name": row.resource["name"],
                "type": "D" if above else "R",
                "parent": above and {"uuid": above["reference"].partition("/")[2]},
            }
        )
    return nodes


def batch_runs(store):
    return store.batch_runs


# === PERSONS AND POLICIES === #


def insurees(store):
    return [
        {
            "id": encode("Insuree", number),
            "uuid": row.resource["id"],
            "chfId": code_of(row.resource),
            "lastName": row.resource["name"][0]["family"],
            "otherNames": row.resource["name"][0]["given"][0],
            "dob": row.resource["birthDate"],
            "gender": {"code": "M"},
            "head": False,
            "family": {"uuid": _family(row.resource)},
        }
        for number, row in _numbered(store, "Patient")
    ]


def families(store):
    keys = {_family(row.resource): row.resource for row in store.listed("Patient")}
    return [
        {
            "id": encode("Family", number),
            "uuid": key,
            "headInsuree": {"uuid": head["id"], "chfId": code_of(head)},
        }
        for number, (key, head) in enumerate(keys.items(), start=1)
    ]


def _family(patient):
    return next(
        extension["valueReference"]["identifier"]["value"]
        for extension in patient["extension"]
        if "group-reference" in extension["url"]
    )


def policies(store):
    plans = {code_of(r.resource): r.resource for r in store.listed("InsurancePlan")}
    nodes = []
    for number, row in _numbered(store, "Coverage"):
        resource = row.resource
        product = resource["class"][0]["value"]
        key = resource["identifier"][0]["value"]
        nodes.append(
            {
                "id": encode("Policy", number),
                "uuid": key,
                "stage": "N",
                "status": 2,
                "value": "10000.00",
                "enrollDate": resource["period"]["start"],
                "startDate": resource["period"]["start"],
                "effectiveDate": resource["period"]["start"],
                "expiryDate": resource["period"]["end"],
                "product": {
                    "code": product,
                    "uuid": plans[product]["id"] if product in plans else None,
                },
                "officer": _officer(store, key),
                "family": {"uuid": make_uuid("family", number)},
            }
        )
    return nodes


def _officer(store, policy):
    row = store.rows["Contract"].get(policy)
    if not row:
        return None
    author = row.resource["author"]
    return {"uuid": author["identifier"]["value"], "code": author["display"]}


def officers(store):
    found = {}
    for row in store.listed("Contract"):
        author = row.resource["author"]
        found[author["identifier"]["value"]] = author["display"]
    return [
        {
            "id": encode("Officer", number),
            "uuid": key,
            "code": code,
            "lastName": "Officer",
            "otherNames": code,
        }
        for number, (key, code) in enumerate(found.items(), start=1)
    ]


def premiums(store):
    nodes = []
    for row in store.listed("Contract"):
        policy = row.resource["identifier"][0]["value"]
        for term in row.resource["term"]:
            for part in term["asset"][0]["extension"]:
                values = {e["url"]: e for e in part.get("extension", ())}
                if "amount" not in values:
                    continue
                number = len(nodes) + 1
                nodes.append(
                    {
                        "id": encode("Premium", number),
                        "uuid": make_uuid("premium", number),
                        "amount": f"{values['amount']['valueMoney']['value']:.2f}",
                        "receipt": values["receipt"]["valueString"],
                        "payDate": values["date"]["valueDate"],
                        "payType": "B",
                        "isPhotoFee": False,
                        "policy": {"uuid": policy},
                    }
                )
    return nodes


# === CLAIMS === #


def claims(store):
    policies = {
        row.resource["identifier"][0]["value"]: row.resource["class"][0]["value"]
        for row in store.listed("Coverage")
    }
    return [claim(row, number, policies) for number, row in _numbered(store, "Claim")]


def claim(row, number, policies):
    resource = row.resource
    policy = _policy(resource)
    product = policy and {"code": policies.get(policy)}
    lines = {"item": [], "service": []}
    for item in resource["item"]:
        lines[item["category"]["text"]].append(
            _claim_line(row.response, item, policy, product)
        )
    totals = row.response["total"] if row.response else []
    stages = [int(t["category"]["coding"][0]["code"]) for t in totals]
    status = max(stages, default=2)
    return {
        "id": encode("Claim", number),
        "uuid": resource["id"],
        "code": code_of(resource),
        "status": status,
        "dateFrom": resource["billablePeriod"]["start"],
        "dateTo": resource["billablePeriod"]["end"],
        "dateClaimed": resource["created"],
        "dateProcessed": None,  # as for most claims of a real one
        "processStamp": f"{row.response['created']}T10:00:00" if status > 4 else None,
        "visitType": "O",
        "claimed": str(resource["total"]["value"]),
        "valuated": str(totals[-1]["amount"]["value"]) if status == 16 else None,
        "healthFacility": {"uuid": _provider(resource)},
        "insuree": {"uuid": resource["patient"]["identifier"]["value"], "chfId": "1"},
        "icd": {"code": "D-637", "name": "Diagnostic637"},
        "batchRun": row.node.get("batchRun"),
        "items": lines["item"],
        "services": lines["service"],
        **row.node.get("claim", {}),
    }


def _provider(resource):
    provider = resource.get("provider") or {"identifier": {"value": None}}
    return provider["identifier"]["value"]


def _policy(resource):
    coverage = resource["insurance"][0].get("coverage") or {}
    return coverage.get("reference", "").partition("/")[2] or None


def _claim_line(response, item, policy, product):
    price = f"{item['unitPrice']['value']:.2f}"
    kind = item["category"]["text"]
    answers = [
        answer["adjudication"][-1]
        for answer in (response or {}).get("item", ())
        if answer["itemSequence"] == item["sequence"]
    ]
    valuated = [
        str(answer["amount"]["value"])
        for answer in answers
        if answer["category"]["coding"][0]["code"] == "16"
    ]
    return {
        "id": str(item["sequence"]),
        "qtyProvided": f"{item['quantity']['value']:.2f}",
        "priceAsked": price,
        "priceAdjusted": price,
        "priceValuated": valuated[0] if valuated else None,
        "priceOrigin": "P",
        "rejectionReason": 0,
        "status": 1,
        "product": product,
        "policy": policy and {"uuid": policy},
        kind: {"code": item["productOrService"]["text"], "name": ""},
    }


NODES = {
    "bill": bills,
    "billItem": bill_items,
    "healthFacilities": facilities,
    "batchRuns": batch_runs,
    "products": products,
    "locations": locations,
    "insurees": insurees,
    "families": families,
    "policies": policies,
    "premiums": premiums,
    "enrolmentOfficers": officers,
    "payers": lambda store: [],
    "paymentPlan": lambda store: [],
    "relativeIndexes": lambda store: [],
    "claims": claims,
}
