"""Texts of the GraphQL queries (spec section 6)."""

from base64 import b64encode
from dataclasses import dataclass


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


def cursor(position):
    """Relay cursor of openIMIS: base64 of `arrayconnection:<position>`."""
    return b64encode(f"arrayconnection:{position}".encode()).decode()


def bill_items_query(bill, start, size):
    """Lines of one bill."""
    return QUERY_BILL_ITEM.text(start, size, None, f'bill_Id:"{bill}"')


LINE = (
    "id qtyProvided qtyApproved priceAsked priceAdjusted priceApproved priceValuated"
    " priceOrigin rejectionReason status"
)
QUERY_BILL_ITEM = Query(
    "billItem",
    "code description details quantity unitPrice discount deduction amountNet"
    " amountTotal ledgerAccount lineTypeName line bill{code}",
)
QUERIES = {
    "location": Query("locations", "id uuid code name type parent{uuid}"),
    "facility": Query(
        "healthFacilities",
        "id uuid code name level careType accCode address phone email"
        " legalForm{code} subLevel{code} location{uuid code}",
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
    ),
    # deleted bills only come when asked for: both kinds are read
    "bill": Query(
        "bill",
        "id code codeTp codeExt status dateBill dateDue datePayed amountNet"
        " amountTotal amountDiscount taxAnalysis currencyCode thirdpartyTypeName"
        " thirdparty subjectTypeName subject terms note isDeleted version"
        " dateValidTo replacementUuid",
        since="dateUpdated_Gte",
    ),
}
