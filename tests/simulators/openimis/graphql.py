"""The part of openIMIS' GraphQL that an accounting pull uses."""

import json
import re
from base64 import b64decode, b64encode
from datetime import datetime

CALL = re.compile(r"query\{(\w+)\((.*?)\)\{totalCount", re.DOTALL)
ARGUMENT = re.compile(r'(\w+):("(?:[^"\\]|\\.)*"|\w+)')


class GraphqlError(Exception):
    """Answered as `errors`; `place` is where in the query something is wrong."""

    def __init__(self, text, place=None):
        super().__init__(text)
        self.place = place

    @property
    def errors(self):
        error = {"message": str(self)}
        if self.place is not None:
            error["locations"] = [{"line": 1, "column": self.place + 1}]
        return [error]


def answer(store, query):
    """Answer one connection query.

    :param Store store: the records
    :param str query: text of the query
    :return: content of `data`
    """
    match = CALL.match(query)
    if not match:
        raise GraphqlError("Syntax Error")
    name, raw = match.groups()
    for field in store.unknown_fields.get(name, ()):
        if found := re.search(rf"(?<!\w){field}(?!\w)", query):
            raise GraphqlError(
                f"Cannot query field '{field}' on type 'Node'.", found.start()
            )
    arguments = {key: value.strip('"') for key, value in ARGUMENT.findall(raw)}
    nodes = NODES[name](store, arguments)
    size = min(int(arguments.get("first", 100)), 100)
    start = 0
    if "after" in arguments:
        start = int(b64decode(arguments["after"]).decode().partition(":")[2]) + 1
    chosen = nodes[start : start + size]
    return {
        name: {
            "totalCount": len(nodes),
            "pageInfo": {
                "hasNextPage": start + size < len(nodes),
                "endCursor": encode(f"arrayconnection:{start + len(chosen) - 1}"),
            },
            "edges": [{"node": node} for node in chosen],
        }
    }


def encode(text):
    return b64encode(text.encode()).decode()


def row_text(values):
    """A row as openIMIS embeds it: JSON text, encoded as JSON once more."""
    return json.dumps(json.dumps(values))


def bills(store, arguments):
    deleted = arguments.get("isDeleted") == "true"
    since = arguments.get("dateUpdated_Gte")
    rows = [row for row in store.rows["Invoice"].values() if row.deleted == deleted]
    if "id" in arguments:
        row = store.rows["Invoice"].get(arguments["id"])
        rows = [row] if row else []
    if since:
        rows = [row for row in rows if row.updated >= datetime.fromisoformat(since)]
    return [bill(store, row) for row in rows]


def bill(store, row):
    resource = row.resource
    facility = resource["recipient"]["identifier"]["value"]
    known = store.rows["Organization"].get(facility)
    return {
        "id": encode(f"BillGQLType:{resource['id']}"),
        "code": resource["identifier"][1]["value"],
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
        "thirdpartyTypeName": "health facility",
        "thirdparty": row_text(
            {
                "uuid": facility,
                "code": known.resource["identifier"][1]["value"] if known else None,
                "accCode": "401100",
            }
        ),
        "subjectTypeName": "batch run",
        "subject": row_text({"id": 44, "runYear": 2026, "runMonth": 11}),
        "terms": "simplebatch",
        "note": None,
        "isDeleted": row.deleted,
        "version": row.version,
        "dateValidTo": row.node.get("dateValidTo"),
        "replacementUuid": row.node.get("replacementUuid"),
    }


def bill_items(store, arguments):
    row = store.rows["Invoice"].get(arguments.get("bill_Id"))
    return (
        [] if not row else [bill_item(row, line) for line in row.resource["lineItem"]]
    )


def bill_item(row, line):
    base = line["priceComponent"][0]
    amount = f"{base['amount']['value']:.2f}"
    return {
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
        "lineTypeName": "claim",
        "line": row_text({"code": base["code"]["coding"][0]["display"]}),
        "bill": {"code": row.resource["identifier"][1]["value"]},
    }


