"""Texts of the GraphQL queries (spec section 6).

`bill` and `billItem` stand as captured. Names of the others were compared with the
published schemas of openIMIS (claim, claim_batch, location, product, invoice): a type
shows each field of its model in camel case, so a name is right where the model has the
field. What is known to differ between versions:

- `batchRuns.location` became a generic scope; such a field is left out and told.
- only `claims`, `healthFacilities`, `bill` and `billItem` take `orderBy`; the order of
  the others is the database's.
- nothing but `bill` can be asked for what changed: the others come whole each time.
"""

import re
from base64 import b64encode
from dataclasses import dataclass, replace

#: braces with what is chosen in them, one level deeper included
CHOICE = r"\{(?:[^{}]|\{[^{}]*\})*\}"
BY_ID = 'orderBy:["id"]'


@dataclass(frozen=True, slots=True)
class Query:
    """One relay connection: its name, its node's fields, its filter for changes."""

    name: str
    fields: str
    since: str | None = None
    order: str = ""

    def text(self, start, size, since=None, where=""):
        """Query for the nodes from `start`.

        :param int start: 0-based position
        :param int size: at most 100
        :param datetime since: only what changed from then on
        :param str where: further arguments, already in GraphQL
        """
        arguments = [f"first:{size}"]
        if start:
            arguments.append(f'after:"{cursor(start - 1)}"')
        if since and self.since:
            arguments.append(f'{self.since}:"{since:%Y-%m-%dT%H:%M:%S}"')
        arguments += [part for part in (self.order, where) if part]
        return (
            f"query{{{self.name}({','.join(arguments)})"
            f"{{totalCount pageInfo{{hasNextPage endCursor}}"
            f"edges{{node{{{self.fields}}}}}}}}}"
        )

    def without(self, name, text, place):
        """The same query without one field, what is chosen of it included.

        :param str name: the field the server does not know
        :param str text: the query as it was sent
        :param int place: where the field stands in it, from 0, as the server tells
        :rtype: Query
        """
        start = place - text.index(self.fields)
        matches = re.finditer(rf"(?<!\w){name}(?!\w)({CHOICE})?", self.fields)
        match = min(matches, key=lambda match: abs(match.start() - start))
        left, right = self.fields[: match.start()], self.fields[match.end() :]
        return replace(self, fields=f"{left.rstrip()} {right.lstrip()}".strip())


def cursor(position):
    """Relay cursor of openIMIS: base64 of `arrayconnection:<position>`."""
    return b64encode(f"arrayconnection:{position}".encode()).decode()


#: Without these a record means nothing; the others may be missing.
NEEDED = {
    "id", "uuid", "code", "status", "type", "runYear", "runMonth", "healthFacility",
    "items", "services", "item", "service", "qtyProvided", "priceAsked", "dateFrom",
    "quantity", "unitPrice", "amountNet", "amountTotal", "currencyCode", "thirdparty",
    "totalCount", "edges", "node",
}  # fmt: skip
LINE = (
    "id qtyProvided qtyApproved priceAsked priceAdjusted priceApproved priceValuated"
    " priceOrigin rejectionReason status"
)
QUERY_BILL_ITEM = Query(
    "billItem",
    "code description details quantity unitPrice discount deduction amountNet"
    " amountTotal ledgerAccount lineTypeName line bill{code}",
    order=BY_ID,
)
QUERIES = {
    "location": Query("locations", "id uuid code name type parent{uuid}"),
    "facility": Query(
        "healthFacilities",
        "id uuid code name level careType accCode address phone email"
        " legalForm{code} subLevel{code} location{uuid code}",
        order=BY_ID,
    ),
    "product": Query(
        "products",
        "id uuid code name dateFrom dateTo lumpSum accCodeRemuneration"
        " accCodePremiums location{uuid code}",
    ),
    "batch_run": Query("batchRuns", "id runDate runYear runMonth location{uuid code}"),
    "claim": Query(
        "claims",
        "id uuid code status dateFrom dateTo dateClaimed dateProcessed visitType"
        " claimed approved valuated remunerated healthFacility{uuid code}"
        " insuree{uuid chfId} icd{code name} batchRun{id}"
        f" items{{{LINE} item{{uuid code name}}}}"
        f" services{{{LINE} service{{uuid code name}}}}",
        order=BY_ID,
    ),
    # deleted bills only come when asked for: both kinds are read
    "bill": Query(
        "bill",
        "id code codeTp codeExt status dateBill dateDue datePayed amountNet"
        " amountTotal amountDiscount taxAnalysis currencyCode thirdpartyTypeName"
        " thirdparty subjectTypeName subject terms note isDeleted version"
        " dateValidTo replacementUuid",
        since="dateUpdated_Gte",
        order=BY_ID,
    ),
}
