"""FHIR lists and single reads with the habits of a real openIMIS."""

import random
import re
from datetime import date, datetime

from .errors import ApiError

STAMP = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)")
#: how openIMIS calls the table behind a resource, in its errors
TABLES = {
    "Claim": "Claim",
    "ClaimResponse": "Claim",
    "Location": "Location",
    "InsurancePlan": "Product",
    "Patient": "Insuree",
    "Group": "Family",
    "PaymentNotice": "PaymentInvoice",
}
#: resources of which openIMIS lists all, but shows none alone
LIST_ONLY = ("Location", "InsurancePlan", "Group", "PaymentNotice")
#: lists that are ordered by creation; all others by the time `_lastUpdated` means
BY_CREATION = ("Invoice", "PaymentNotice")


class Listing:
    """Pages of the store's records.

    Counts are remembered for each question, as openIMIS remembers them for an hour,
    and a page ends where the remembered count says. Rows are ordered by one timestamp;
    those of the same moment come in another order with each question.

    :param Store store: the records
    """

    def __init__(self, store):
        self.store = store
        self.counts = {}

    def page(self, name, parameters):
        """Rows of one page.

        :param str name: of the resource
        :param dict parameters: of the query
        :return: (rows, total, number of the page, whether there is a next one)
        :raises ApiError: as openIMIS words it
        """
        rows = self._rows(name, parameters)
        count = int(parameters.get("_count", 10))
        count = count if count > 0 else 10
        number = int(parameters.get("page-offset", 1))
        question = {
            k: v for k, v in parameters.items() if k in ("_lastUpdated", "code", "type")
        }
        total = len(rows)
        asked = (name, str(sorted(question.items())))
        total = self.counts.setdefault(asked, total)
        start = (number - 1) * count
        if number < 1 or (number > 1 and start >= total):
            raise ApiError(404, "Invalid page.")
        chosen = self._ordered(name, rows, (count, number))[start : start + count]
        chosen = chosen[: total - start]
        for row in chosen:
            if error := self.error_of(name, row):
                raise ApiError(500, error)
        return chosen, total, number, start + count < total

    def one(self, name, key, parameters):
        """The row of one resource.

        :raises ApiError: unknown, deleted, or one openIMIS fails on
        """
        source = "Claim" if name == "ClaimResponse" else name
        row = self.store.rows[source].get(key)
        if name == "Invoice" and parameters.get("resourceType") != "bill":
            row = None  # among invoices there is no such one
        if not row or row.deleted:
            raise unknown(name, key, parameters)
        if name in LIST_ONLY:
            raise ApiError(500, "Converter init need a valid user")
        error = self.error_of(name, row)
        if error and not row.readable_alone:
            raise ApiError(500, error)
        return row

    def error_of(self, name, row):
        """What openIMIS fails with on a row, None where it does not."""
        if name == "ClaimResponse":
            return None
        key = row.resource.get("id") or row.resource["identifier"][0]["value"]
        return "premium is missing" if key in self.store.broken else row.error

    def _rows(self, name, parameters):
        rows = self.store.listed("Claim" if name == "ClaimResponse" else name)
        stamp = parameters.get("_lastUpdated")
        rows = [row for row in rows if fits(row, stamp)]
        if stamp and name == "Organization":
            raise ApiError(500, "Cannot resolve keyword 'date_updated' into field.")
        if name == "Organization" and parameters.get("type", "prov") != "prov":
            rows = []
        if "code" in parameters:
            code = parameters["code"]
            rows = [r for r in rows if r.resource["identifier"][1]["value"] == code]
        return rows

    def _ordered(self, name, rows, page):
        """By time; PostgreSQL orders equal times as it likes, page by page."""
        rows = list(rows)
        random.Random(f"{name}{page}{len(rows)}").shuffle(rows)
        field = "created" if name in BY_CREATION else "updated"
        return sorted(rows, key=lambda row: getattr(row, field))

    @staticmethod
    def shown(name, row):
        """A row as a resource; every ClaimResponse is dated today."""
        if name != "ClaimResponse":
            return row.resource
        return {**row.response, "created": date.today().isoformat()}


def unknown(name, key, parameters):
    """The error for an UUID that openIMIS does not know, or no longer shows."""
    if name in ("Coverage", "Contract"):
        return ApiError(404, "No Policy matches the given query.")
    if name == "Organization":
        tried = ",".join(_not_found(t, key) for t in ("HealthFacility", "PolicyHolder"))
        text = f"Resource for identifier {key} cannot be reloved:{tried}"
        return ApiError(404, text)
    table = TABLES.get(name)
    if name == "Invoice":
        table = "Bill" if parameters.get("resourceType") == "bill" else "Invoice"
    return ApiError(500, _not_found(table, key))


def _not_found(table, key):
    return (
        f"[\"failed to retrieve {table} with the filter {{'uuid': UUID('{key}')}}; "
        f'details {table} matching query does not exist."]'
    )


def fits(row, stamp):
    """Whether a row changed when `_lastUpdated` says."""
    if not stamp:
        return True
    match = STAMP.fullmatch(stamp)
    if not match:
        raise ApiError(500, "_lastUpdated value is not a valid datetime")
    moment, bound = row.updated, datetime.fromisoformat(match[2])
    compare = {
        "gt": moment > bound,
        "sa": moment > bound,
        "lt": moment < bound,
        "eb": moment < bound,
        "le": moment <= bound,
        "eq": moment == bound,
        "ne": moment != bound,
    }
    return compare.get(match[1] or "eq", moment >= bound)
