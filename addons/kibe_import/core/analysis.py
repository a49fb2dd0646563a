"""From an upload to a plan, in three steps (specification section 5.1).

1. `read` needs the editable lists and gives the rows and every id they name;
2. `merge` needs the stored records of these ids and settles what the files say;
3. `plan` compares the result with the base, for one of the two writing operations.

None of them writes anything: the test keeps both plans, a real import applies one.
"""

import collections
import dataclasses
import hashlib
import json

from . import archive, csv_reader, mapping, workbook
from .attachments import attach_contacts
from .checks import Checker, check_mappings
from .children import ChildChecker, collect
from .compare_children import ChildComparer
from .compare_guardians import GuardianComparer
from .compare_links import LinkComparer, debtors_by_child, decide_debtors
from .compare_pages import SectorComparer, compare_billing, compare_incomes
from .const import SPECS
from .context import Context, Merged
from .contracts import ContractMerger
from .issue import Issues
from .operation import Plan
from .people import block_unusable, merge_data, merge_parents
from .planning import PlanningMerger
from .reference import in_force
from .report import show_rows
from .rows import RowReader
from .watch import Watch
from .wording import Text
from .wording import source as _lt

NOBODY = Watch()
STEPS = {
    "open": Text(_lt("Opening the files")),
    "people": Text(_lt("Guardians and children")),
    "planning": Text(_lt("Placements")),
    "checks": Text(_lt("Checks")),
    "create": Text(_lt("Plan: generate")),
    "overwrite": Text(_lt("Plan: with overwrite")),
}
KEEPING = Text(_lt("Keeping the preview"))
SOMEBODY = Text(_lt("somebody else"))
PERSON_IDS = {
    "enfants": ("main_id", "partner_id"),
    "intervenants": ("pp_id", "pa_id"),
    "contrats": ("main_id", "de_id"),
    "intervenantsdata": ("kibe_id",),
}
REFERENCES = {
    "intervenants": ("pp_accounting_ref", "pa_accounting_ref"),
    "contrats": ("de_accounting_ref",),
}


@dataclasses.dataclass(slots=True)
class Analysis:
    """What was read of a delivery.

    :ivar issues: messages that hold for every operation
    :ivar tables: name → Table or None
    :ivar rows: name → list of Row; none after `merge`, which has taken what it needs
    :ivar numbers: name → list of the numbers of its rows
    :ivar groups: Mapping of groups.xml
    :ivar slots: Mapping of slots.xml
    :ivar xml: the two XML files, to keep for the next import
    :ivar merged: Merged, after `merge`
    :ivar held: name → numbers of the rows that an error elsewhere holds back, after
        `merge`
    :ivar third_parties: debtors without income, after `merge`
    """

    issues: Issues = dataclasses.field(default_factory=Issues)
    tables: dict = dataclasses.field(default_factory=dict)
    rows: dict = dataclasses.field(default_factory=dict)
    numbers: dict = dataclasses.field(default_factory=dict)
    groups: object = None
    slots: object = None
    xml: dict = dataclasses.field(default_factory=dict)
    merged: Merged = None
    held: dict = dataclasses.field(default_factory=dict)
    third_parties: set = dataclasses.field(default_factory=set)

    @property
    def usable(self):
        """Names of the CSV files that were read."""
        return {name for name, table in self.tables.items() if table is not None}

    def child_ids(self):
        """Return every child id the files name."""
        named = {name: (spec.child,) for name, spec in SPECS.items() if spec.child}
        return self._ids(named)

    def person_ids(self):
        """Return every guardian id the files name."""
        return self._ids(PERSON_IDS)

    def accounting_refs(self):
        """Return every accounting id the files name."""
        return self._ids(REFERENCES)

    def emails(self):
        """Return every private e-mail the files name, in lower case."""
        keys = {"contrats": ("email",), "intervenantsdata": ("email",)}
        return {email.lower() for email in self._ids(keys)}

    def _ids(self, keys):
        return {
            row.values[key]
            for name, names in keys.items()
            for row in self.rows.get(name, ())
            for key in names
            if key in row.values
        }


