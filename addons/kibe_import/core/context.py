"""What the comparers share (specification section 5.1)."""

import dataclasses
import decimal

from . import text
from .cells import Npa
from .issue import Issues
from .operation import Action, Operation, Plan
from .watch import Watch
from .wording import Text
from .wording import source as _lt

ADDRESS = ("street", "street2", "zip")
TEXT_FIELDS = frozenset(
    (
        "lastname firstname street street2 employer accounting_ref phone_private"
        " phone_work phone_mobile email email_work function place_of_origin"
        " departure_reason"
    ).split()
)
ROLE_NAMES = {
    "mother": Text(_lt("mother")),
    "father": Text(_lt("father")),
    "third_party": Text(_lt("third-party debtor")),
}


@dataclasses.dataclass(slots=True)
class Merged:
    """A delivery, merged over its files and checked.

    :ivar waiting: children whose contract is in error and for whom nobody is known to
        pay: without placements nothing is billed to the wrong one
    :ivar nameless: file → numbers of the rows of which nobody can tell whose they are
    """

    people: object
    children: object
    contracts: object
    planning: object
    issues: Issues
    waiting: set = dataclasses.field(default_factory=set)
    nameless: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True)
class Context:
    """What the comparers share while they build one plan.

    :ivar guardians: id → values as they will be after the import
    :ivar kids: id → values as they will be after the import
    :ivar debtors: child → guardian id that will be the debtor
    :ivar watch: follows the work
    """

    merged: Merged
    base: object
    reference: object
    options: object
    plan: Plan
    watch: Watch
    guardians: dict = dataclasses.field(default_factory=dict)
    kids: dict = dataclasses.field(default_factory=dict)
    debtors: dict = dataclasses.field(default_factory=dict)

    @property
    def overwrite(self):
        """Whether existing records are changed, not only new ones created."""
        return self.plan.overwrite

    @property
    def issues(self):
        """The messages of the plan, to which what is found is added."""
        return self.plan.issues

    def add(self, *args, **kwargs):
        """Add an Operation to the plan and return it; what is empty takes no room."""
        filled = {name: value for name, value in kwargs.items() if value}
        operation = Operation(*args, **filled)
        self.plan.operations.append(operation)
        return operation

    def add_blocked(self, entity, file, kibe_ids):
        """Add what errors hold back: nothing becomes of it, but it is counted.

        :param set kibe_ids: the guardians, the children, or the children of the pages
        """
        name = self.guardian_name if entity == "guardian" else self.child_name
        for kibe_id in sorted(kibe_ids - {None}):
            self.add(entity, (kibe_id,), Action.ERROR, name(kibe_id), file)

    def guardian_name(self, kibe_id):
        """Return the name of a guardian for messages and labels."""
        people = self.merged.people
        person = people.persons.get(kibe_id)
        if person and person.get("lastname"):
            return person.name
        stored = self.base.guardians.get(kibe_id)
        return stored.label if stored else people.names.get(kibe_id, kibe_id)

    def child_name(self, kibe_id):
        """Return the name of a child for messages and labels."""
        values = self.kids.get(kibe_id, {})
        names = (values.get("firstname"), values.get("lastname"))
        return " ".join(name for name in names if name) or kibe_id

    def note_skipped(self, label, place, stored, changes, child=None):
        """Say what operation 2 leaves as it is (S02).

        :param place: function field → (file, row, column)
        """
        for field, value in changes.items():
            self.issues.add(
                "S02",
                *place(field),
                label,
                n=self.show(field, value),
                o=self.show(field, stored.get(field)) or Text.of(_lt("(empty)")),
                child=child,
            )

    def show(self, field, value):
        """Return a value as messages show it."""
        if field == "role":
            return ROLE_NAMES.get(value, value)
        if hasattr(value, "strftime"):
            return value.strftime("%d.%m.%Y")
        if isinstance(value, decimal.Decimal):
            return format(value.normalize(), "f")
        return self.reference.labels.get((field, value), "" if value is None else value)


def with_town(context, stored, wanted):
    """Complete a new postcode by its town and country (specification 1.9).

    :param dict stored: stored values, empty for a new record
    :param dict wanted: values of the file; completed in place
    """
    npa = wanted.get("zip")
    if not isinstance(npa, Npa):
        return  # no postcode, or an address taken over as a whole
    wanted["zip"] = str(npa)
    if stored.get("zip") == npa and stored.get("city"):
        return
    city, country = context.reference.localities.get(str(npa), (None, None))
    city = npa.city or city
    if country is None and npa.country:
        country = context.reference.countries.get(npa.country)
    wanted.update({k: v for k, v in (("city", city), ("country_id", country)) if v})


def replace_block(context, stored, wanted):
    """With the setting, the three address cells are one: blanks erase too (1.2)."""
    if context.options.address_block and any(field in wanted for field in ADDRESS):
        for field in ADDRESS:
            if stored.get(field) and field not in wanted:
                wanted[field] = None


def note_old_line(context, stored, wanted, place, child=None):
    """The first line moves, the old second line stays (E20)."""
    moved = wanted.get("street") and wanted["street"] != stored.get("street")
    if (
        context.overwrite
        and moved
        and stored.get("street2")
        and "street2" not in wanted
    ):
        file, row, column = place
        context.issues.add("E20", file, row, column, stored["street2"], child=child)


def note_special(context, stored, wanted, places, child=None):
    """Markers such as «???» are values and replace what is stored (V09, V12)."""
    for field, value in wanted.items():
        if field in TEXT_FIELDS and value and text.is_special(value):
            if stored.get(field) != value:
                file, row, column = places(field)
                old = stored.get(field)
                code = "V09" if old else "V12"
                context.issues.add(code, file, row, column, value, n=old, child=child)
