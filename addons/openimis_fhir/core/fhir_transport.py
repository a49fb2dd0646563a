"""openIMIS read by FHIR: the standard route, with what its lists do wrong.

What openIMIS 1.10 does, and what is done about it here:

* A list remembers its length for an hour, question by question. So it is asked with a
  bound in time that was never asked before (`fresh`).
* A list is ordered by one moment, and rows of the same moment come twice on its pages
  or never. So what came is compared with what is there, and the rest is looked for in
  other ways (`rest`, in `fhir_rest.py`).
* One entry it fails on takes its page with it. So the page is asked again in pieces,
  and the entry alone.
"""

import re
import secrets
from datetime import datetime, timedelta

from . import const
from .exceptions import NotFound, ServerFailed, TimedOut, UnreadableAnswer, is_gone
from .fhir_read_bill import read_bill
from .fhir_read_claim import claim_uuid_of_response
from .fhir_rest import Rest
from .page import Page, Problem, read_into

#: lists by what is read from them; of the responses alone only the UUIDs are wanted
RESPONSE = "response"
LISTS = const.RESOURCE_OF_KIND | {RESPONSE: "ClaimResponse"}
BOUNDED = (*const.BOUNDED_KINDS, RESPONSE)
#: before anything in openIMIS, and how many seconds of that time may be asked for
LONG_AGO = datetime(1971, 1, 1)
LONG_AGO_SPREAD = 15 * 365 * 86400
#: seconds an incremental pull may ask earlier than it has to
SPREAD = 300
#: an entry openIMIS cannot put into its page, and which one it is
MALFORMED = re.compile(r"malformed entry \S*/\w+/([0-9a-f-]{36})")
#: positions asked for one after the other until one can be read and tells the length
FIRST_LEAP = 20
PROBES = (*range(1, 12), FIRST_LEAP, 50, 100, 200, 500, 1000)