def read(raw, name, reference, extra=None, watch=NOBODY, keep_cells=False):
    """Read a delivery.

    :param bytes raw: the upload
    :param str name: its file name
    :param Reference reference: the editable lists
    :param dict extra: `groups` and `slots` → bytes of mappings given apart
    :param Watch watch: follows the work
    :param bool keep_cells: keep the cells as delivered, for the error report
    :return: an Analysis
    """
    analysis = Analysis()
    issues = analysis.issues
    watch.step(STEPS["open"], 0)
    delivery = archive.open_delivery(raw, name, issues, extra)
    if delivery.workbook is not None:
        analysis.tables = workbook.read(
            delivery.workbook, delivery.workbook_name, issues, reference.max_rows
        )
    else:
        for key, spec in SPECS.items():
            content = delivery.members.get(spec.file)
            if content is not None:
                analysis.tables[key] = csv_reader.read(
                    content, spec, issues, reference.max_rows
                )
    if delivery.members or delivery.workbook is not None:
        analysis.xml = {
            key: delivery.members.get(f"{key}.xml") for key in ("groups", "slots")
        }
        analysis.groups = mapping.read_groups(analysis.xml["groups"], issues)
        analysis.slots = mapping.read_slots(analysis.xml["slots"], issues)
    _read_rows(analysis, RowReader(reference, issues, keep_cells), watch)
    return analysis


def _read_rows(analysis, reader, watch):
    sizes = {key: len(t.rows) if t else 0 for key, t in analysis.tables.items()}
    total = sum(sizes.values()) or 1
    for key, table in analysis.tables.items():
        file = SPECS[key].file
        watch.step(Text.of(_lt("Reading {file}"), file=file), 40 * sizes[key] / total)
        rows = analysis.rows[key] = reader.read_table(table, watch)
        analysis.numbers[key] = [row.number for row in rows]


def merge(analysis, base, reference, options, watch=NOBODY):
    """Settle what the files say together, and check it against the base.

    :param Analysis analysis: receives `merged` and the messages
    :param Base base: the stored records of the ids of the delivery
    :param Reference reference: the editable lists
    :param Options options: the choices of the operator
    :param Watch watch: follows the work
    """
    watch.step(STEPS["people"], 5)
    issues, rows, usable = analysis.issues, analysis.rows, analysis.usable
    children = collect(rows.get("enfants", []), "enfants" in usable, issues)
    people = merge_parents(rows.get("intervenants", []), issues)
    contracts = ContractMerger(children, people, base, issues).merge(
        rows.get("contrats", [])
    )
    complete = {"intervenants", "contrats"} <= usable
    merge_data(rows.get("intervenantsdata", []), people, base, complete, issues)
    block_unusable(people, base, issues)
    attach_contacts(people, base, issues)
    checker = ChildChecker(
        children, people, base, reference, options, "intervenants" in usable, issues
    )
    checker.check()
    _drop_blocked_debtors(contracts, people, base)
    watch.step(STEPS["planning"], 20)
    planning = PlanningMerger(
        analysis.groups, analysis.slots, children, base, reference, issues
    ).merge(watch.each(rows.get("prestations", [])))
    watch.step(STEPS["checks"], 5)
    analysis.merged = Merged(
        *(people, children, contracts, planning, issues),
        waiting=_without_debtor(contracts, children, base, options),
        nameless=_nameless(rows),
    )
    analysis.third_parties = Checker(
        analysis.merged, base, reference, options, usable
    ).run()
    check_mappings(analysis.groups, analysis.slots, planning, reference, issues, usable)
    analysis.held = _held_rows(analysis)
    _note_held(analysis, base)
    rows.clear()


def _without_debtor(contracts, children, base, options):
    """Return the children whose contract is in error and who have no debtor yet."""
    return {
        child
        for child in contracts.blocked - children.blocked - {None}
        if children.known(child, base)
        and not in_force(base.billing.get(child, []), options.date_journal)
    }


def _nameless(rows):
    """Return {file: numbers} of the rows in error without a child's id."""
    found = {
        SPECS[name].file: [r.number for r in own if r.blocked and not r.get(spec.child)]
        for name, own in rows.items()
        if (spec := SPECS[name]).child
    }
    return {file: numbers for file, numbers in found.items() if numbers}


