"""What the pages of a FHIR list did not bring, looked for in other ways."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from .exceptions import NotFound, ServerFailed, is_gone
from .page import Page, Problem

#: up to how many entries a list is asked for in one answer
WHOLE = 500
#: entries of one answer when a list is cut by time: usually, and where some fail
WINDOW = 200
SMALL_WINDOW = 10
#: how many records are asked for one by one at most
ALONE = 1000
#: page sizes that cut a list elsewhere than the usual ones
OTHER_SIZES = (7, 3)
#: lists that know the same records under the same UUID, and fail on others of them
SIBLINGS = {"policy": "premium", "premium": "policy", "claim": "response"}
#: kinds whose records openIMIS shows alone, by their UUID
ASKED_ALONE = ("claim", "insuree", "facility", "policy", "premium", "bill")
#: lists ordered by another time than the one they can be asked by
UNORDERED = ("bill",)


@dataclass(slots=True)
class Found:
    """Records found, problems of entries that have a name, and what is still missing.

    `failing` entries are there, but openIMIS fails on them (`reasons` are its words);
    `lost` ones are there, and nobody knows why they did not come.
    """

    page: Page = field(default_factory=Page)
    total: int = 0
    failing: int = 0
    lost: int = 0
    reasons: set = field(default_factory=set)


class Rest:
    """The search for the rest of one list; see `FhirTransport.rest`."""

    def __init__(self, transport, kind, since=None, seen=(), known=()):
        self.transport = transport
        self.kind = kind
        self.bound = transport.fresh(kind, since)
        self.seen = set(seen)
        # premiums are known by their policy and a number
        self.known = {key.partition("#")[0] for key in known}
        self.asked = set()
        self.found = Found()

    def find(self):
        """Try one way after the other until nothing is missing.

        :rtype: Found
        """
        found = self.found
        self._try(
            self._alone, self._whole, self._siblings, self._by_time, self._other_sizes
        )
        lacking = self._lacking
        found.failing = min(found.failing, lacking)
        found.lost = lacking - found.failing
        self.transport.known[self.kind] = self.seen
        return found

    def keys(self):
        """UUIDs of all entries that can be read from the list, without asking alone.

        :rtype: set[str]
        """
        self._try(self._whole, self._by_time)
        return self.seen

    def _try(self, *ways):
        total = self.transport.length(self.kind, self.bound)
        self.found.total = len(self.seen) if total is None else total
        for way in ways:
            if self._lacking:
                way()

    @property
    def _lacking(self):
        return max(0, self.found.total - len(self.seen))

    def _add(self, page):
        """Keep what is new of a page; return the number of entries without a name."""
        keys = [key for key in dict.fromkeys(page.keys) if key not in self.seen]
        new = Page(seen=page.seen, keys=keys)
        for record in page.records:
            key = getattr(record, "policy_uuid", None) or record.uuid
            if key not in self.seen:
                new.records.append(record)
        unnamed = 0
        for problem in page.problems:
            if problem.key is None:
                self.found.reasons.add(problem.detail)
                unnamed += 1
            elif problem.key not in self.seen:
                new.problems.append(problem)
                new.keys.append(problem.key)
                self.seen.add(problem.key)
        self.seen.update(page.keys)
        self.found.page.add(new)
        return unnamed

    def _whole(self):
        """All in one answer, where it is not too long: nothing is cut."""
        total = self.found.total
        if total <= WHOLE:
            page = self.transport.read_from(self.kind, 0, total, self.bound)
            self.found.failing = self._add(page)

    def _siblings(self):
        """By the UUIDs of another list, which is read for this."""
        if sibling := SIBLINGS.get(self.kind):
            self.known |= self.transport.known.get(sibling, set())
            if len(self.known - self.seen) < self._lacking:
                self.known |= Rest(self.transport, sibling).keys()
            self._alone()

    def _alone(self):
        """By their UUIDs, as far as these are known from elsewhere.

        Each costs one request; an entry openIMIS fails on gets its name by it.
        """
        if self.kind not in ASKED_ALONE:
            return
        asked = self.known - self.seen - self.asked
        self.asked |= asked
        for uuid in sorted(asked)[:ALONE]:
            try:
                self._add(self.transport.one(self.kind, uuid))
            except (NotFound, ServerFailed) as error:
                if not is_gone(error):
                    problem = Problem(0, error.code, error.detail, uuid)
                    self._add(Page(problems=[problem], seen=1))
            if not self._lacking:
                return

    def _by_time(self):
        """In pieces that no moment belongs to two of."""
        if not self.bound or self.kind in UNORDERED:
            return
        size = SMALL_WINDOW if self.found.failing else WINDOW
        if self.found.total <= size:
            return  # that was asked for in one answer already
        end = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(days=2)
        failing = 0
        for start, number in self._pieces(self.bound, self.found.total, end, 0, size):
            page = self.transport.read_from(self.kind, 0, number, start)
            failing += self._add(page)
        self.found.failing = failing

    def _pieces(self, start, after_start, end, after_end, size):
        """Moments from which on a number of entries may be read in one answer."""
        number = after_start - after_end
        if number <= 0:
            return
        seconds = int((end - start).total_seconds())
        if number <= size or seconds <= 1:
            yield start, number
            return
        middle = start + timedelta(seconds=seconds // 2)
        after_middle = self.transport.length(self.kind, middle)
        if after_middle is None:
            yield start, number
            return
        yield from self._pieces(start, after_start, middle, after_middle, size)
        yield from self._pieces(middle, after_middle, end, after_end, size)

    def _other_sizes(self):
        """Page by page once more, cut elsewhere."""
        total = self.found.total
        if total > WHOLE:
            return
        for size in OTHER_SIZES:
            for start in range(0, total, size):
                self._add(self.transport.read_from(self.kind, start, size, self.bound))
            if not self._lacking:
                return
