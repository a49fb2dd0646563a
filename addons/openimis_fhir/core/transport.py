"""Two ways to read openIMIS behind one contract.

A transport answers `count(kind, since)` and `page(kind, start, size, since)`; a page
holds records, and names what could not be read instead of failing as a whole.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from . import const, graphql_read
from .exceptions import NotFound, ServerFailed, UnknownField, UnreadableResource
from .fhir_read import (
    read_facility,
    read_insuree,
    read_location,
    read_policy,
    read_premiums,
    read_product,
)
from .fhir_read_bill import read_bill
from .fhir_read_claim import claim_uuid_of_response, read_claim
from .fhir_values import identifier, reference_tail
from .graphql_query import NEEDED, QUERIES, QUERY_BILL_ITEM

READERS = {
    "location": read_location,
    "facility": read_facility,
    "product": read_product,
    "insuree": read_insuree,
    "policy": read_policy,
    "bill": read_bill,
}
#: what reading JSON of an unexpected shape raises
SHAPE_ERRORS = (AttributeError, TypeError, KeyError, ValueError, IndexError)


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read: `position` in the list (from 0), `key`, `code`, text."""

    position: int
    code: str
    detail: str
    key: str | None = None


@dataclass(slots=True)
class Page:
    """One page: `seen` counts the entries of the other side, readable or not.

    `missing` names fields that this openIMIS turned out not to know.
    """

    records: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    total: int | None = None
    seen: int = 0

    def add(self, other):
        """Append another page; its total, where known, takes the place of ours.

        :param Page other: what follows this page
        """
        self.records += other.records
        self.problems += other.problems
        self.missing += other.missing
        self.seen += other.seen
        self.total = self.total if other.total is None else other.total


def read_into(page, kind, resource, position, currencies, answer=None):
    """Read one resource into a page, as record or as problem.

    :param str kind: key of `const.RESOURCE_OF_KIND`
    :param dict answer: the ClaimResponse of a Claim
    """
    try:
        if kind == "claim":
            page.records.append(read_claim(resource, answer, currencies))
        elif kind == "premium":
            page.records.extend(read_premiums(resource, currencies))
        else:
            page.records.append(READERS[kind](resource, currencies))
    except UnreadableResource as error:
        page.problems.append(
            Problem(position, error.code, error.detail, _key(resource))
        )
    except SHAPE_ERRORS as error:
        # a list where an object is due, and the like: the neighbours are read
        detail = f"{const.RESOURCE_OF_KIND[kind]}: {type(error).__name__}"
        page.problems.append(Problem(position, "resource", detail, _key(resource)))


def _key(resource):
    """Code or id of a resource that may be of any shape."""
    try:
        return identifier(resource, "Code") or resource.get("id")
    except SHAPE_ERRORS:
        return None


