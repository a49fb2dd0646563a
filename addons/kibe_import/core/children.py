"""Children of enfants.csv and their parents (specification sections 1.2 and 3.5)."""

import dataclasses

from .const import DEPARTED_STATUS, ENFANTS
from .messages import Severity
from .wording import Text
from .wording import source as _lt

LABELS = {column.key: column.label for column in ENFANTS.columns}
DATED = "%d.%m.%Y"


@dataclasses.dataclass(slots=True)
class Children:
    """The children of a delivery.

    :ivar rows: child → Row, usable
    :ivar blocked: children whose row, or whose main parent's row, is blocked
    :ivar complete: enfants.csv was read, an absent child really is absent
    """

    rows: dict = dataclasses.field(default_factory=dict)
    blocked: set = dataclasses.field(default_factory=set)
    complete: bool = True

    def known(self, kibe_id, base):
        """Say whether the file (in a usable row) or the base has the child."""
        return kibe_id in self.rows or kibe_id in base.children

    def parents(self, kibe_id, base):
        """Return (main parent, partner) of a child, by the file, else by the base."""
        row = self.rows.get(kibe_id)
        main = row.get("main_id") if row else None
        partner = row.get("partner_id") if row else None
        return (
            main or base.link(kibe_id, "is_main"),
            partner or base.link(kibe_id, "is_secondary"),
        )

    @staticmethod
    def couple(main, people):
        """Return the ids of the partners that intervenants.csv puts beside a parent."""
        person = people.persons.get(main)
        return person.partners if person else []


def collect(rows, complete, issues):
    """Collect the rows, one for each child (E01, E02).

    :param rows: list of Row
    :param bool complete: enfants.csv was read
    :param Issues issues: receives E01, E02
    :return: Children
    """
    children, by_id = Children(complete=complete), {}
    for row in rows:
        if row.get("kibe_id"):
            by_id.setdefault(row.get("kibe_id"), []).append(row)
    for kibe_id, same in by_id.items():
        if any(row.blocked for row in same) or _contradictory(kibe_id, same, issues):
            children.blocked.add(kibe_id)
        else:
            children.rows[kibe_id] = same[0]
    return children


def _contradictory(kibe_id, rows, issues):
    different = [row for row in rows[1:] if row.values != rows[0].values]
    if different:
        numbers = ", ".join(str(row.number) for row in rows)
        for row in (rows[0], *different):
            _add(issues, "E01", row, "kibe_id", kibe_id, r=numbers)
        return True
    for row in rows[1:]:
        _add(issues, "E02", row, "kibe_id", kibe_id)
    return False


def _add(issues, code, row, key, value=None, **args):
    child = row.get("kibe_id")
    issues.add(code, row.file, row.number, LABELS[key], value, child=child, **args)


class ChildChecker:
    """Check the children against the people and the base.

    :param Children children: the children of the delivery
    :param People people: the guardians of the delivery
    :param Base base: the stored records
    :param Reference reference: the editable lists
    :param Options options: today's date
    :param bool people_known: the files that bring guardians were all read
    :param Issues issues: receives V01 and E07 to E13
    """

    def __init__(
        self, children, people, base, reference, options, people_known, issues
    ):
        self.children = children
        self.people = people
        self.base = base
        self.departed = reference.statuses.get(DEPARTED_STATUS)
        self.labels = reference.labels
        self.options = options
        self.people_known = people_known
        self.issues = issues

    def check(self):
        """Block what depends on a missing parent, and warn of the rest."""
        for kibe_id, row in list(self.children.rows.items()):
            if self._names_missing(row) | self._parents_missing(row):
                del self.children.rows[kibe_id]
                self.children.blocked.add(kibe_id)
            else:
                self._check_dates(row)
                self._check_couple(row)

    def _value(self, row, field):
        """Return the file's value, else the stored one."""
        value = row.get(field)
        stored = self.base.children.get(row.get("kibe_id"))
        return value if value is not None else stored and stored.values.get(field)

    def _names_missing(self, row):
        unborn = self._value(row, "gender") == "unborn"
        missing = [
            field
            for field in ("lastname", "firstname")
            if not self._value(row, field) and not (unborn and field == "firstname")
        ]
        for field in missing:
            _add(self.issues, "V01", row, field)
        if not unborn and not missing and not self._value(row, "birthdate"):
            _add(self.issues, "V01", row, "birthdate", severity=Severity.WARNING)
        return bool(missing)

    def _parents_missing(self, row):
        main, partner = row.get("main_id"), row.get("partner_id")
        lost = self._is_lost(row, "main_id", "E09")
        if partner == main:
            _add(self.issues, "E11", row, "partner_id", partner)
        elif partner:
            lost |= self._is_lost(row, "partner_id", "E10")
        return lost

    def _is_lost(self, row, key, code):
        guardian = row.get(key)
        if guardian in self.people.blocked:
            return True
        if self.people.known(guardian, self.base):
            return False
        if self.people_known:
            _add(self.issues, code, row, key, guardian)
        return True

    def _check_dates(self, row):
        birth = self._value(row, "birthdate")
        departure = self._value(row, "departure_date")
        registration = self._value(row, "registration_date")
        if departure and birth and departure < birth:
            self._early(row, departure, _lt("the birth {date}"), birth)
        elif departure and registration and departure < registration:
            self._early(row, departure, _lt("the registration {date}"), registration)
        unborn = self._value(row, "gender") == "unborn"
        if birth and unborn == (birth <= self.options.today):
            default = Text(_lt("unborn")) if unborn else Text(_lt("born"))
            gender = self.labels.get(("gender", self._value(row, "gender")), default)
            _add(self.issues, "E08", row, "birthdate", birth.strftime(DATED), n=gender)
        left = self.departed and self._value(row, "status_id") == self.departed
        if not departure and (left or self._value(row, "departure_reason")):
            _add(self.issues, "E13", row, "departure_date")

    def _early(self, row, departure, before, date):
        _add(
            self.issues,
            "E07",
            row,
            "departure_date",
            departure.strftime(DATED),
            n=Text.of(before, date=date.strftime(DATED)),
        )

    def _check_couple(self, row):
        """The main parent has a partner, the child names none (E12)."""
        main = row.get("main_id")
        couple = Children.couple(main, self.people)
        linked = self.base.links.get(row.get("kibe_id"), {})
        if couple and not row.get("partner_id") and couple[0] not in linked:
            _add(self.issues, "E12", row, "partner_id", main, n=couple[0])
