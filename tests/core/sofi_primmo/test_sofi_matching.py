"""Matching and accommodation types: spec 6.1 and 6.2."""

from datetime import date

import pytest
from sofi_primmo_core import accommodation, matching
from sofi_primmo_core.accommodation import AccommodationType
from sofi_primmo_core.matching import Index, Person

BORN = date(1938, 4, 7)
TWINS = date(1940, 3, 12)


def jean(key, **values):
    return Person(
        key,
        **{"last_name": "Tremblay", "first_name": "Jean", "sex": "M"}
        | {"birth_date": BORN}
        | values,
    )


def twin(key, first_name, **values):
    return jean(
        key, **{"first_name": first_name, "sex": "F", "birth_date": TWINS} | values
    )


def run(person, *residents):
    return matching.match(person, Index(list(residents)))


def other(key, **values):
    return jean(key, **{"last_name": "Autre", "birth_date": date(1950, 1, 1)} | values)


def test_row_1_external_id():
    found = run(jean("P", external_id="T00123"), other("R", external_id="T00123"))
    assert (found.status, found.level, found.candidates) == ("matched", 1, ("R",))


def test_row_2_external_id_wins_over_another_nam():
    found = run(
        jean("P", external_id="T00123", nam="TREJ38040719"),
        other("R1", external_id="T00123", nam="ROYA30510918"),
        other("R2", nam="TREJ38040719"),
    )
    assert (found.status, found.candidates) == ("matched", ("R1",))
    assert found.warnings == ("nam_conflict",)


def test_row_3_nam_is_normalized():
    found = run(
        jean("P", external_id="T9", nam="TREJ38040719"),
        other("R", nam="trej 3804 0719"),
    )
    assert (found.status, found.level) == ("matched", 2)


def test_row_4_identity():
    found = run(jean("P", external_id="T9"), jean("R"))
    assert (found.status, found.level) == ("matched", 3)


@pytest.mark.parametrize(
    ("primmo", "sofi"),
    [("Tremblay", "TREMBLAY"), ("Côté", "Cote"), ("St-Onge", "StOnge")],
)
def test_rows_5_and_6_near_is_only_suggested(primmo, sofi):
    found = run(jean("P", last_name=primmo), jean("R", last_name=sofi))
    assert (found.status, found.suggestions) == ("new", ("R",))


def test_row_7_two_of_the_same_identity():
    found = run(jean("P"), jean("R1"), jean("R2"))
    assert (found.status, found.candidates) == ("ambiguous", ("R1", "R2"))


def test_row_8_twins():
    found = run(
        twin("P", "Marie", nam="TREM40031200"), twin("R", "Martine", nam="TREM40031200")
    )
    assert (found.status, found.reason) == ("ambiguous", "twins")


def test_temporary_nam_with_the_same_first_name_matches_despite_plus_50():
    found = run(
        twin("P", "Marie", nam="TREM40031200"), twin("R", "Marie", nam="TREM40531200")
    )
    assert (found.status, found.level) == ("matched", 2)


def test_row_9_real_nam_never_matches_a_temporary_one_but_identity_does():
    found = run(
        twin("P", "Marie", nam="TREM40531211"), twin("R", "Marie", nam="TREM40031200")
    )
    assert (found.status, found.level) == ("matched", 3)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"birth_date": None}, "missing_required"),
        ({"last_name": " "}, "missing_required"),
        ({"first_name": ""}, "missing_required"),
        ({"sex": ""}, "missing_required"),
        ({"sex": "A"}, "sex_unsupported"),
    ],
)
def test_rows_10_and_11_refused(values, reason):
    found = run(jean("P", external_id="T9", **values), jean("R"))
    assert (found.status, found.reason) == ("refused", reason)


def test_row_12_one_external_id_twice():
    found = run(
        jean("P", external_id="T00123"),
        other("R1", external_id="T00123"),
        jean("R2", external_id="T00123"),
    )
    assert (found.status, found.level) == ("ambiguous", 1)


def test_row_13_nothing():
    found = run(jean("P", external_id="T9"), other("R", external_id="T8"))
    assert (found.status, found.candidates, found.suggestions) == ("new", (), ())


def test_ambiguous_nam_does_not_fall_through_to_identity():
    found = run(
        jean("P", nam="TREJ38040719"),
        other("R1", nam="TREJ38040719"),
        other("R2", nam="TREJ38040719"),
        jean("R3"),
    )
    assert (found.status, found.level) == ("ambiguous", 2)