class FhirTransport:
    """The standard route.

    :param Client client: conversation with openIMIS
    :param dict currencies: replacements for what is no ISO currency
    """

    kinds = tuple(kind for kind in const.KINDS if kind != "batch_run")

    def __init__(self, client, currencies=None):
        self.client = client
        self.currencies = currencies or {}

    def count(self, kind, since=None):
        """Number of entries in the list; None when the list cannot be counted.

        A page of one that answers 500 says nothing about the others.
        """
        for offset in range(1, 12):
            try:
                bundle = self._bundle(
                    kind, const.RESOURCE_OF_KIND[kind], offset, 1, since
                )
                return int(bundle.get("total") or 0)
            except ServerFailed:
                continue
            except NotFound:
                return offset - 1  # no more than those it failed on
        return None

    def page(self, kind, start, size, since=None):
        """Read entries `start` to `start + size` (0-based) of a kind.

        A list that answers 500 is asked again in smaller pieces, until only the
        entries at fault are left; those come back as problems (section 5: one
        commission bill makes the whole list fail).

        :param datetime since: only what changed after it (kinds of
            `const.INCREMENTAL_KINDS`), without zone, in the server's time
        :rtype: Page
        """
        try:
            return self._read_page(kind, start, size, since)
        except NotFound:
            return Page()
        except ServerFailed as error:
            if size == 1:
                problem = Problem(start, error.code, error.detail)
                return Page(problems=[problem], seen=1)
        page = Page()
        part = _smaller(size)
        for piece in range(start, start + size, part):
            if page.total is not None and piece >= page.total:
                break
            page.add(self.page(kind, piece, part, since))
        return page

    def bill(self, uuid):
        """One bill by its UUID, None when openIMIS no longer shows it."""
        try:
            return read_bill(self.client.get(f"Invoice/{uuid}/"), self.currencies)
        except NotFound:
            return None

    def bill_status(self, uuid):
        """FHIR shows every bill as "active": its status cannot be told."""
        return None

    def find_notice(self, reference, since):
        """PaymentNotice that names a payment, or None.

        :param str reference: as in `PaymentReconciliation/<reference>`
        :param datetime since: when it can have been sent at the earliest
        """
        start = since - timedelta(days=1)  # the clocks differ
        parameters = {
            "_count": 100,
            "_lastUpdated": f"ge{start:%Y-%m-%dT%H:%M:%S}",
        }
        seen, number = 0, 1
        while True:
            asked = {**parameters, "page-offset": number}
            bundle = self.client.get("PaymentNotice/", asked)
            entries = bundle.get("entry") or ()
            for entry in entries:
                if reference_tail(entry["resource"].get("payment")) == reference:
                    return entry["resource"]
            seen, number = seen + len(entries), number + 1
            if not entries or seen >= int(bundle.get("total") or 0):
                return None

    def deleted_bills(self, since=None):
        """FHIR keeps no tombstones: bills gone missing must be asked one by one."""
        return None

    def _bundle(self, kind, resource, number, size, since):
        parameters = dict(const.FIXED_PARAMETERS.get(kind, {}))
        parameters |= {"_count": size, "page-offset": number}
        if since and kind in const.INCREMENTAL_KINDS:
            parameters["_lastUpdated"] = f"ge{since:%Y-%m-%dT%H:%M:%S}"
        return self.client.get(f"{resource}/", parameters)

    def _read_page(self, kind, start, size, since):
        number = start // size + 1  # page-offset is a page number, from 1
        bundle = self._bundle(kind, const.RESOURCE_OF_KIND[kind], number, size, since)
        entries = [entry.get("resource") or {} for entry in bundle.get("entry") or ()]
        page = Page(total=int(bundle.get("total") or 0), seen=len(entries))
        answers = (
            self._responses(entries, number, size, since) if kind == "claim" else {}
        )
        for position, resource in enumerate(entries, start=start):
            answer = answers.get(str(resource.get("id")))
            read_into(page, kind, resource, position, self.currencies, answer)
        return page

    def _responses(self, claims, number, size, since):
        """ClaimResponse by claim UUID: the same page, then one by one what it lacks."""
        answers = {}
        try:
            bundle = self._bundle("claim", "ClaimResponse", number, size, since)
            for entry in bundle.get("entry") or ():
                answers[claim_uuid_of_response(entry["resource"])] = entry["resource"]
        except (ServerFailed, NotFound):
            answers = {}
        for claim in claims:
            if claim.get("id") and claim["id"] not in answers:
                answers[claim["id"]] = self._response(claim["id"])
        return answers

    def _response(self, uuid):
        try:
            return self.client.get(f"ClaimResponse/{uuid}/")
        except NotFound:
            return None  # entered only


