"""Per kind of record the best transport that works.

A transport answers `count(kind, since)` and `page(kind, start, size, since)`; a page
holds records, and names what could not be read instead of failing as a whole.

GraphQL tells more of every kind and has fewer faults (see `graphql_transport` and
`fhir_transport`). Where an account has no right to it, or a version does not know a
kind, FHIR is asked instead, as far as it has the kind.
"""

from . import const
from .exceptions import (
    AccessRefused,
    NotFound,
    RequestRefused,
    ServerFailed,
    UnreadableAnswer,
)
from .fhir_transport import FhirTransport
from .graphql_transport import GraphqlTransport
from .page import SHAPE_ERRORS, Page, Problem, read_into

#: What says that a transport does not give a kind, but perhaps another does.
NOT_THIS_WAY = (
    AccessRefused,
    NotFound,
    RequestRefused,
    ServerFailed,
    UnreadableAnswer,
)


class MixedTransport:
    """GraphQL where it works, FHIR elsewhere.

    :param Client client: conversation with openIMIS
    :param dict currencies: replacements for what is no ISO currency
    :param dict ways: {kind: fhir or graphql} as found before
    """

    kinds = const.KINDS

    def __init__(self, client, currencies=None, ways=None):
        self.client = client
        self.ways = dict(ways or {})
        self.ways_not = {}
        self._by_name = {
            "graphql": GraphqlTransport(client, currencies),
            "fhir": FhirTransport(client, currencies),
        }

    def of(self, kind):
        """The transport a kind is read by.

        :rtype: GraphqlTransport or FhirTransport
        """
        return self._by_name[self.ways.get(kind, "graphql")]

    def count(self, kind, since=None):
        """Choose the way of a kind, and count by it; see `FhirTransport.count`.

        :raises ExchangeError: of the first way, when there is no other
        """
        self.ways[kind] = "graphql"
        try:
            return self.of(kind).count(kind, since)
        except NOT_THIS_WAY as error:
            if kind not in FhirTransport.kinds:
                raise
            first = error
        self.ways[kind] = "fhir"
        try:
            total = self.of(kind).count(kind, since)
        except NOT_THIS_WAY:
            raise first from None
        self.ways_not[kind] = first
        return total

    def page(self, kind, start, size, since=None):
        """See `FhirTransport.page`."""
        return self.of(kind).page(kind, start, size, since)

    def __getattr__(self, name):
        # what concerns bills alone goes the way bills go
        return getattr(self.of("bill"), name)


TRANSPORTS = {
    "mixed": MixedTransport,
    "graphql": GraphqlTransport,
    "fhir": FhirTransport,
}

__all__ = [
    "NOT_THIS_WAY",
    "SHAPE_ERRORS",
    "TRANSPORTS",
    "FhirTransport",
    "GraphqlTransport",
    "MixedTransport",
    "Page",
    "Problem",
    "read_into",
]
