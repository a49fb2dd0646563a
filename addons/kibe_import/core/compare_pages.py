"""Income, billing data and sector pages (specification sections 1.3, 1.4, 1.6)."""

import collections
import dataclasses
import datetime

from .compare_links import concerned, current_debtor
from .const import CONFIDENTIAL_ABOVE, ENFANTS, PRESTATIONS, WEEKDAYS
from .issue import HIDDEN
from .messages import Severity
from .operation import Action, difference
from .reference import in_force
from .report import show_rows
from .wording import Text
from .wording import source as _lt

DATED = "%d.%m.%Y"


def income_values(amount, basis):
    """Return the values of an income page; above 999998 the amount is confidential.

    :param Decimal amount: the number of the file
    :param str basis: `monthly` or `annual`
    """
    confidential = amount > CONFIDENTIAL_ABOVE
    return {
        "amount": amount * 0 if confidential else amount,
        "basis": basis,
        "confidential": confidential,
        "raw_value": format(amount.normalize(), "f"),
    }


def compare_incomes(context, ignored):
    """Add the operations of the income pages to the plan.

    :param Context context: the plan in the making
    :param set ignored: third-party debtors, who have no income
    """
    date = context.options.date_journal
    for person in context.merged.people.persons.values():
        cell = person.cells.get("income")
        if cell is None or person.kibe_id in ignored:
            continue
        wanted = income_values(cell.value, context.options.basis)
        pages = context.base.incomes.get(person.kibe_id, [])
        same_day = next((page for page in pages if page.date == date), None)
        begun = [page for page in pages if page.date <= date]
        page = same_day or (in_force(begun, date) if begun else None)
        _compare_income(context, person, cell, wanted, page, same_day)


def _compare_income(context, person, cell, wanted, page, same_day):
    compared = {f: wanted[f] for f in ("amount", "basis", "confidential")}
    before = difference(page.values, compared) if page else compared
    values, skipped, record_id = {}, {}, page.id if page else None
    if page and not before:
        action = Action.UNCHANGED if context.overwrite else Action.SKIPPED
    elif same_day is None:
        action, before, record_id = Action.CREATED, {}, None
        values = {
            "guardian": person.kibe_id,
            "date_from": context.options.date_journal,
            **wanted,
        }
    elif context.overwrite:
        action, values = Action.UPDATED, wanted
    else:
        action, skipped = Action.SKIPPED, {f: wanted[f] for f in before}
        name = context.guardian_name(person.kibe_id)
        context.issues.add(
            "S02", cell.file, cell.row, cell.column, name, n=HIDDEN, o=HIDDEN
        )
    context.add(
        "income",
        (person.kibe_id, context.options.date_journal.isoformat()),
        action,
        context.guardian_name(person.kibe_id),
        cell.file,
        cell.row,
        values=values,
        before=before if action is not Action.CREATED else {},
        skipped=skipped,
        record_id=record_id,
    )


def compare_billing(context):
    """Add the operations of the billing data pages to the plan."""
    for child in concerned(context):
        debtor = context.debtors.get(child)
        if debtor is None:
            continue
        named, row = context.merged.contracts.debtors.get(child, (None, None))
        if not context.overwrite and child in context.base.children:
            _keep_billing(context, child, named, row)
        else:
            _write_billing(context, child, debtor)


def _keep_billing(context, child, named, row):
    """Operation 2 never changes who pays for a child that exists (S02)."""
    current = current_debtor(context, child)
    if current is None:
        _write_billing(context, child, context.debtors[child])
        return
    skipped = {"debtor": named} if named and named != current else {}
    if skipped:
        name = context.child_name(child)
        context.issues.add(
            "S02",
            "contrats.csv",
            row,
            "débiteur ID",
            name,
            n=context.guardian_name(named),
            o=context.guardian_name(current),
            child=child,
        )
    _add_billing(context, child, Action.SKIPPED, skipped=skipped)


def _write_billing(context, child, debtor):
    date = context.options.date_journal
    pages = context.base.billing.get(child, [])
    page = in_force(pages, date)
    same_day = next((p for p in pages if p.date == date), None)
    if page and page.values["debtor"] == debtor:
        _add_billing(context, child, Action.UNCHANGED, record_id=page.id)
    elif same_day:
        before = {"debtor": same_day.values["debtor"]}
        values = {"debtor": debtor}
        _add_billing(context, child, Action.UPDATED, same_day.id, values, before)
    else:
        values = {"child": child, "date_from": date, "debtor": debtor}
        _add_billing(context, child, Action.CREATED, None, values)


def _add_billing(
    context, child, action, record_id=None, values=None, before=None, skipped=None
):
    row = context.merged.children.rows.get(child)
    context.add(
        "billing_data",
        (child, context.options.date_journal.isoformat()),
        action,
        context.child_name(child),
        row.file if row else "contrats.csv",
        row.number if row else context.merged.contracts.debtors[child][1],
        values=values,
        before=before,
        skipped=skipped,
        record_id=record_id,
    )


MORE_OR_LESS = _lt("{before} → {after} presences in the month")
OTHER_HOURS = _lt("{before} → {after} presences in the month (at other hours)")