class FhirTransport:
    """The standard route.

    :param Client client: conversation with openIMIS
    :param dict currencies: replacements for what is no ISO currency
    """

    kinds = tuple(const.RESOURCE_OF_KIND)

    def __init__(self, client, currencies=None):
        self.client = client
        self.currencies = currencies or {}
        self._largest = {}
        self._bounds = {}
        self.known = {}  # UUIDs by kind, of the lists whose rest was looked for

    def fresh(self, kind, since=None, choose=secrets.randbelow):
        """A moment to ask from, which nobody asked for within the hour.

        :param datetime since: what changed after it is wanted; None for everything
        :param choose: random number below its argument
        :return: a moment not after `since`; None where the list knows no such bound
        """
        if kind not in BOUNDED:
            return None
        if since:
            return since - timedelta(seconds=choose(SPREAD))
        return LONG_AGO + timedelta(seconds=choose(LONG_AGO_SPREAD))

    def _bound(self, kind, since):
        """The fresh moment that stands for `since` as long as this transport lives."""
        if (kind, since) not in self._bounds:
            self._bounds[kind, since] = self.fresh(kind, since)
        return self._bounds[kind, since]

    def count(self, kind, since=None):
        """Number of entries in the list; None when the list cannot be counted.

        :param datetime since: only what changed after it (kinds of
            `const.BOUNDED_KINDS`), without zone, in the server's time
        """
        return self.length(kind, self._bound(kind, since))

    def page(self, kind, start, size, since=None):
        """Read entries `start` to `start + size` (0-based) of a kind.

        :param datetime since: as for `count`
        :rtype: Page
        """
        return self.read_from(kind, start, size, self._bound(kind, since))

    def length(self, kind, bound):
        """Number of entries from a bound on, which is asked for as it is.

        A page of one that answers 500 says nothing about the others.
        """
        for offset in PROBES:
            try:
                bundle = self._bundle(kind, LISTS[kind], offset, 1, bound)
                return int(bundle.get("total") or 0)
            except ServerFailed:
                continue
            except NotFound:
                # no more than those it failed on
                return offset - 1 if offset < FIRST_LEAP else None
        return None

    def read_from(self, kind, start, size, bound):
        """Read a page from a bound on, which is asked for as it is.

        A list that answers 500, or not in time, is asked again in smaller pieces,
        until only the entries at fault are left; those come back as problems (section
        5: one commission bill makes the whole list fail). What took too long is not
        asked for at this size again.

        :rtype: Page
        """
        if size <= self._largest.get(kind, size):
            try:
                return self._read_page(kind, start, size, bound)
            except NotFound:
                return Page()
            except ServerFailed as error:
                if size == 1:
                    return self._read_alone(kind, start, error)
            except TimedOut:
                if size == 1:
                    raise
                self._largest[kind] = _smaller(size)
        page = Page()
        part = _smaller(size)
        for piece in range(start, start + size, part):
            if page.total is not None and piece >= page.total:
                break
            page.add(self.read_from(kind, piece, part, bound))
        return page

    def one(self, kind, uuid):
        """Read one record by its UUID, whatever its list does.

        :rtype: Page
        :raises ExchangeError: `is_gone` tells whether openIMIS does not know it
        """
        name = LISTS[kind]
        fixed = const.FIXED_PARAMETERS.get(kind)
        resource = self.client.get(f"{name}/{uuid}/", fixed)
        answer = self._response(uuid) if kind == "claim" else None
        page = Page(seen=1)
        read_into(page, kind, resource, 0, self.currencies, answer)
        return page

    def rest(self, kind, seen, known=(), since=None):
        """Look for the entries that page after page did not bring.

        :param seen: UUIDs of the entries that came
        :param known: UUIDs the caller knows of; those that did not come are asked alone
        :param datetime since: as of the pages
        :rtype: fhir_rest.Found
        """
        return Rest(self, kind, since, seen, known).find()

    def of(self, kind):
        """The transport a kind is read by: this one.

        :rtype: FhirTransport
        """
        return self

    def is_whole(self, kind, since):
        """Whether everything comes, though only what changed is asked for."""
        return not since or kind not in const.BOUNDED_KINDS

    def bill(self, uuid):
        """One bill by its UUID, None when openIMIS no longer shows it."""
        fixed = const.FIXED_PARAMETERS["bill"]
        try:
            return read_bill(
                self.client.get(f"Invoice/{uuid}/", fixed), self.currencies
            )
        except (NotFound, ServerFailed) as error:
            if is_gone(error):
                return None
            raise

    def claim(self, uuid):
        """One claim by its UUID, None when openIMIS no longer shows it.

        :raises ServerFailed: when it fails on it, which says nothing about the claim
        """
        try:
            page = self.one("claim", uuid)
        except (NotFound, ServerFailed) as error:
            if is_gone(error):
                return None
            raise
        if page.problems:
            raise ServerFailed(page.problems[0].detail)
        return page.records[0]

    def bill_status(self, uuid):
        """FHIR shows every bill as "active": its status cannot be told."""
        return None

    def deleted_bills(self, since=None):
        """FHIR keeps no tombstones: bills gone missing must be asked one by one."""
        return None

    def _bundle(self, kind, resource, number, size, since):
        parameters = dict(const.FIXED_PARAMETERS.get(kind, {}))
        parameters |= {"_count": size, "page-offset": number}
        if since and kind in BOUNDED:
            parameters["_lastUpdated"] = f"ge{since:%Y-%m-%dT%H:%M:%S}"
        return self.client.get(f"{resource}/", parameters, patient=size == 1)

    def _read_page(self, kind, start, size, since):
        number = start // size + 1  # page-offset is a page number, from 1
        bundle = self._bundle(kind, LISTS[kind], number, size, since)
        entries = [entry.get("resource") or {} for entry in bundle.get("entry") or ()]
        page = Page(total=int(bundle.get("total") or 0), seen=len(entries))
        if kind == RESPONSE:
            page.keys = [claim_uuid_of_response(entry) for entry in entries]
            return page
        answers = (
            self._responses(entries, number, size, since) if kind == "claim" else {}
        )
        for position, resource in enumerate(entries, start=start):
            answer = answers.get(str(resource.get("id")))
            if isinstance(answer, ServerFailed):
                self._note_problem(page, position, answer, resource)
                continue
            read_into(page, kind, resource, position, self.currencies, answer)
        return page

    def _read_alone(self, kind, position, error):
        """What a page of one failed on: alone it may be read all the same."""
        match = MALFORMED.search(error.detail)
        if match:
            try:
                return self.one(kind, match[1])
            except (NotFound, ServerFailed) as again:
                error = again
        problem = Problem(position, error.code, error.detail, match and match[1])
        return Page(problems=[problem], seen=1)

    @staticmethod
    def _note_problem(page, position, error, resource):
        key = str(resource.get("id"))
        page.keys.append(key)
        page.problems.append(Problem(position, error.code, error.detail, key))

    def _responses(self, claims, number, size, since):
        """ClaimResponse by claim UUID: the same page, then one by one what it lacks.

        An answer that cannot be had is the error it failed with.
        """
        answers = {}
        try:
            bundle = self._bundle("claim", "ClaimResponse", number, size, since)
            for entry in bundle.get("entry") or ():
                answers[claim_uuid_of_response(entry["resource"])] = entry["resource"]
        except (ServerFailed, NotFound):
            answers = {}
        for claim in claims:
            if claim.get("id") and claim["id"] not in answers:
                try:
                    answers[claim["id"]] = self._response(claim["id"])
                except ServerFailed as error:
                    answers[claim["id"]] = error
        return answers

    def _response(self, uuid):
        """The ClaimResponse, which every claim has, entered ones too.

        :raises ServerFailed: without it the claim's status would be a guess
        """
        try:
            return self.client.get(f"ClaimResponse/{uuid}/")
        except NotFound as error:
            raise ServerFailed(error.detail, status=error.status) from None
        except UnreadableAnswer as error:
            raise ServerFailed(error.detail) from None


def _smaller(size):
    """Next page size that divides `size`, so that page numbers stay whole."""
    return next(
        part
        for part in (size // 10, size // 5, size // 2, 1)
        if part and not size % part
    )
