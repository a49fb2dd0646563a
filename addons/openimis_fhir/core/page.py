"""A page of records, whatever brought it: what was read, what could not be."""

from contextlib import suppress
from dataclasses import dataclass, field

from . import const
from .exceptions import UnreadableResource
from .fhir_read import (
    read_facility,
    read_insuree,
    read_location,
    read_policy,
    read_premiums,
    read_product,
)
from .fhir_read_bill import read_bill
from .fhir_read_claim import read_claim
from .fhir_values import identifier, uuid_of

READERS = {
    "location": read_location,
    "facility": read_facility,
    "product": read_product,
    "insuree": read_insuree,
    "policy": read_policy,
    "bill": read_bill,
}
#: what reading JSON of an unexpected shape raises
SHAPE_ERRORS = (
    ArithmeticError,
    AttributeError,
    TypeError,
    KeyError,
    ValueError,
    IndexError,
)


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

    `keys` are the UUIDs of the entries that came, as far as they have one. `missing`
    names fields that this openIMIS turned out not to know.
    """

    records: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    keys: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    total: int | None = None
    seen: int = 0

    def add(self, other):
        """Append another page; its total, where known, takes the place of ours.

        :param Page other: what follows this page
        """
        self.records += other.records
        self.problems += other.problems
        self.keys += other.keys
        self.missing += other.missing
        self.seen += other.seen
        self.total = self.total if other.total is None else other.total


def read_into(page, kind, resource, position, currencies, answer=None):
    """Read one resource into a page, as record or as problem.

    :param str kind: key of `const.RESOURCE_OF_KIND`
    :param dict answer: the ClaimResponse of a Claim
    """
    with suppress(UnreadableResource, *SHAPE_ERRORS):  # reading it says what is wrong
        page.keys.append(uuid_of(resource))
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
