"""openIMIS read by GraphQL: the complete route, of every kind of record.

What openIMIS 1.11 does, and what is done about it here:

* `locations` tells no total: it is walked through, which costs little.
* No list but that of bills can be asked for what changed.
* Without `orderBy` a row may come twice on the pages of a list and another never; some
  lists take none. So the keys of what came are told, and whoever reads compares.
* One entry it fails on takes its page with it, and a large page may take too long. So
  the page is asked again in smaller pieces.
"""

from dataclasses import dataclass, field

from . import const, graphql_read, graphql_read_policy
from .exceptions import ServerFailed, TimedOut, UnknownField, UnreadableResource
from .graphql_query import NEEDED, QUERIES, QUERY_BILL_ITEM
from .page import SHAPE_ERRORS, Page, Problem

READERS = {
    "location": graphql_read.read_location,
    "facility": graphql_read.read_facility,
    "product": graphql_read.read_product,
    "payer": graphql_read_policy.read_payer,
    "officer": graphql_read_policy.read_officer,
    "payment_plan": graphql_read_policy.read_payment_plan,
    "insuree": graphql_read_policy.read_insuree,
    "family": graphql_read_policy.read_family,
    "policy": graphql_read_policy.read_policy,
    "premium": graphql_read_policy.read_premium,
    "relative_index": graphql_read_policy.read_relative_index,
    "batch_run": graphql_read.read_batch_run,
    "claim": graphql_read.read_claim,
}


#: Page sizes that cut a list elsewhere than the usual ones.
OTHER_SIZES = (97, 61, 37)


@dataclass(slots=True)
class Rest:
    """What another reading of a list brought."""

    page: Page = field(default_factory=Page)


def _new(page, seen):
    """The records of a page that did not come before, with all its keys."""
    records = [record for record in page.records if record.uuid not in seen]
    return Page(records=records, keys=page.keys, seen=len(page.keys))


class GraphqlTransport:
    """The complete route.

    :param Client client: conversation with openIMIS
    :param dict currencies: replacements for what is no ISO currency
    """

    kinds = const.KINDS
    maximum = 100  # openIMIS' own limit for `first`

    def __init__(self, client, currencies=None):
        self.client = client
        self.currencies = currencies or {}
        self._queries = QUERIES | {"bill_item": QUERY_BILL_ITEM}
        self._missing = {}
        self._largest = {}

    def of(self, kind):
        """The transport a kind is read by: this one.

        :rtype: GraphqlTransport
        """
        return self

    def is_whole(self, kind, since):
        """Whether everything comes, though only what changed is asked for."""
        return not since or not self._queries[kind].since

    def count(self, kind, since=None):
        """Number of nodes; see `FhirTransport.count`."""
        answer = self._connection(kind, 0, 1, since)
        if self._queries[kind].total:
            return int(answer.get("totalCount") or 0)
        return self._walk(kind, since)

    def _walk(self, kind, since):
        """Number of nodes of a list that does not tell its total."""
        start = 0
        while True:
            size = self._largest.get(kind, self.maximum)
            try:
                answer = self._connection(kind, start, size, since)
            except TimedOut:
                if size == 1:
                    raise
                self._largest[kind] = size // 2
                continue
            edges = answer.get("edges") or ()
            start += len(edges)
            if not edges or not (answer.get("pageInfo") or {}).get("hasNextPage"):
                return start

    def page(self, kind, start, size, since=None):
        """Read nodes `start` to `start + size`; see `FhirTransport.page`."""
        page = Page()
        part = min(self.maximum, self._largest.get(kind, self.maximum))
        for offset in range(start, start + size, part):
            if page.total is not None and offset >= page.total:
                break
            page.add(self._read(kind, offset, min(part, start + size - offset), since))
        return page

    def _read(self, kind, start, size, since):
        """Read nodes, in halves where openIMIS fails or is too slow."""
        try:
            return self._read_page(kind, start, size, since)
        except UnknownField:
            raise
        except ServerFailed as error:
            if size == 1:
                problem = Problem(start, error.code, error.detail)
                return Page(problems=[problem], seen=1)
            if not start and not self._answers(kind, since):
                raise  # it fails on the list, not on an entry of it
        except TimedOut:
            if size == 1:
                raise
            self._largest[kind] = max(1, size // 2)
        page = self._read(kind, start, (size + 1) // 2, since)
        rest = size // 2
        if page.total is None or start + size - rest < page.total:
            page.add(self._read(kind, start + size - rest, rest, since))
        return page

    def _answers(self, kind, since):
        """Whether any of the first entries can be read alone."""
        for start in range(3):
            try:
                self._connection(kind, start, 1, since)
            except ServerFailed:
                continue
            return True
        return False

    def _read_page(self, kind, start, size, since):
        connection = self._connection(kind, start, size, since)
        nodes = [edge["node"] for edge in connection.get("edges") or ()]
        page = Page(total=connection.get("totalCount"), seen=len(nodes))
        for position, node in enumerate(nodes, start=start):
            self._read_node(page, kind, node, position)
        # told once: with the first page after the server said so
        page.missing = self._missing.pop(kind, [])
        if kind == "bill":
            page.missing += self._missing.pop("bill_item", [])
        return page

    def _read_node(self, page, kind, node, position):
        try:
            page.keys.append(graphql_read.key_of(node))
            page.records.append(self._node(kind, node))
        except (UnreadableResource, *SHAPE_ERRORS) as error:
            detail = getattr(error, "detail", type(error).__name__)
            key = node.get("code") or node.get("id")
            page.problems.append(Problem(position, "resource", detail, key))

    def _node(self, kind, node):
        if kind == "bill":
            return self._bill(node)
        return READERS[kind](node, self.currencies)

    def rest(self, kind, seen, known=(), since=None):
        """Look for the nodes that page after page did not bring.

        :param seen: keys of the nodes that came
        :param known: UUIDs the caller knows of (not used: none is asked alone)
        :param datetime since: as of the pages
        :return: what has a `page` with the new records
        :rtype: Rest
        """
        seen, found = set(seen), Rest()
        total = self.count(kind, since)
        for size in OTHER_SIZES:
            for start in range(0, total, size):
                if len(seen) >= total:
                    return found
                page = self._read(kind, start, size, since)
                found.page.add(_new(page, seen))
                seen.update(page.keys)
        return found

    # === ONE RECORD === #

    def claim(self, uuid):
        """One claim by its UUID; None when openIMIS no longer shows it."""
        answer = self._connection("claim", 0, 1, None, f'uuid:"{uuid}"')
        edges = answer.get("edges") or ()
        return self._node("claim", edges[0]["node"]) if edges else None

    # === BILLS === #

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

    # === ASKING === #

    def _connection(self, kind, start, size, since=None, where=""):
        """Ask for nodes; a field this openIMIS does not know is left out from then on.

        :raises UnknownField: one without which the record cannot be kept
        """
        while True:
            query = self._queries[kind]
            text = query.text(start, size, since, where)
            try:
                # a large page is asked again in pieces, not at its size
                data = self.client.graphql(text, patient=size == 1)
            except UnknownField as error:
                if error.name in NEEDED or error.name == query.name:
                    raise
                self._queries[kind] = query.without(error.name, text, error.place)
                if error.name != "totalCount":
                    self._missing.setdefault(kind, []).append(error.name)
            else:
                return data.get(query.name) or {}
