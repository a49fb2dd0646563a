"""Children against the base (specification sections 1.2 and 1.8)."""

from . import text
from .children import LABELS
from .const import DEFAULT_AUTHORITY, DEFAULT_STATUS, ENFANTS
from .context import ADDRESS, note_old_line, note_special, replace_block, with_town
from .operation import Action, difference


class ChildComparer:
    """Decide what becomes of each child."""

    def __init__(self, context):
        self.context = context
        self.defaults = 0

    def run(self):
        """Add the operations of all children to the plan."""
        context = self.context
        for kibe_id, stored in context.base.children.items():
            context.kids[kibe_id] = dict(stored.values)
        for kibe_id, row in context.merged.children.rows.items():
            self._compare(kibe_id, row)
        if self.defaults:
            context.issues.add("E14", ENFANTS.file, value=self.defaults)
        context.add_blocked("child", ENFANTS.file, context.merged.children.blocked)

    def _compare(self, kibe_id, row):
        context = self.context
        stored = context.base.children.get(kibe_id)
        before = stored.values if stored else {}
        wanted = {
            field: value
            for field, value in row.values.items()
            if field not in ("main_id", "partner_id", "kibe_id")
        }
        if stored is None or context.overwrite:
            self._take_debtor_address(kibe_id, row, wanted)
        with_town(context, before, wanted)
        if stored is None:
            self._create(kibe_id, row, wanted)
        else:
            self._update(kibe_id, row, stored, wanted)

    def _take_debtor_address(self, kibe_id, row, wanted):
        """Mode 2: the child lives at the debtor's (T08 for an organisation)."""
        context = self.context
        debtor = context.debtors.get(kibe_id)
        values = context.guardians.get(debtor, {})
        if context.options.address_mode != "2" or not any(map(values.get, ADDRESS)):
            return
        for field in (*ADDRESS, "city", "country_id"):
            wanted.pop(field, None)
            if values.get(field):
                wanted[field] = values[field]
        if values.get("is_company"):
            name = context.guardian_name(debtor)
            context.issues.add(
                "T08", row.file, row.number, value=kibe_id, n=name, child=kibe_id
            )

    def _create(self, kibe_id, row, wanted):
        context, reference = self.context, self.context.reference
        defaults = {
            "status_id": reference.statuses.get(DEFAULT_STATUS),
            "authority_id": reference.authorities.get(DEFAULT_AUTHORITY),
        }
        missing = {f: v for f, v in defaults.items() if v and f not in wanted}
        self.defaults += bool(missing)
        wanted.update(missing, kibe_id=kibe_id)
        note_special(context, {}, wanted, self._place(row), kibe_id)
        context.kids[kibe_id] = wanted
        self._operation(kibe_id, row, Action.CREATED, values=wanted)
        self._note_twin(kibe_id, row, wanted)

    def _note_twin(self, kibe_id, row, wanted):
        context = self.context
        name = text.fold(f"{wanted.get('firstname') or ''} {wanted.get('lastname')}")
        twin = context.base.child_twins.get((name, wanted.get("birthdate")))
        if twin:
            context.issues.add(
                "E19",
                row.file,
                row.number,
                value=context.child_name(kibe_id),
                n=twin.label,
                child=kibe_id,
                match=("child", kibe_id, twin.id),
            )

    def _update(self, kibe_id, row, stored, wanted):
        context = self.context
        if context.overwrite:
            replace_block(context, stored.values, wanted)
        before = difference(stored.values, wanted)
        changes = {field: wanted[field] for field in before}
        place = self._place(row)
        if not context.overwrite:
            self._operation(
                kibe_id, row, Action.SKIPPED, stored, skipped=changes, before=before
            )
            context.note_skipped(stored.label, place, stored.values, changes, kibe_id)
            return
        note_old_line(context, stored.values, wanted, place("street"), kibe_id)
        note_special(context, stored.values, changes, place, kibe_id)
        context.kids[kibe_id] = {**stored.values, **changes}
        action = Action.UPDATED if changes else Action.UNCHANGED
        self._operation(kibe_id, row, action, stored, values=changes, before=before)

    def _place(self, row):
        return lambda field: (row.file, row.number, LABELS.get(field))

    def _operation(self, kibe_id, row, action, stored=None, **values):
        return self.context.add(
            "child",
            (kibe_id,),
            action,
            self.context.child_name(kibe_id),
            row.file,
            row.number,
            record_id=stored.id if stored else None,
            **values,
        )
