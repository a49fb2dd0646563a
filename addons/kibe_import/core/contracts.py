"""Debtors and e-mails of contrats.csv (specification section 1.4)."""

import dataclasses

from . import text
from .people import LABELS, PERSON_FIELDS, Person, merge_cell, person_of


@dataclasses.dataclass(slots=True)
class Contracts:
    """What contrats.csv says of the children.

    :ivar debtors: child → (debtor id, row number)
    :ivar blocked: children whose debtor cannot be told
    """

    debtors: dict = dataclasses.field(default_factory=dict)
    blocked: set = dataclasses.field(default_factory=set)


class ContractMerger:
    """Merge contrats.csv into the people of a delivery.

    :param Children children: the children of the delivery
    :param People people: receives debtors and e-mails
    :param Base base: the stored records
    :param Issues issues: receives I01, I13, T01 to T07
    """

    def __init__(self, children, people, base, issues):
        self.children = children
        self.people = people
        self.base = base
        self.issues = issues
        self.contracts = Contracts()

    def merge(self, rows):
        """Merge the rows.

        :param rows: list of Row
        :return: Contracts
        """
        conflicts = self._conflicts(rows)
        self._block_doubtful(rows)
        for row in rows:
            child = row.get("child_id")
            if row.blocked or child in conflicts:
                self.contracts.blocked.add(child)
            elif self._is_child(row, child):
                self._merge_row(row, child)
        return self.contracts

    def _conflicts(self, rows):
        """Return the children with two different debtors (T04)."""
        named = {}
        for row in rows:
            if not row.blocked and row.get("de_id"):
                named.setdefault(row.get("child_id"), {})[row.get("de_id")] = row
        conflicts = {child for child, debtors in named.items() if len(debtors) > 1}
        for child in conflicts:
            for row in named[child].values():
                self._add("T04", row, "de_id", child, n=", ".join(named[child]))
        return conflicts

    def _block_doubtful(self, rows):
        """A row in error that names no child may name the debtor of any of them."""
        doubtful = [row for row in rows if row.blocked and not row.get("child_id")]
        mains = {row.get("main_id") for row in doubtful}
        named = {row.get("child_id") for row in rows}
        for child, row in self.children.rows.items() if mains else ():
            if child not in named and mains & {None, row.get("main_id")}:
                self.contracts.blocked.add(child)

    def _is_child(self, row, child):
        """Say whether the row's child can be written (T01)."""
        if self.children.known(child, self.base):
            return child not in self.children.blocked
        if self.children.complete and child not in self.children.blocked:
            self._add("T01", row, "child_id", child)
        return False

    def _merge_row(self, row, child):
        main, partner = self.children.parents(child, self.base)
        if row.get("main_id") != main:
            self._add("T02", row, "main_id", row.get("main_id"), n=child)
        debtor = row.get("de_id")
        couple = self.children.couple(main, self.people)
        if debtor is None:
            self._add("T07", row, "de_id")
        elif debtor in (main, partner, *couple):
            self._add("T05", row, "de_id", child, n=debtor)
        elif not self._merge_debtor(row, debtor):
            self.contracts.blocked.add(child)
            return
        if debtor is not None:
            self.contracts.debtors[child] = (debtor, row.number)
        # Last: of a row in error nothing is taken, the e-mail neither.
        if self.people.known(row.get("main_id"), self.base):
            person = person_of(row.get("main_id"), self.people, row)
            merge_cell(person, "email", row, "email", self.issues)

    def _merge_debtor(self, row, debtor):
        """Take a third-party debtor's values (T03, I13); say whether it can be used."""
        person = self.people.persons.get(debtor)
        if person is None and debtor in self.people.blocked:
            return False
        if person is None and debtor not in self.base.guardians:
            if not row.get("de_lastname"):
                self._add("T03", row, "de_lastname", debtor)
                return False
        if person is None:
            kind = "known" if debtor in self.base.guardians else "debtor"
            person = Person(debtor, kind, row.file, row.number)
            self.people.persons[debtor] = person
        elif person.kind == "debtor" and self._renames(row, person):
            return False
        for field in PERSON_FIELDS:
            # a parent of another child keeps what intervenants.csv says of them
            if person.kind in ("debtor", "known") or field not in person.cells:
                merge_cell(person, field, row, f"de_{field}", self.issues)
        return True

    def _renames(self, row, person):
        new, old = row.get("de_lastname"), person.get("lastname")
        if not new or not old or text.fold(new) == text.fold(old):
            return False
        self._add(
            "I13", row, "de_lastname", person.kibe_id, n=person.name, o=person.row
        )
        return True

    def _add(self, code, row, key, value=None, **args):
        label, child = LABELS[row.file][key], row.get("child_id")
        self.issues.add(code, row.file, row.number, label, value, child=child, **args)
