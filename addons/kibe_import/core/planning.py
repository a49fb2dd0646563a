"""Sector pages of prestations.csv (specification sections 1.6 and 2)."""

import dataclasses
import datetime

from ...exchange_run.core import clock
from . import mapping
from .const import OPEN_ENDS, PRESTATIONS
from .slots import fit, to_modules
from .wording import Text
from .wording import source as _lt

LABELS = {column.key: column.label for column in PRESTATIONS.columns}
OUTSIDE_ALLOWED = 15
LONG_PERIOD = datetime.timedelta(days=5 * 366)


@dataclasses.dataclass(slots=True)
class Line:
    """A weekday of a page: slots, or hours in minutes of the day."""

    weekday: str
    numbers: tuple = ()
    hour_from: int = None
    hour_to: int = None
    codes: list = dataclasses.field(default_factory=list)
    mode: str = "slots"

    def content(self):
        """Return what makes two lines the same."""
        hours = (self.hour_from, self.hour_to)
        return (self.weekday, self.mode, self.numbers, hours, " + ".join(self.codes))


@dataclasses.dataclass(slots=True)
class SectorPage:
    """A child in a group between two dates.

    :ivar row: first row it comes from
    :ivar lines: weekday lines, in the order of the file
    """

    child: str
    group: object
    date_from: datetime.date
    date_to: datetime.date
    row: int
    lines: list = dataclasses.field(default_factory=list)

    @property
    def key(self):
        """What tells the pages of a child apart: group code and both dates."""
        return (self.group.code, self.date_from, self.date_to)

    def content(self):
        """Return what makes two pages the same, in a stable order."""
        return (self.key, sorted(line.content() for line in self.lines))


@dataclasses.dataclass(slots=True)
class Planning:
    """All pages of a delivery.

    :ivar pages: child → {page key → SectorPage}
    :ivar blocked: children with an error in one of their rows: old pages stay
    :ivar named: children that stand in the file, in whatever row
    :ivar ignored: numbers of the rows left aside on purpose
    :ivar ignored_codes: code → number of rows, for codes not in slots.xml
    :ivar used_codes: codes of slots.xml that a row uses
    :ivar used_groups: keys of groups.xml that a row uses
    """

    pages: dict = dataclasses.field(default_factory=dict)
    blocked: set = dataclasses.field(default_factory=set)
    named: set = dataclasses.field(default_factory=set)
    ignored: set = dataclasses.field(default_factory=set)
    ignored_codes: dict = dataclasses.field(default_factory=dict)
    used_codes: set = dataclasses.field(default_factory=set)
    used_groups: set = dataclasses.field(default_factory=set)


