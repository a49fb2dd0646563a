"""Warnings that need more than one file (specification section 3)."""

import decimal
import functools
import itertools

from .children import LABELS as CHILD_LABELS
from .const import (
    CONFIDENTIAL_ABOVE,
    DEFAULT_STATUS,
    DEPARTED_STATUS,
    ENFANTS,
    PRESTATIONS,
    WEEKDAYS,
)
from .mapping import show
from .wording import Text
from .wording import source as _lt

HIGH_MONTHLY = decimal.Decimal(50000)
LOW_ANNUAL = decimal.Decimal(6000)
DATED = "%d.%m.%Y"
DAY_TEXTS = dict(
    zip(
        WEEKDAYS,
        (
            Text(_lt("Monday")),
            Text(_lt("Tuesday")),
            Text(_lt("Wednesday")),
            Text(_lt("Thursday")),
            Text(_lt("Friday")),
            Text(_lt("Saturday")),
            Text(_lt("Sunday")),
        ),
        strict=True,
    )
)


class Checker:
    """Look at a merged delivery as a whole.

    :param Merged merged: the delivery; receives the messages
    :param Base base: the stored records
    :param Reference reference: the editable lists
    :param Options options: basis of the incomes
    :param set usable: names of the CSV files that were read
    """

    def __init__(self, merged, base, reference, options, usable):
        self.merged = merged
        self.people = merged.people
        self.children = merged.children
        self.planning = merged.planning
        self.base = base
        self.reference = reference
        self.options = options
        self.usable = usable
        self.issues = merged.issues

    def run(self):
        """Add the messages.

        :return: set of the third-party debtors, who have no income
        """
        third_parties = self._third_parties()
        for person in self.people.persons.values():
            self._check_income(person, third_parties)
            self._check_postcode(person)
        if {"enfants", "intervenants"} <= self.usable:
            self._check_unlinked()
        for kibe_id, row in self.children.rows.items():
            self._check_child_postcode(row)
            self._check_schedule(kibe_id, row)
        for pages in self.planning.pages.values():
            self._check_pages(list(pages.values()))
        return third_parties

    # === GUARDIANS ===

    def _parents(self):
        """Return the ids of the guardians that are a parent of some child."""
        parents = set()
        for kibe_id in (*self.children.rows, *self.base.links):
            parents.update(self.children.parents(kibe_id, self.base))
        return parents - {None}

    def _third_parties(self):
        """Return the debtors that are parents of no child."""
        debtors = {debtor for debtor, _row in self.merged.contracts.debtors.values()}
        parents = self._parents()
        for person in self.people.persons.values():
            parents.update(person.partners)
        stored = {
            kibe_id
            for kibe_id, record in self.base.guardians.items()
            if record.values.get("role") == "third_party"
        }
        return (debtors | stored) - parents

    def _check_income(self, person, third_parties):
        cell = person.cells.get("income")
        if cell is None:
            return
        place = (cell.file, cell.row, cell.column)
        if person.kibe_id in third_parties:
            self.issues.add("T06", *place, person.kibe_id)
        elif cell.value > CONFIDENTIAL_ABOVE:
            self.issues.add("I05", *place, person.kibe_id)
        elif self.options.basis == "monthly" and cell.value > HIGH_MONTHLY:
            basis = Text(_lt("monthly"))
            self.issues.add("I14", *place, person.kibe_id, n=basis)
        elif self.options.basis == "annual" and 0 < cell.value < LOW_ANNUAL:
            basis = Text(_lt("annual"))
            self.issues.add("I14", *place, person.kibe_id, n=basis)

    def _check_postcode(self, person):
        """A debtor without town cannot get a QR-bill (E15)."""
        cell = person.cells.get("zip")
        if cell is not None:
            if self._is_unknown(cell.value):
                self.issues.add("E15", cell.file, cell.row, cell.column, cell.value)
            return
        stored = self.base.guardians.get(person.kibe_id)
        has_zip = stored and stored.values.get("zip")
        if not has_zip and person.kibe_id in self._debtors:
            label = person.label("zip")
            self.issues.add("E15", person.file, person.row, label, "")

    @functools.cached_property
    def _debtors(self):
        """The debtors of the children of the file."""
        named = self.merged.contracts.debtors
        return {
            named.get(kibe_id, (row.get("main_id"), None))[0]
            for kibe_id, row in self.children.rows.items()
        }

    def _is_unknown(self, npa):
        if npa.country not in ("CH", "LI") or npa.city:
            return False
        return str(npa) not in self.reference.localities

    def _check_unlinked(self):
        """A guardian of no child (I09); a debtor is one of a child."""
        linked = self._parents() | self._debtors
        linked.update(
            guardian for links in self.base.links.values() for guardian in links
        )
        linked.update(debtor for debtor, _row in self.merged.contracts.debtors.values())
        for person in self.people.persons.values():
            if person.kind in ("parent", "partner") and person.kibe_id not in linked:
                self.issues.add(
                    "I09", person.file, person.row, value=person.kibe_id, n=person.name
                )

    # === CHILDREN ===

    def _value(self, kibe_id, field):
        row = self.children.rows.get(kibe_id)
        stored = self.base.children.get(kibe_id)
        value = row.get(field) if row else None
        return value if value is not None else stored and stored.values.get(field)

    def _check_child_postcode(self, row):
        npa = row.get("zip")
        if npa is not None and self._is_unknown(npa):
            label = CHILD_LABELS["zip"]
            child = row.get("kibe_id")
            self.issues.add("E15", row.file, row.number, label, npa, child=child)

    def _check_schedule(self, kibe_id, row):
        """An active child without any page (E18)."""
        if "prestations" not in self.usable or kibe_id in self.planning.blocked:
            return
        active = self.reference.statuses.get(DEFAULT_STATUS)
        status = self._value(kibe_id, "status_id") or active
        if status == active and not self.planning.pages.get(kibe_id):
            name = " ".join(filter(None, (row.get("firstname"), row.get("lastname"))))
            self.issues.add(
                "E18", ENFANTS.file, row.number, value=kibe_id, n=name, child=kibe_id
            )

    def _check_pages(self, pages):
        for page in pages:
            self._check_period(page)
            self._check_manual(page)
        for one, other in _overlapping(pages):
            self._check_overlap(one, other)

    def _check_period(self, page):
        """A page before birth, after departure or of a child that left (P23)."""
        birth = self._value(page.child, "birthdate")
        departure = self._value(page.child, "departure_date")
        departed = self.reference.statuses.get(DEPARTED_STATUS)
        if birth and page.date_from < birth:
            date = birth.strftime(DATED)
            reason = Text.of(_lt("the birth is on {date}"), date=date)
        elif departure and page.date_to > departure:
            date = departure.strftime(DATED)
            reason = Text.of(_lt("the departure is on {date}"), date=date)
        elif (
            departed
            and not departure
            and self._value(page.child, "status_id") == departed
        ):
            reason = Text(_lt("the file is closed"))
        else:
            return
        begin, end = page.date_from.strftime(DATED), page.date_to.strftime(DATED)
        shown = Text.of(
            _lt("{begin} to {end} ({group})"),
            begin=begin,
            end=end,
            group=page.group.code,
        )
        self._note("P23", page, page.child, n=shown, o=reason)

    def _check_manual(self, page):
        for stored in self.base.sectors.get(page.child, []):
            manual = stored.values["page"]
            if stored.values["origin"] != "kibe" and _overlap(page, manual):
                self._note("P28", page, page.child, n=_period(manual))

    def _check_overlap(self, one, other):
        """Two pages that would bill the same presence twice (P20)."""
        for weekday in WEEKDAYS:
            minutes = _minutes(one, weekday) & _minutes(other, weekday)
            if minutes:
                self._note(
                    "P20",
                    other,
                    one.child,
                    n=_period(one),
                    o=_period(other),
                    c=DAY_TEXTS[weekday],
                )

    def _note(self, code, page, value, **args):
        self.issues.add(
            code, PRESTATIONS.file, page.row, value=value, child=page.child, **args
        )