def test_departed_count_for_external_id_and_nam_but_not_for_identity():
    gone = jean("R", external_id="T1", nam="TREJ38040719", departed=True)
    assert run(jean("P", external_id="T1"), gone).level == 1
    assert run(jean("P", nam="TREJ38040719"), gone).level == 2
    assert run(jean("P"), gone).status == "new"


@pytest.mark.parametrize("name", ["Tremblay", "TREMBLAY"])
def test_who_has_left_is_shown_beside_the_new_one(name):
    gone = jean("R", departed=True)
    assert run(jean("P", last_name=name), gone).suggestions == ("R",)


def test_composed_and_decomposed_accents_are_the_same_name():
    found = run(jean("P", last_name="Côté"), jean("R", last_name=" Co\u0302te\u0301 "))
    assert found.level == 3


def test_invalid_nam_is_not_a_key():
    found = run(jean("P", nam="ABC"), other("R", nam="ABC"))
    assert found.status == "new"


def test_a_resident_claimed_twice_is_decided_by_a_person():
    index = Index([jean("R", nam="TREJ38040719")])
    people = [jean("P1", nam="TREJ38040719"), jean("P2")]
    found = matching.match_all(people, index)
    assert [m.status for m in found] == ["ambiguous", "ambiguous"]
    assert {m.reason for m in found} == {"claimed_twice"}


def test_external_id_outranks_other_claims():
    index = Index([jean("R", external_id="T1")])
    people = [jean("P2", external_id="T2"), jean("P1", external_id="T1")]
    found = matching.match_all(people, index)
    assert [m.status for m in found] == ["ambiguous", "matched"]


DICTIONARY = [
    AccommodationType("3", 3, "Convalescence"),
    AccommodationType("1", 1, "Autonome"),
    AccommodationType("4", 4, "Soins de longue durée"),
    AccommodationType("2", 2, "Semi-autonome"),
]
CHOICES = [
    ("Semi-autonome", "1", None, None, "Semi-autonome", 1, ()),
    ("", "1", "3", None, "Autonome", 2, ()),
    ("", None, "3", "2", "Convalescence", 3, ()),
    ("", None, None, "2", "Semi-autonome", 4, ()),
    ("", None, None, None, "Autonome", 5, ()),
    ("semi-autonome", None, "3", None, "Convalescence", 3, ("occupant_type_unknown",)),
    ("Soins de longue duree", None, None, None)
    + ("Autonome", 5, ("occupant_type_unknown",)),
    (" Autonome ", "2", None, None, "Autonome", 1, ()),
    ("Palliatif", "2", None, None, "Semi-autonome", 2, ("occupant_type_unknown",)),
    (None, None, None, None, "Autonome", 5, ()),
    ("", "99", "3", None, "Convalescence", 3, ("accommodation_type_inactive",)),
]


@pytest.mark.parametrize(
    ("text", "resident", "room", "unit", "expected", "priority", "warnings"), CHOICES
)
def test_accommodation(text, resident, room, unit, expected, priority, warnings):
    found = accommodation.choose(DICTIONARY, text, resident, room, unit)
    assert (found.type.description_fr, found.priority, found.warnings) == (
        expected,
        priority,
        warnings,
    )


def test_accommodation_strict_refuses_an_unknown_text():
    with pytest.raises(accommodation.AccommodationError) as caught:
        accommodation.choose(DICTIONARY, "Palliatif", "2", strict=True)
    assert caught.value.code == "occupant_type_unknown"


@pytest.mark.parametrize(
    "dictionary", [[], [AccommodationType("1", 1, "Autonome", active=False)]]
)
def test_accommodation_without_dictionary(dictionary):
    with pytest.raises(accommodation.AccommodationError) as caught:
        accommodation.choose(dictionary)
    assert caught.value.code == "no_accommodation_type"


def test_inactive_types_are_not_taken_from_the_record():
    dictionary = [*DICTIONARY, AccommodationType("5", 0, "Fermé", active=False)]
    found = accommodation.choose(dictionary, "", "5")
    assert (found.type.id, found.warnings) == ("1", ("accommodation_type_inactive",))


def test_compare_lists():
    only_primmo, only_sofi, near = accommodation.compare(
        ["Autonome", "Palliatif", "semi autonome"], DICTIONARY
    )
    assert only_primmo == ["Palliatif"]
    assert only_sofi == ["Convalescence", "Soins de longue durée"]
    assert near == [("semi autonome", "Semi-autonome")]