class SectorComparer:
    """Rebuild the sector pages, in both writing operations (section 1.6)."""

    def __init__(self, context):
        self.context = context
        self.planning = context.merged.planning

    def run(self):
        """Add the operations of all sector pages to the plan."""
        merged, losing = self.context.merged, self.context.plan.losing
        children = dict.fromkeys([*merged.children.rows, *self.planning.pages])
        children.update(dict.fromkeys(self.planning.named - {None}))
        held = self.planning.blocked | merged.waiting
        blocked = held | merged.children.blocked
        for child in self.context.watch.each(children):
            if child not in blocked and merged.children.known(child, self.context.base):
                self._rebuild(child, self.planning.pages.get(child, {}))
        self._handle_absent()
        if losing:
            names = ", ".join(losing)
            self.context.issues.add("P26", PRESTATIONS.file, value=len(losing), n=names)
        self.context.add_blocked("sector", PRESTATIONS.file, held)

    def _handle_absent(self):
        """Children with running placements whom the delivery lacks (P32, P33)."""
        absent, options = self.context.base.absent, self.context.options
        if not absent:
            return
        code, then = "P33", Text(_lt("these placements stay"))
        if self._is_doubtful() and options.absent == "end":
            code = "P32"
        elif options.absent == "end":
            last = options.absent_until
            then = Text.of(
                _lt("these placements end on {date}"), date=last.strftime(DATED)
            )
            for child in absent:
                self._rebuild(child, _ended(self._kibe_pages(child), last))
        elif options.absent != "leave":
            code = "P32"
        names = ", ".join(self.context.child_name(child) for child in absent)
        self.context.issues.add(code, ENFANTS.file, value=len(absent), n=names, o=then)

    def _is_doubtful(self):
        """Say whether who is missing may stand in a row that nobody can read (P34)."""
        nameless, choice = self.context.merged.nameless, self.context.options.absent
        if not nameless or choice == "leave":
            return bool(nameless)
        self.context.issues.add(
            "P34",
            ENFANTS.file,
            n=show_rows(nameless),
            severity=Severity.ROW if choice else Severity.WARNING,
        )
        return True

    def _kibe_pages(self, child):
        stored = self.context.base.sectors.get(child, [])
        return [p.values["page"] for p in stored if p.values["origin"] == "kibe"]

    def _rebuild(self, child, new):
        stored = self.context.base.sectors.get(child, [])
        old = {p.values["key"]: p for p in stored if p.values["origin"] == "kibe"}
        manual = {p.values["key"]: p for p in stored if p.values["origin"] != "kibe"}
        changed = []
        for key, page in new.items():
            if key in manual:
                self._add(child, page, Action.SKIPPED, manual[key].id)
            elif key in old and old[key].values["page"].content() == page.content():
                self._add(child, page, Action.IDENTICAL, old[key].id)
            else:
                changed.append(page)
        kept = {k for k in new if k in old and new[k] not in changed}
        gone = [page for key, page in old.items() if key not in kept]
        for page in gone:
            self._add(child, page.values["page"], Action.DELETED, page.id)
        for page in changed:
            self._add(child, page, Action.CREATED)
        if old and not new and child not in self.context.base.absent:
            self.context.plan.losing.append(self.context.child_name(child))
        self._note_invoiced(child, [p.values["page"] for p in gone], changed)

    def _add(self, child, page, action, record_id=None):
        begin, end = page.date_from.strftime(DATED), page.date_to.strftime(DATED)
        self.context.add(
            "sector",
            (
                child,
                page.group.code,
                page.date_from.isoformat(),
                page.date_to.isoformat(),
            ),
            action,
            f"{self.context.child_name(child)} – {page.group.code} {begin}–{end}",
            PRESTATIONS.file,
            page.row,
            values={
                "child": child,
                "group_id": page.group.id,
                "date_from": page.date_from,
                "date_to": page.date_to,
            },
            record_id=record_id,
            group=page.group,
            lines=page.lines,
        )

    def _note_invoiced(self, child, old, new):
        """A change inside an invoiced month asks for a correction (P27).

        A page that only ends later or begins earlier than before changes nothing in
        the months that both cover.
        """
        for year, month in sorted(self.context.base.invoiced.get(child, ())):
            before = _presences(old, year, month)
            after = _presences(new, year, month)
            if before != after:
                was, becomes = sum(before.values()), sum(after.values())
                change = Text.of(
                    OTHER_HOURS if was == becomes else MORE_OR_LESS,
                    before=was,
                    after=becomes,
                )
                covering = [p for p in (*new, *old) if _covers(p, year, month)]
                self.context.issues.add(
                    "P27",
                    PRESTATIONS.file,
                    covering[0].row,
                    value=child,
                    n=f"{month:02d}.{year}",
                    o=change,
                    child=child,
                )


def _ended(pages, last):
    """Return pages as they are when they end on a day: {key: page}."""
    kept = (
        dataclasses.replace(page, date_to=min(page.date_to, last))
        for page in pages
        if page.date_from <= last
    )
    return {page.key: page for page in kept}


def _presences(pages, year, month):
    """Return the presences of a month: Counter of (day, group, content of the line)."""
    first = datetime.date(year, month, 1)
    days = [
        day
        for day in (first + datetime.timedelta(n) for n in range(31))
        if day.month == month
    ]
    return collections.Counter(
        (day, page.group.code, line.content())
        for page in pages
        for day in days
        if page.date_from <= day <= page.date_to
        for line in page.lines
        if line.weekday == WEEKDAYS[day.weekday()]
    )


def _covers(page, year, month):
    first = datetime.date(year, month, 1)
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return page.date_from < following and page.date_to >= first
