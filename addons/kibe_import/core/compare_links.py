"""Debtors and links between children and guardians (sections 1.2, 1.4, 1.8)."""

from .context import ADDRESS
from .operation import Action, address_key, difference
from .reference import in_force
from .wording import Text
from .wording import source as _lt

FLAGS = ("is_main", "is_secondary", "is_debtor")


def decide_debtors(context):
    """Say who pays for each child after the import; fill `context.debtors`.

    :param Context context: receives T09 too
    """
    contracts, base = context.merged.contracts, context.base
    for child in concerned(context):
        named, _row = contracts.debtors.get(child, (None, None))
        main = context.merged.children.parents(child, base)[0]
        current = current_debtor(context, child)
        if child not in base.children:
            debtor = None if child in contracts.blocked else named or main
        elif not context.overwrite:
            debtor = current or named or main
        elif named or current is None:
            debtor = named or main
        else:
            debtor = main if current == base.link(child, "is_main") else current
        if child in contracts.blocked:
            _note_contract(context, child, current)
        if debtor:
            context.debtors[child] = debtor
        if current and not named and current == debtor:
            _note_kept(context, child, current)


def _note_contract(context, child, current):
    """Say what becomes of a child whose contract is in error (T10)."""
    if child in context.merged.waiting:
        then = Text(
            _lt(
                "Who pays is not known: the placements wait, or else the main parent "
                "would pay."
            )
        )
    else:
        name = context.guardian_name(current)
        then = Text.of(_lt("{name} stays the debtor."), name=name)
    name = context.child_name(child)
    context.issues.add("T10", "contrats.csv", value=child, n=name, o=then, child=child)


def debtors_by_child(context):
    """Return who pays for each child that the files speak of.

    :param Context context: after `decide_debtors`
    :return: dict child → (guardian id, name), or None
    """
    debtors = context.debtors
    return {
        child: (debtors[child], context.guardian_name(debtors[child]))
        if child in debtors
        else None
        for child in concerned(context)
    }


def _note_kept(context, child, current):
    parents = context.merged.children.parents(child, context.base)
    stored = context.base.guardians.get(current)
    if current not in parents and stored and stored.values.get("role") == "third_party":
        name = context.guardian_name(current)
        context.issues.add("T09", "contrats.csv", value=child, n=name, child=child)


def concerned(context):
    """Return the children whose links the files speak of, in a stable order."""
    merged = context.merged
    more = [
        child
        for child in merged.contracts.debtors
        if child not in merged.children.rows and child in context.base.children
    ]
    return [*merged.children.rows, *more]


def current_debtor(context, child):
    """Return the stored debtor of a child at the journal date, or None."""
    pages = context.base.billing.get(child, [])
    page = in_force(pages, context.options.date_journal)
    return page.values["debtor"] if page else None


