"""Guardians merged over the files (specification sections 1.3 to 1.5)."""

import dataclasses

from . import text
from .const import CONTRATS, INTERVENANTS, INTERVENANTSDATA
from .issue import HIDDEN

LABELS = {
    spec.file: {column.key: column.label for column in spec.columns}
    for spec in (INTERVENANTS, CONTRATS, INTERVENANTSDATA)
}
PREFIXES = {"parent": "pp", "partner": "pa", "debtor": "de"}
DEFAULT_ROLES = {"parent": "mother", "partner": "father", "debtor": "third_party"}
COURTESY_ROLES = {"madam": "mother", "mister": "father"}
PERSON_FIELDS = (
    "lastname",
    "firstname",
    "street",
    "street2",
    "zip",
    "employer",
    "accounting_ref",
)
DATA_FIELDS = tuple(column.key for column in INTERVENANTSDATA.columns[1:])


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """A value and where it comes from."""

    value: object
    file: str
    row: int
    column: str


@dataclasses.dataclass(slots=True)
class Person:
    """A guardian as the files describe them.

    :ivar kind: `parent`, `partner`, `debtor`, or `known` when only the base has them
    :ivar file: where they first stand
    :ivar row: its row
    :ivar cells: field → Cell
    :ivar partners: ids of the partners they stand beside
    """

    kibe_id: str
    kind: str
    file: str
    row: int
    cells: dict = dataclasses.field(default_factory=dict)
    partners: list = dataclasses.field(default_factory=list)

    def get(self, field):
        """Return the value of a field, or None when no file has one."""
        cell = self.cells.get(field)
        return cell.value if cell else None

    def label(self, field):
        """Return the header of the column that a field has where the person stands."""
        prefix = PREFIXES.get(self.kind)
        return LABELS[self.file].get(f"{prefix}_{field}" if prefix else field)

    @property
    def is_organisation(self):
        """Whether a new contact is an organisation (1.3 column 3, 1.4 column 6)."""
        return self.file == CONTRATS.file or not self.get("firstname")

    @property
    def name(self):
        """What messages call the person: an organisation by its last name first."""
        names = [self.get("firstname"), self.get("lastname")]
        if self.is_organisation:
            names.reverse()
        return " ".join(name for name in names if name) or self.kibe_id


@dataclasses.dataclass(slots=True)
class People:
    """All guardians of a delivery.

    :ivar persons: id → Person
    :ivar blocked: ids that stand in blocked rows only
    :ivar names: id → name, of those who were told apart and then blocked
    :ivar attachments: id → Candidate, the contact an accounting id points to
    """

    persons: dict = dataclasses.field(default_factory=dict)
    blocked: set = dataclasses.field(default_factory=set)
    names: dict = dataclasses.field(default_factory=dict)
    attachments: dict = dataclasses.field(default_factory=dict)

    def known(self, kibe_id, base):
        """Say whether a file or the base has the guardian."""
        return kibe_id in self.persons or kibe_id in base.guardians

    def block(self, kibe_id):
        """Leave a guardian out, with all that depends on them."""
        self.names[kibe_id] = self.persons.pop(kibe_id).name
        self.blocked.add(kibe_id)


def merge_parents(rows, issues):
    """Merge intervenants.csv.

    :param rows: list of Row
    :param Issues issues: receives I01, I06, I07, I12, I13
    :return: People
    """
    people, blocked = People(), set()
    for row in rows:
        ids = [i for i in (row.get("pp_id"), row.get("pa_id")) if i]
        if row.blocked or _contradicts(row, people, issues):
            blocked.update(ids)
            continue
        _note_orphans(row, issues)
        parent = _merge_half(row, "pp", "parent", people, issues)
        if row.get("pa_id"):
            _merge_half(row, "pa", "partner", people, issues)
            parent.partners.append(row.get("pa_id"))
    people.blocked = blocked - set(people.persons)
    return people


def _contradicts(row, people, issues):
    """Refuse a row whose ids name other persons (I12, I13)."""
    if row.get("pp_id") == row.get("pa_id"):
        column = LABELS[row.file]["pa_id"]
        issues.add("I12", row.file, row.number, column, row.get("pa_id"))
        return True
    return any(_renames(row, prefix, people, issues) for prefix in ("pp", "pa"))


