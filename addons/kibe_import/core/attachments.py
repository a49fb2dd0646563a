"""Contacts that accounting ids point to (specification section 1.1, Matching)."""


def attach_contacts(people, base, issues):
    """Find the stored contact of each new person by the accounting id.

    A contact belongs to one person: where several share an accounting id, as couples
    do, the first one in the files gets it and the others are new.

    :param People people: receives `attachments`; who cannot be told apart is blocked
    :param Base base: the stored records, the candidates and the operator's choices;
        an attached guardian is known by the Kibé id from then on
    :param Issues issues: receives I08, I11
    """
    for reference, persons in _by_reference(people).items():
        if len(persons) > 1:
            _note_shared(reference, persons, issues)
        new = [person for person in persons if person.kibe_id not in base.guardians]
        _share_out(new, base.candidates.get(reference, ()), people, base, issues)


def _by_reference(people):
    """Return {accounting id: persons who have it}, both in the order of the files."""
    found = {}
    for person in people.persons.values():
        reference = person.get("accounting_ref")
        if reference:
            found.setdefault(reference, []).append(person)
    return found


def _note_shared(reference, persons, issues):
    cell = persons[0].cells["accounting_ref"]
    place = (cell.file, cell.row, cell.column)
    issues.add("I08", *place, reference, n=persons[0].name, o=persons[1].name)


def _share_out(persons, candidates, people, base, issues):
    """Give each person a contact, those the operator has chosen first (I10, I11)."""
    free = list(candidates)
    for person in sorted(persons, key=lambda p: p.kibe_id not in base.chosen):
        chosen = base.chosen.get(person.kibe_id)
        fitting = [c for c in free if (c.model, c.id) == chosen] or free
        if len(fitting) == 1:
            _attach(person, fitting[0], people, base)
            free.remove(fitting[0])
        elif fitting:
            _note_several(person, fitting, issues)
            people.block(person.kibe_id)


def _attach(person, candidate, people, base):
    people.attachments[person.kibe_id] = candidate
    if candidate.model == "daycare.guardian":
        base.adopt(candidate.id, person.kibe_id)


def _note_several(person, candidates, issues):
    cell = person.cells["accounting_ref"]
    issues.add(
        "I11",
        cell.file,
        cell.row,
        cell.column,
        cell.value,
        n=", ".join(candidate.label for candidate in candidates),
        match=("guardian", person.kibe_id, None),
    )
