"""Two ways to read openIMIS behind one contract.

A transport answers `count(kind, since)` and `page(kind, start, size, since)`; a page
holds records, and names what could not be read instead of failing as a whole.
"""

from . import const, graphql_read
from .exceptions import UnknownField, UnreadableResource
from .fhir_transport import FhirTransport
from .graphql_query import NEEDED, QUERIES, QUERY_BILL_ITEM
from .page import SHAPE_ERRORS, Page, Problem, read_into


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

__all__ = [
    "SHAPE_ERRORS",
    "TRANSPORTS",
    "FhirTransport",
    "GraphqlTransport",
    "Page",
    "Problem",
    "read_into",
]