class LinkComparer:
    """Decide what becomes of each link."""

    def __init__(self, context):
        self.context = context

    def run(self):
        """Add the operations of all links to the plan."""
        for child in concerned(self.context):
            self._compare(child)

    def _compare(self, child):
        stored = self.context.base.links.get(child, {})
        wanted = self._wanted(child)
        self._note_main(child, stored)
        for guardian, flags in wanted.items():
            if guardian in stored:
                self._update(child, guardian, stored[guardian], flags, counted=True)
            else:
                self._create(child, guardian, flags, stored)
        if self.context.overwrite:
            self._release(child, stored, wanted)

    def _wanted(self, child):
        """Return {guardian: flags that are set} from the files."""
        merged, wanted = self.context.merged, {}
        row = merged.children.rows.get(child)
        if row:
            wanted.setdefault(row.get("main_id"), {})["is_main"] = True
            partner = row.get("partner_id")
            if partner and partner != row.get("main_id"):
                wanted.setdefault(partner, {})["is_secondary"] = True
        debtor = self.context.debtors.get(child)
        named, _row = merged.contracts.debtors.get(child, (None, None))
        if named:
            wanted.setdefault(named, {})
        if debtor in wanted:
            wanted[debtor]["is_debtor"] = True
        return wanted

    def _create(self, child, guardian, flags, stored):
        if not self.context.overwrite:
            flags = {
                flag: value
                for flag, value in flags.items()
                if not any(record.values.get(flag) for record in stored.values())
            }
        values = {
            "child": child,
            "guardian": guardian,
            "role": self.context.guardians.get(guardian, {}).get("role") or "other",
            **flags,
        }
        lives = self._lives_here(child, guardian)
        if lives is not None:
            values["lives_here"] = lives
        self._operation(child, guardian, Action.CREATED, values=values)

    def _update(self, child, guardian, record, flags, counted):
        lives = self._lives_here(child, guardian)
        wanted = dict(flags)
        if lives is not None:
            wanted["lives_here"] = lives
        stored = {field: bool(record.values.get(field)) for field in wanted}
        before = difference(stored, wanted)
        changes = {field: wanted[field] for field in before}
        if not self.context.overwrite:
            action, values, skipped = Action.SKIPPED, {}, changes
        else:
            action = Action.UPDATED if changes else Action.UNCHANGED
            values, skipped = changes, {}
        if counted or changes:
            self._operation(
                child,
                guardian,
                action,
                record.id,
                values=values,
                before=before,
                skipped=skipped,
            )

    def _release(self, child, stored, wanted):
        """Withdraw the parts that other guardians take over."""
        taken = {flag for flags in wanted.values() for flag in flags}
        if child in self.context.debtors:
            taken.add("is_debtor")
        debtor = self.context.debtors.get(child)
        for guardian, record in stored.items():
            if guardian in wanted:
                continue
            flags = {
                flag: False
                for flag in FLAGS
                if flag in taken and record.values.get(flag)
            }
            if guardian == debtor:
                flags.pop("is_debtor", None)
            self._update(child, guardian, record, flags, counted=False)
        for guardian in wanted:
            if guardian in stored:
                self._withdraw(child, guardian, stored[guardian], wanted, taken)

    def _withdraw(self, child, guardian, record, wanted, taken):
        """A guardian that stays may lose a part, e.g. the parent who was debtor."""
        lost = [
            flag
            for flag in FLAGS
            if flag in taken
            and record.values.get(flag)
            and flag not in wanted[guardian]
        ]
        for operation in reversed(self.context.plan.operations):
            if not lost:
                return
            if operation.entity == "link" and operation.key == (child, guardian):
                operation.values = {**operation.values, **dict.fromkeys(lost, False)}
                operation.before = {**operation.before, **dict.fromkeys(lost, True)}
                operation.action = Action.UPDATED
                return

    def _note_main(self, child, stored):
        row = self.context.merged.children.rows.get(child)
        old = self.context.base.link(child, "is_main")
        if not row or old in (None, row.get("main_id")):
            return
        names = {
            "n": self.context.guardian_name(row.get("main_id")),
            "o": self.context.guardian_name(old),
        }
        code = "S03" if self.context.overwrite else "S02"
        self.context.issues.add(
            code,
            row.file,
            row.number,
            "Parent principal ID",
            child if self.context.overwrite else self.context.child_name(child),
            child=child,
            **names,
        )

    def _lives_here(self, child, guardian):
        """Return «l'enfant habite ici», None where the mode does not touch it."""
        mode = self.context.options.address_mode
        if mode == "2":
            return True if guardian == self.context.debtors.get(child) else None
        if mode not in ("3", "4"):
            return None
        home = self.context.kids.get(child, {})
        theirs = self.context.guardians.get(guardian, {})
        filled = any(home.get(field) for field in ADDRESS)
        return bool(filled and address_key(home) == address_key(theirs))

    def _operation(self, child, guardian, action, record_id=None, **values):
        context = self.context
        row = context.merged.children.rows.get(child)
        label = f"{context.child_name(child)} – {context.guardian_name(guardian)}"
        context.add(
            "link",
            (child, guardian),
            action,
            label,
            row.file if row else "contrats.csv",
            row.number if row else context.merged.contracts.debtors[child][1],
            record_id=record_id,
            **values,
        )