class PlanningMerger:
    """Merge prestations.csv.

    :param Mapping groups: groups.xml
    :param Mapping slots: slots.xml
    :param Children children: the children of the delivery
    :param Base base: the stored records
    :param Reference reference: the groups of the company
    :param Issues issues: receives the messages of section 3.8
    """

    def __init__(self, groups, slots, children, base, reference, issues):
        self.groups = groups
        self.slots = slots
        self.children = children
        self.base = base
        self.reference = reference
        self.issues = issues
        self.result = Planning()
        self.seen = {}
        self.near = {}

    def merge(self, rows):
        """Merge the rows.

        :param rows: list of Row
        :return: Planning
        """
        plain = []
        for row in rows:
            child = row.get("child_id")
            self.result.named.add(child)
            if row.blocked:
                self.result.blocked.add(child)
            elif self._is_usable(row, child):
                self._merge_row(row, child, plain)
        for row, child, group in plain:
            self._merge_plain(row, child, group)
        for child in self.children.blocked:
            if not self.children.known(child, self.base):
                self.result.pages.pop(child, None)
        self._note_codes()
        return self.result

    def _error(self, code, row, key=None, value=None, **args):
        self._note(code, row, key, value, **args)
        self.result.blocked.add(row.get("child_id"))

    def _note(self, code, row, key=None, value=None, **args):
        label = LABELS.get(key)
        child = row.get("child_id")
        self.issues.add(code, row.file, row.number, label, value, child=child, **args)

    def _is_usable(self, row, child):
        """Check the child (P03) and the dates (P04, P05, P30).

        The rows of a child in error are read on: what is wrong with them is said at
        once, not only after the child is corrected.
        """
        held = child in self.children.blocked
        if not held and not self.children.known(child, self.base):
            if self.children.complete:
                self._error("P03", row, "child_id", child)
            return False
        begin, end = row.get("date_from"), row.get("date_to")
        for key, value, phrase in (
            ("date_from", begin, Text(_lt("start"))),
            ("date_to", end, Text(_lt("end"))),
        ):
            if value is None:
                self._error("P05", row, key, phrase)
                return False
        if end < begin:
            self._error("P04", row, "date_to", _date(end), n=_date(begin))
            return False
        return True

    def _merge_row(self, row, child, plain):
        """Put one row into its page, following the decision table of section 2.2."""
        code = row.get("code")
        if code and self._is_ignored(row, code):
            return
        group = self._group(row)
        if group is None:
            return
        if code is None:
            plain.append((row, child, group))
            return
        line = self._line(row, code, group)
        if line is not None:
            self._keep_line(row, self._page(row, child, group), line)

    def _is_ignored(self, row, code):
        if not self.slots.known:
            return True
        if code in self.slots.targets:
            self.result.used_codes.add(code)
            return False
        self.result.ignored.add(row.number)
        count, first = self.result.ignored_codes.get(code, (0, row))
        self.result.ignored_codes[code] = (count + 1, first)
        return True

    def _group(self, row):
        """Return the slots.Group of a row (P01, P02, X14), None when blocked."""
        key = (row.get("structure"), row.get("group"))
        if not self.groups.known:
            self.result.blocked.add(row.get("child_id"))
            return None
        if key not in self.groups.targets:
            near = self.groups.folded.get(mapping.fold_key(key))
            if near is None:
                self._error("P01", row, "group", key[0], n=key[1])
                return None
            if key not in self.near:
                self.near[key] = near
                shown = mapping.show(near)
                self.issues.add("X14", "groups.xml", value=mapping.show(key), n=shown)
            key = near
        self.result.used_groups.add(key)
        code = self.groups.targets[key]
        if code not in self.reference.groups:
            self._error("P02", row, "group", code)
            return None
        return self.reference.groups[code]

    def _page(self, row, child, group):
        begin, end = row.get("date_from"), row.get("date_to")
        pages = self.result.pages.setdefault(child, {})
        key = (group.code, begin, end)
        if key not in pages:
            pages[key] = SectorPage(child, group, begin, end, row.number)
            if end in OPEN_ENDS or end - begin > LONG_PERIOD:
                years = round((end - begin).days / 365.25)
                open_end = Text(_lt("unlimited duration"))
                length = Text.of(_lt("{n:year|years}"), n=years)
                shown = open_end if end in OPEN_ENDS else length
                self._note("P30", row, "date_to", shown)
        return pages[key]

    def _line(self, row, code, group):
        """Return the Line of a coded row, None when blocked."""
        if row.get("weekday") is None:
            self._error("P06", row, "weekday", "")
            return None
        begin, end = row.get("hour_from"), row.get("hour_to")
        if (begin is None) != (end is None) or (begin is not None and end <= begin):
            self._error("P07", row, "hour_from", _clock(begin), n=_clock(end))
            return None
        hours = None if begin is None else (begin, end)
        line = Line(row.get("weekday"), (), begin, end, [code], group.mode)
        if group.mode == "hours":
            return self._free_hours(row, code, hours, line)
        line.numbers = self._slots(row, code, group, hours)
        return line if line.numbers else None

    def _free_hours(self, row, code, hours, line):
        if hours is None:
            self._error("P16", row, "hour_from")
            return None
        if self.slots.targets[code]:
            self._note("P15", row, "code", _numbers(self.slots.targets[code]))
        return line

    def _slots(self, row, code, group, hours):
        """Return the slot numbers of a row, empty when blocked."""
        given = self.slots.targets[code]
        if not group.slots:
            self._error("P29", row, "group", group.code)
            return ()
        numbers = (
            self._given_slots(row, given, group, hours)
            if given
            else self._found_slots(row, code, group, hours)
        )
        return self._modules(row, group, numbers, hours) if numbers else ()

    def _given_slots(self, row, given, group, hours):
        known = {slot.number for slot in group.slots}
        unknown = [number for number in given if number not in known]
        if unknown:
            self._error("P13", row, "code", _numbers(unknown), n=group.code)
            return ()
        if hours:
            better = fit(group.slots, *hours).numbers
            if better != given:
                shown = _numbers(better) or Text(_lt("none"))
                self._note("P14", row, "code", _numbers(given), n=shown)
        return given

    def _found_slots(self, row, code, group, hours):
        if hours is None:
            self._error("P11", row, "hour_from", code)
            return ()
        found = fit(group.slots, *hours)
        if not found.numbers:
            begin, end = map(clock.label, hours)
            self._error("P12", row, "hour_from", group.code, n=begin, o=end)
            return ()
        if found.short and not group.modules:
            self._note("P21", row, "hour_from", found.numbers[0])
        if found.outside > OUTSIDE_ALLOWED:
            self._note("P22", row, "hour_from", found.outside)
        return found.numbers

    def _modules(self, row, group, numbers, hours):
        """Turn slots into whole modules where the group has some (P24, P25)."""
        if not group.modules:
            return numbers
        result = to_modules(group, numbers, hours)
        if result.strict:
            self._error("P25", row, "code", _numbers(numbers))
            return ()
        if result.short:
            self._note("P21", row, "code", _numbers(result.numbers))
        if result.numbers != tuple(numbers):
            minutes = (("+", result.added), ("−", result.removed))
            change = " ".join(f"{sign}{number}" for sign, number in minutes if number)
            shown = _numbers(result.numbers)
            self._note("P24", row, "code", _numbers(numbers), n=shown, o=change)
        return result.numbers

    def _keep_line(self, row, page, line):
        """Join a line to its page: repeated, merged or added (P19)."""
        key = (page.child, *page.key, *line.content())
        if key in self.seen:
            self.result.ignored.add(row.number)
            self._note("P19", row, value=self.seen[key])
            return
        self.seen[key] = row.number
        for other in page.lines:
            if other.weekday == line.weekday and line.codes[0] not in other.codes:
                if line.mode == "slots" or _hours(other) == _hours(line):
                    _join(other, line)
                    return
        page.lines.append(line)

    def _merge_plain(self, row, child, group):
        """A row without code makes a page only if no coded row does (P17, P18)."""
        key = (group.code, row.get("date_from"), row.get("date_to"))
        merged = key in self.result.pages.get(child, {})
        page = self._page(row, child, group)
        if merged:
            self.result.ignored.add(row.number)
        done = (
            Text(_lt("merged with the page of that period"))
            if merged
            else Text(_lt("planning page without schedule"))
        )
        self._note("P17", row, "code", done)
        fields = ("weekday", "hour_from", "hour_to")
        if any(row.get(field) is not None for field in fields):
            self._note("P18", row, "weekday")
        return page

    def _note_codes(self):
        """Name the codes left aside, once each (P09, P10)."""
        for code, (count, row) in self.result.ignored_codes.items():
            near = self.slots.folded.get(mapping.fold_key(code))
            if near is None:
                self.issues.add(
                    "P09", row.file, row.number, LABELS["code"], code, n=count
                )
            else:
                self.issues.add(
                    "P10", row.file, row.number, LABELS["code"], code, n=near, o=count
                )


def _join(line, other):
    """Merge two codes of one weekday: the union of their slots, the outer hours."""
    line.numbers = tuple(sorted({*line.numbers, *other.numbers}))
    line.codes.append(other.codes[0])
    begins = [b for b in (line.hour_from, other.hour_from) if b is not None]
    ends = [e for e in (line.hour_to, other.hour_to) if e is not None]
    line.hour_from, line.hour_to = min(begins, default=None), max(ends, default=None)


def _hours(line):
    return (line.hour_from, line.hour_to)


def _numbers(numbers):
    return ",".join(map(str, numbers))


def _date(value):
    return value.strftime("%d.%m.%Y")


def _clock(minutes):
    return "" if minutes is None else clock.label(minutes)