def _overlapping(pages):
    """Yield the pairs of pages with common days, the earlier row of the file first."""
    pages = sorted(pages, key=lambda page: page.date_from)
    for place, one in enumerate(pages):
        for other in itertools.islice(pages, place + 1, None):
            if other.date_from > one.date_to:
                break
            yield sorted((one, other), key=lambda page: page.row)


def check_mappings(groups, slots, planning, reference, issues, usable):
    """Say which correspondences serve nobody (X08, X12).

    :param Mapping groups: groups.xml
    :param Mapping slots: slots.xml
    """
    if groups.known:
        for key, code in groups.targets.items():
            if code not in reference.groups and key not in planning.used_groups:
                issues.add("X08", groups.file, value=code, key=show(key))
    if slots.known and "prestations" in usable:
        useful = planning.used_codes | slots.added
        unused = [code for code in slots.targets if code not in useful]
        if unused:
            issues.add("X12", slots.file, value=", ".join(unused))


def _overlap(one, other):
    return one.date_from <= other.date_to and other.date_from <= one.date_to


def _minutes(page, weekday):
    minutes = set()
    for line in page.lines:
        if line.weekday != weekday:
            continue
        if line.numbers:
            minutes |= page.group.minutes(line.numbers)
        elif line.hour_to:
            minutes.update(range(line.hour_from or 0, line.hour_to))
    return minutes


def _period(page):
    begin, end = page.date_from.strftime(DATED), page.date_to.strftime(DATED)
    return f"{page.group.code} {begin}–{end}"