def _renames(row, prefix, people, issues):
    person = people.persons.get(row.get(f"{prefix}_id"))
    if person is None:
        return False
    for field in ("lastname", "firstname"):
        old, new = person.get(field), row.get(f"{prefix}_{field}")
        if old and new and text.fold(old) != text.fold(new):
            issues.add(
                "I13",
                row.file,
                row.number,
                LABELS[row.file][f"{prefix}_{field}"],
                person.kibe_id,
                n=person.name,
                o=person.row,
            )
            return True
    return False


def _note_orphans(row, issues):
    """Values of a partner without id are ignored, and said so (I06, I07)."""
    if row.get("pa_id"):
        return
    names = LABELS[row.file]
    if row.get("pa_income") is not None:
        issues.add("I06", row.file, row.number, names["pa_income"], HIDDEN)
    name = row.get("pa_lastname") or row.get("pa_firstname")
    if name:
        issues.add("I07", row.file, row.number, names["pa_lastname"], name)


def _merge_half(row, prefix, kind, people, issues):
    kibe_id = row.get(f"{prefix}_id")
    person = people.persons.get(kibe_id)
    if person is None:
        person = Person(kibe_id, kind, row.file, row.number)
        people.persons[kibe_id] = person
    for field in (*PERSON_FIELDS, "income"):
        merge_cell(person, field, row, f"{prefix}_{field}", issues)
    return person


def merge_cell(person, field, row, key, issues):
    """Give a person the value of a row; inside a file the first one wins (I01)."""
    value = row.get(key)
    if value is None:
        return
    label = LABELS[row.file][key]
    cell = person.cells.get(field)
    if cell is None or cell.file != row.file:
        person.cells[field] = Cell(value, row.file, row.number, label)
    elif cell.value != value:
        shown = HIDDEN if field == "income" else value
        issues.add(
            "I01", row.file, row.number, label, shown, n=person.kibe_id, o=cell.row
        )


def merge_data(rows, people, base, usable, issues):
    """Merge intervenantsdata.csv, which wins over the files before (D07, D08).

    :param rows: list of Row
    :param People people: receives the values
    :param Base base: for guardians that no file brings
    :param bool usable: the files that bring guardians were all read
    :param Issues issues: receives D01, D07, D08, D09
    """
    first_rows = {}
    for row in rows:
        kibe_id = row.get("kibe_id")
        if row.blocked or kibe_id in people.blocked:
            continue
        if not people.known(kibe_id, base):
            if usable:
                issues.add(
                    "D01", row.file, row.number, LABELS[row.file]["kibe_id"], kibe_id
                )
            continue
        repeated = first_rows.setdefault(kibe_id, row.number) != row.number
        if repeated:
            issues.add("D09", row.file, row.number, value=kibe_id)
        person = person_of(kibe_id, people, row)
        for field in DATA_FIELDS:
            _merge_datum(person, field, row, issues)


def person_of(kibe_id, people, row):
    """Return a person of the delivery; one of the base joins it with no value yet."""
    if kibe_id not in people.persons:
        people.persons[kibe_id] = Person(kibe_id, "known", row.file, row.number)
    return people.persons[kibe_id]


def _merge_datum(person, field, row, issues):
    value, cell = row.get(field), person.cells.get(field)
    if value is None or (cell and cell.file == row.file):
        return
    label = LABELS[row.file][field]
    code = {"email": "D07", "employer": "D08"}.get(field)
    if code and cell and cell.value != value:
        issues.add(
            code, row.file, row.number, label, person.kibe_id, o=cell.value, n=value
        )
    person.cells[field] = Cell(value, row.file, row.number, label)


def block_unusable(people, base, issues):
    """Block new persons without a name (V01).

    :param People people: the guardians of the delivery
    :param Base base: the stored records
    :param Issues issues: receives V01
    """
    for person in list(people.persons.values()):
        if person.kibe_id not in base.guardians and not person.get("lastname"):
            label = person.label("lastname")
            issues.add("V01", person.file, person.row, label, person.kibe_id)
            people.block(person.kibe_id)