def _note_held(analysis, base):
    """Name the rows that wait because their child is in error (E21)."""
    merged, places = analysis.merged, collections.defaultdict(dict)
    names = {}
    wrong = {(i.file, i.row) for i in analysis.issues if i.blocking and i.row}
    for name, numbers in analysis.held.items():
        spec = SPECS[name]
        if not spec.child:
            continue
        for row in analysis.rows.get(name, ()):
            child = row.get(spec.child)
            if name == "enfants":
                names[child] = f"{row.get('firstname')} {row.get('lastname')}"
            held = row.number in numbers and (spec.file, row.number) not in wrong
            if held and child in merged.children.blocked:
                places[child].setdefault(spec.file, []).append(row.number)
    for child, files in places.items():
        stored = base.children.get(child)
        analysis.issues.add(
            "E21",
            SPECS["enfants"].file,
            value=child,
            n=names.get(child) or (stored.label if stored else ""),
            o=show_rows(files),
            child=child,
        )


def _held_rows(analysis):
    """Return {name: numbers} of the rows whose child or guardian is in error."""
    merged = analysis.merged
    children, people = merged.children.blocked, merged.people.blocked
    blocked = {
        "enfants": children,
        "contrats": children | merged.contracts.blocked,
        "prestations": children | merged.planning.blocked | merged.waiting,
        "intervenantsdata": people,
    }
    keys = {"intervenantsdata": "kibe_id"}
    return {
        name: {
            row.number
            for row in analysis.rows.get(name, ())
            if row.get(keys.get(name) or SPECS[name].child) in ids
        }
        for name, ids in blocked.items()
    }


def _drop_blocked_debtors(contracts, people, base):
    for child, (debtor, _row) in list(contracts.debtors.items()):
        if not people.known(debtor, base):
            del contracts.debtors[child]
            contracts.blocked.add(child)


def plan(analysis, base, reference, options, overwrite, watch=NOBODY):
    """Compare a merged delivery with the base.

    :param bool overwrite: operation 3 instead of 2
    :param Watch watch: follows the work
    :return: a Plan, whose issues hold for this operation only
    """
    result = Plan(overwrite)
    if analysis.merged is None:
        return result
    watch.step(STEPS["overwrite" if overwrite else "create"], 10)
    context = Context(analysis.merged, base, reference, options, result, watch)
    GuardianComparer(context).run()
    decide_debtors(context)
    result.debtors = debtors_by_child(context)
    ChildComparer(context).run()
    LinkComparer(context).run()
    compare_incomes(context, analysis.third_parties)
    compare_billing(context)
    if "prestations" in analysis.usable:
        SectorComparer(context).run()
    return result


def row_counts(analysis):
    """Return file → {read, used, ignored, held, error} of the data rows.

    A row is held back when there is nothing wrong with it, but with its child.

    :param Analysis analysis: after `merge`
    """
    blocked = collections.defaultdict(set)
    for issue in analysis.issues:
        if issue.blocking and issue.row and issue.file:
            blocked[issue.file].add(issue.row)
    counts = {}
    for name, numbers in analysis.numbers.items():
        file = SPECS[name].file
        wrong = blocked[file].intersection(numbers)
        ignored = _ignored(analysis, name) - wrong
        held = analysis.held.get(name, set()) - wrong - ignored
        used = len(numbers) - len(wrong) - len(held) - len(ignored)
        counts[name] = {
            "read": len(numbers),
            "used": used,
            "ignored": len(ignored),
            "held": len(held),
            "error": len(wrong),
        }
    return counts


def children_without_income(analysis):
    """Return how many children of the file have parents without income in the file.

    :param Analysis analysis: after `merge`
    """
    if analysis.merged is None:
        return 0
    persons = analysis.merged.people.persons
    return sum(
        not any(
            "income" in persons[parent].cells
            for parent in (row.get("main_id"), row.get("partner_id"))
            if parent in persons
        )
        for row in analysis.merged.children.rows.values()
    )


def _ignored(analysis, name):
    if name == "prestations" and analysis.merged:
        return analysis.merged.planning.ignored
    return set()


def fingerprint(raw, options, base_state):
    """Return what must be the same for a plan to be still true (section 5.3).

    :param list raw: the uploaded bytes
    :param Options options: the choices of the operator
    :param base_state: JSON-serialisable state of the touched tables
    :return: hexadecimal SHA-256
    """
    digest = hashlib.sha256()
    for content in raw:
        digest.update(hashlib.sha256(content or b"").digest())
    chosen = {**dataclasses.asdict(options), "today": None}
    digest.update(json.dumps([chosen, base_state], default=str).encode())
    return digest.hexdigest()
