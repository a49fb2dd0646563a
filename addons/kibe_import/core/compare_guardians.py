"""Guardians against the base (specification sections 1.3 and 1.5)."""

from .const import INTERVENANTS
from .context import (
    ROLE_NAMES,
    note_old_line,
    note_special,
    replace_block,
    with_town,
)
from .operation import Action, difference
from .people import COURTESY_ROLES, DEFAULT_ROLES

NOT_STORED = ("income",)


class GuardianComparer:
    """Decide what becomes of each guardian."""

    def __init__(self, context):
        self.context = context
        self.linked = {}

    def run(self):
        """Add the operations of all guardians to the plan."""
        people = self.context.merged.people
        for child, links in self.context.base.links.items():
            for guardian in links:
                self.linked.setdefault(guardian, []).append(child)
        for kibe_id, stored in self.context.base.guardians.items():
            self.context.guardians[kibe_id] = dict(stored.values)
        for person in people.persons.values():
            self._compare(person)
        self.context.add_blocked("guardian", INTERVENANTS.file, people.blocked)

    def _compare(self, person):
        context = self.context
        candidate = context.merged.people.attachments.get(person.kibe_id)
        stored = context.base.guardians.get(person.kibe_id) or candidate
        before = stored.values if stored else {}
        wanted = self._wanted(person, before, new=stored is None)
        if stored is None:
            self._create(person, wanted)
        elif candidate is not None:
            self._attach(person, candidate, wanted)
        else:
            self._update(person, stored, wanted)

    def _wanted(self, person, stored, new):
        wanted = {f: c.value for f, c in person.cells.items() if f not in NOT_STORED}
        with_town(self.context, stored, wanted)
        role = self._role(person, stored, new)
        if role:
            wanted["role"] = role
        return wanted

    def _role(self, person, stored, new):
        """Return the role to write, None to keep the stored one (section 1.5)."""
        courtesy = person.get("courtesy")
        by_courtesy = COURTESY_ROLES.get(courtesy)
        if person.kind == "debtor" and new:
            return "third_party"
        if new or not stored.get("role"):
            default = DEFAULT_ROLES.get(person.kind, "other")
            if by_courtesy and by_courtesy != default:
                self._note_role("D03", person, n=by_courtesy, o=courtesy)
            return by_courtesy or default
        changed = courtesy and courtesy != stored.get("courtesy")
        if changed and stored["role"] not in ("third_party", by_courtesy):
            return by_courtesy
        return None

    def _note_role(self, code, person, n, o, **args):
        cell = person.cells["courtesy"]
        known = {"madam": "Madame", "mister": "Monsieur"}
        self.context.issues.add(
            code,
            cell.file,
            cell.row,
            cell.column,
            person.kibe_id,
            n=ROLE_NAMES.get(n, n),
            o=known.get(o) or ROLE_NAMES.get(o, o),
            **args,
        )

    def _place(self, person):
        def place(field):
            cell = person.cells.get(field)
            if cell is None:
                return person.file, person.row, None
            return cell.file, cell.row, cell.column

        return place

    def _create(self, person, wanted):
        wanted["kibe_id"] = person.kibe_id
        if person.is_organisation:
            wanted["is_company"] = True
        note_special(self.context, {}, wanted, self._place(person))
        self._operation(person, Action.CREATED, values=wanted)
        self.context.guardians[person.kibe_id] = wanted
        self._note_twin(person)

    def _note_twin(self, person):
        email = (person.get("email") or "").lower()
        twin = self.context.base.guardian_twins.get(email) if email else None
        if twin:
            self.context.issues.add(
                "E19",
                *self._place(person)("email"),
                person.name,
                n=twin.label,
                match=("guardian", person.kibe_id, twin.id),
            )

    def _attach(self, person, candidate, wanted):
        """Give an existing contact the Kibé id; overwrite also gives the values."""
        context = self.context
        stored = candidate.values
        changes = difference(stored, wanted)
        own = {
            field: wanted[field]
            for field in changes
            if context.overwrite or not stored.get(field)
        }
        own["kibe_id"] = person.kibe_id
        skipped = {field: wanted[field] for field in changes if field not in own}
        operation = self._operation(
            person,
            Action.ATTACHED,
            values=own,
            before={field: stored.get(field) for field in own},
            skipped=skipped,
        )
        operation.attach = (candidate.model, candidate.id)
        cell = person.cells["accounting_ref"]
        context.issues.add(
            "I10", cell.file, cell.row, cell.column, person.name, n=candidate.label
        )
        context.guardians[person.kibe_id] = {**stored, **own}

    def _update(self, person, stored, wanted):
        context, place = self.context, self._place(person)
        if not person.cells and person.kind == "known":
            return
        if context.overwrite:
            replace_block(context, stored.values, wanted)
        before = difference(stored.values, wanted)
        changes = {field: wanted[field] for field in before}
        if not context.overwrite:
            self._operation(
                person, Action.SKIPPED, skipped=changes, before=before, stored=stored
            )
            context.note_skipped(stored.label, place, stored.values, changes)
            return
        note_old_line(context, stored.values, wanted, place("street"))
        note_special(context, stored.values, changes, place)
        if "role" in changes:
            self._note_role(
                "D04",
                person,
                n=changes["role"],
                o=before["role"],
                c=self._children(person),
            )
        if changes.get("accounting_ref") and not stored.values.get("ref"):
            before["ref"] = None  # the contact takes it over, the undo takes it back
        action = Action.UPDATED if changes else Action.UNCHANGED
        self._operation(person, action, values=changes, before=before, stored=stored)
        context.guardians[person.kibe_id] = {**stored.values, **changes}

    def _children(self, person):
        return ", ".join(self.linked.get(person.kibe_id, ())) or "–"

    def _operation(self, person, action, stored=None, **values):
        return self.context.add(
            "guardian",
            (person.kibe_id,),
            action,
            self.context.guardian_name(person.kibe_id),
            person.file,
            person.row,
            record_id=stored.id if stored else None,
            **values,
        )
