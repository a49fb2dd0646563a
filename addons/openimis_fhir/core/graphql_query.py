"""Texts of the GraphQL queries (spec section 6).

Every name was compared with the schema of openIMIS 1.11, recorded from a running one.
What is known to differ between versions:

- `batchRuns.location` became a generic scope, `locations` tells no total: what a server
  does not know is left out and told.
- `products`, `relativeIndexes` and `enrolmentOfficers` take no `orderBy`: over several
  pages the database may give a row twice and another never.
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
    """One relay connection: its name, its node's fields, its filter for changes.

    `where` chooses what is valid, unless something else is chosen; `total` says whether
    the connection tells how many nodes there are.
    """

    name: str
    fields: str
    since: str | None = None
    order: str = ""
    where: str = ""
    total: bool = True

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
        arguments += [part for part in (self.order, where or self.where) if part]
        total = "totalCount " if self.total else ""
        return (
            f"query{{{self.name}({','.join(arguments)})"
            f"{{{total}pageInfo{{hasNextPage endCursor}}"
            f"edges{{node{{{self.fields}}}}}}}}}"
        )

    def without(self, name, text, place):
        """The same query without one field, what is chosen of it included.

        :param str name: the field the server does not know
        :param str text: the query as it was sent
        :param int place: where the field stands in it, from 0, as the server tells
        :rtype: Query
        """
        if name == "totalCount":
            return replace(self, total=False)
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
    "edges", "node", "product", "policy", "amount", "payDate", "calculation",
    "relIndex", "year", "period", "chfId",
}  # fmt: skip
LINE = (
    "id qtyProvided qtyApproved priceAsked priceAdjusted priceApproved priceValuated"
    " remuneratedAmount deductableAmount exceedCeilingAmount"
    " exceedCeilingAmountCategory limitation limitationValue priceOrigin"
    " rejectionReason status justification product{uuid code} policy{uuid}"
)
QUERY_BILL_ITEM = Query(
    "billItem",
    "code description details quantity unitPrice discount deduction amountNet"
    " amountTotal ledgerAccount lineTypeName line bill{code}",
    order=BY_ID,
)
QUERIES = {
    "location": Query(
        "locations",
        "id uuid code name type malePopulation femalePopulation otherPopulation"
        " families parent{uuid}",
        order=BY_ID,
        total=False,
    ),
    "facility": Query(
        "healthFacilities",
        "id uuid code name level careType accCode address phone email status"
        " legalForm{code} subLevel{code} location{uuid code}"
        " catchments{catchment validityTo location{uuid}}",
        order=BY_ID,
    ),
    "product": Query(
        "products",
        "id uuid code name dateFrom dateTo lumpSum accCodeRemuneration"
        " accCodePremiums shareContribution ceilingInterpretation location{uuid code}"
        " relativePrices{careType periods}",
    ),
    "payer": Query(
        "payers", "id uuid type name phone email location{uuid code}", order=BY_ID
    ),
    "officer": Query(
        "enrolmentOfficers",
        "id uuid code lastName otherNames phone email worksTo location{uuid code}",
    ),
    "payment_plan": Query(
        "paymentPlan",
        "id code name calculation periodicity benefitPlanTypeName benefitPlan"
        " dateValidFrom dateValidTo isDeleted version jsonExt",
        order=BY_ID,
        where="isDeleted:false",
    ),
    "insuree": Query(
        "insurees",
        "id uuid chfId lastName otherNames dob head gender{code} family{uuid}"
        " currentVillage{uuid}",
        order=BY_ID,
    ),
    "family": Query(
        "families",
        "id uuid poverty headInsuree{uuid chfId} location{uuid code}",
        order=BY_ID,
    ),
    "policy": Query(
        "policies",
        "id uuid stage status value enrollDate startDate effectiveDate expiryDate"
        " product{uuid code} officer{uuid code} family{uuid}",
        order=BY_ID,
    ),
    "premium": Query(
        "premiums",
        "id uuid amount receipt payDate payType isPhotoFee payer{uuid} policy{uuid}",
        order=BY_ID,
    ),
    "relative_index": Query(
        "relativeIndexes",
        "id type careType year period calcDate relIndex product{uuid code}"
        " location{uuid}",
    ),
    "batch_run": Query(
        "batchRuns", "id runDate runYear runMonth location{uuid code}", order=BY_ID
    ),
    "claim": Query(
        "claims",
        "id uuid code status reviewStatus feedbackStatus rejectionReason dateFrom"
        " dateTo dateClaimed dateProcessed processStamp visitType careType claimed"
        " approved reinsured valuated remunerated explanation"
        " healthFacility{uuid code} insuree{uuid chfId} icd{code name} batchRun{id}"
        " admin{code}"
        f" items{{{LINE} item{{uuid code name}}}}"
        f" services{{{LINE} service{{uuid code name}}}}",
        order=BY_ID,
    ),
    # a list without `isDeleted` shows deleted bills among the others, with the status
    # they had: both kinds are asked for, each by itself
    "bill": Query(
        "bill",
        "id code codeTp codeExt status dateBill dateDue datePayed amountNet"
        " amountTotal amountDiscount taxAnalysis currencyCode thirdpartyTypeName"
        " thirdparty subjectTypeName subject terms note isDeleted version"
        " dateValidTo replacementUuid",
        since="dateUpdated_Gte",
        order=BY_ID,
        where="isDeleted:false",
    ),
}