def facilities(store, arguments):
    return [
        {
            "id": encode(f"HealthFacilityGQLType:{number}"),
            "uuid": row.resource["id"],
            "code": row.resource["identifier"][1]["value"],
            "name": row.resource["name"],
            "level": "H",
            "careType": "B",
            "accCode": "401100",
            "address": None,
            "phone": None,
            "email": None,
            "legalForm": {"code": "C"},
            "subLevel": {"code": "S"},
            "location": None,
        }
        for number, row in enumerate(store.listed("Organization"), start=1)
    ]


def batch_runs(store, arguments):
    return store.batch_runs


def products(store, arguments):
    return [
        {
            "id": encode(f"ProductGQLType:{number}"),
            "uuid": row.resource["id"],
            "code": row.resource["identifier"][1]["value"],
            "name": row.resource["name"],
            "dateFrom": row.resource["period"]["start"],
            "dateTo": row.resource["period"]["end"],
            "lumpSum": "10000.00",
            "accCodeRemuneration": "611000",
            "accCodePremiums": "701000",
            "location": None,
        }
        for number, row in enumerate(store.listed("InsurancePlan"), start=1)
    ]


def locations(store, arguments):
    return [
        {
            "id": encode(f"LocationGQLType:{number}"),
            "uuid": row.resource["id"],
            "code": row.resource["identifier"][1]["value"],
            "name": row.resource["name"],
            "type": "D" if row.resource.get("partOf") else "R",
            "parent": (
                {"uuid": row.resource["partOf"]["reference"].partition("/")[2]}
                if row.resource.get("partOf")
                else None
            ),
        }
        for number, row in enumerate(store.listed("Location"), start=1)
    ]


def claims(store, arguments):
    return [claim(row) for row in store.listed("Claim")]


def claim(row):
    resource = row.resource
    lines = {"item": [], "service": []}
    for item in resource["item"]:
        price = f"{item['unitPrice']['value']:.2f}"
        kind = item["category"]["text"]
        answer = next(
            a for a in row.response["item"] if a["itemSequence"] == item["sequence"]
        )
        lines[kind].append(
            {
                "id": "1",
                "qtyProvided": f"{item['quantity']['value']:.2f}",
                "qtyApproved": None,
                "priceAsked": price,
                "priceAdjusted": price,
                "priceApproved": None,
                "priceValuated": str(answer["adjudication"][-1]["amount"]["value"]),
                "priceOrigin": "P",
                "rejectionReason": 0,
                "status": 1,
                kind: {
                    "uuid": None,
                    "code": item["productOrService"]["text"],
                    "name": "",
                },
            }
        )
    return {
        "id": encode("ClaimGQLType:1"),
        "uuid": resource["id"],
        "code": resource["identifier"][1]["value"],
        "status": 16,
        "dateFrom": resource["billablePeriod"]["start"],
        "dateTo": resource["billablePeriod"]["end"],
        "dateClaimed": resource["created"],
        "dateProcessed": row.response["created"],
        "visitType": "O",
        "claimed": str(resource["total"]["value"]),
        "approved": None,
        "valuated": str(row.response["total"][-1]["amount"]["value"]),
        "remunerated": None,
        "healthFacility": {"uuid": resource["provider"]["identifier"]["value"]},
        "insuree": {"uuid": resource["patient"]["identifier"]["value"], "chfId": "1"},
        "icd": {"code": "D-637", "name": "Diagnostic637"},
        "batchRun": row.node.get("batchRun"),
        "items": lines["item"],
        "services": lines["service"],
    }


NODES = {
    "bill": bills,
    "billItem": bill_items,
    "healthFacilities": facilities,
    "batchRuns": batch_runs,
    "products": products,
    "locations": locations,
    "claims": claims,
}