class GraphqlTransport:
    """The complete route: due dates, statuses, deductions, accounts, deleted bills.

    Kinds that only FHIR documents are delegated to it.
    """

    kinds = const.KINDS
    maximum = 100  # openIMIS' own limit for `first`

    def __init__(self, client, currencies=None):
        self.client = client
        self.currencies = currencies or {}
        self._fhir = FhirTransport(client, currencies)
        self._queries = QUERIES | {"bill_item": QUERY_BILL_ITEM}
        self._missing = {}

    def count(self, kind, since=None):
        """Number of nodes; see `FhirTransport.count`."""
        if kind not in QUERIES:
            return self._fhir.count(kind, since)
        return int(self._connection(kind, 0, 1, since).get("totalCount") or 0)

    def page(self, kind, start, size, since=None):
        """Read nodes `start` to `start + size`; see `FhirTransport.page`."""
        if kind not in QUERIES:
            return self._fhir.page(kind, start, size, since)
        page = Page()
        for offset in range(start, start + size, self.maximum):
            count = min(self.maximum, start + size - offset)
            page.add(self._read_page(kind, offset, count, since))
        return page

    def bill(self, uuid):
        """One bill by its UUID, deleted ones included; None when unknown."""
        node = self._bill_node(uuid)
        return self._bill(node) if node else None

    def bill_status(self, uuid):
        """openIMIS' status number of a bill, None when it is unknown."""
        node = self._bill_node(uuid)
        return graphql_read.enum_number(node["status"]) if node else None

    def _bill_node(self, uuid):
        answer = self._connection("bill", 0, 1, None, f'id:"{uuid}"')
        edges = answer.get("edges") or ()
        return edges[0]["node"] if edges else None

    def find_notice(self, reference, since):
        """See `FhirTransport.find_notice`."""
        return self._fhir.find_notice(reference, since)

    def deleted_bills(self, since=None):
        """UUIDs of deleted bills, those changed since then.

        :rtype: list[str]
        """
        found, start = [], 0
        while True:
            answer = self._connection(
                "bill", start, self.maximum, since, "isDeleted:true"
            )
            edges = answer.get("edges") or ()
            found += [graphql_read.global_id(edge["node"]["id"]) for edge in edges]
            start += self.maximum
            if start >= int(answer.get("totalCount") or 0):
                return found

    def _connection(self, kind, start, size, since=None, where=""):
        """Ask for nodes; a field this openIMIS does not know is left out from then on.

        :raises UnknownField: one without which the record cannot be kept
        """
        while True:
            query = self._queries[kind]
            text = query.text(start, size, since, where)
            try:
                data = self.client.graphql(text)
            except UnknownField as error:
                if error.name in NEEDED:
                    raise
                self._queries[kind] = query.without(error.name, text, error.place)
                self._missing.setdefault(kind, []).append(error.name)
            else:
                return data.get(query.name) or {}

    def _read_page(self, kind, start, size, since):
        connection = self._connection(kind, start, size, since)
        nodes = [edge["node"] for edge in connection.get("edges") or ()]
        page = Page(total=connection.get("totalCount"), seen=len(nodes))
        for position, node in enumerate(nodes, start=start):
            try:
                page.records.append(self._node(kind, node))
            except (UnreadableResource, *SHAPE_ERRORS) as error:
                detail = getattr(error, "detail", type(error).__name__)
                key = node.get("code") or node.get("id")
                page.problems.append(Problem(position, "resource", detail, key))
        # told once: with the first page after the server said so
        page.missing = self._missing.pop(kind, [])
        if kind == "bill":
            page.missing += self._missing.pop("bill_item", [])
        return page

    def _node(self, kind, node):
        if kind == "bill":
            return self._bill(node)
        reader = getattr(graphql_read, f"read_{kind}")
        return reader(node, self.currencies)

    def _bill(self, node):
        lines, after = [], 0
        key = node.get("uuid") or graphql_read.global_id(node.get("id"))
        where = f'bill_Id:"{key}"'
        while True:
            found = self._connection("bill_item", after, self.maximum, None, where)
            lines += [edge["node"] for edge in found.get("edges") or ()]
            after += self.maximum
            if after >= int(found.get("totalCount") or 0):
                return graphql_read.read_bill(node, lines, self.currencies)


TRANSPORTS = {"fhir": FhirTransport, "graphql": GraphqlTransport}


def _smaller(size):
    """Next page size that divides `size`, so that page numbers stay whole."""
    return next(
        part
        for part in (size // 10, size // 5, size // 2, 1)
        if part and not size % part
    )
