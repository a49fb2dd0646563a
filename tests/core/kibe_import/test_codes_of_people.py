"""Fixtures of the codes of sections 3.4 to 3.7: children, guardians, contracts."""

import dataclasses

import pytest

from .changes import (
    CHILD,
    CONTRACT,
    DATA,
    PARENT,
    PARENT3,
    assert_codes,
    chain,
    edit,
)
from .kit import (
    OPTIONS,
    V1_CODES,
    Delivery,
    datetime,
    reference,
    render,
    run,
    store,
)

CASES = [
    (
        "E01",
        lambda d: d.add(CHILD, "10000", "Mory", "Melodie", *d.rows[CHILD][1][3:]),
        (),
    ),
    ("E02", lambda d: d.add(CHILD, *d.rows[CHILD][1]), ()),
    ("E04", edit(CHILD, 2, 6, "Klingon"), ()),
    ("E06", edit(CHILD, 2, 8, "77"), ()),
    ("E08", edit(CHILD, 3, 5, "05.02.2099"), ()),
    ("E10", edit(CHILD, 3, 16, "7777"), ()),
    ("E11", edit(CHILD, 3, 16, "1110"), ()),
    ("E13", edit(CHILD, 3, 11, "Départ"), ()),
    ("E16", edit(CHILD, 3, 15, "CH-1000"), ()),
    ("E17", edit(CHILD, 3, 15, "F-74500"), ()),
    (
        "I01",
        lambda d: d.add(
            PARENT, *d.rows[PARENT][2][:3], "Rue 9", *d.rows[PARENT][2][4:]
        ),
        (),
    ),
    ("I03", edit(PARENT, 3, 17, "5'000,50"), ()),
    ("I05", edit(PARENT, 3, 17, "999999"), ()),
    ("I06", edit(PARENT, 3, 18, "100"), ()),
    ("I07", edit(PARENT, 3, 10, "Muster"), ()),
    ("I08", edit(PARENT, 3, 8, "51251"), ()),
    ("I12", edit(PARENT, 2, 9, "1001"), ()),
    ("I13", lambda d: d.add(PARENT, "1110", "Winter", "Etienne", "", "", "1000"), ()),
    ("I14", edit(PARENT, 3, 17, "60000"), ()),
    ("T02", edit(CONTRACT, 2, 2, "1110"), ()),
    ("T03", chain(edit(CONTRACT, 2, 5, ""), edit(CONTRACT, 2, 6, "")), ()),
    ("T04", lambda d: d.add(CONTRACT, "10000", "1001", "", "1004", "Autre"), ()),
    ("T05", edit(CONTRACT, 2, 4, "1002"), ()),
    (
        "T06",
        lambda d: d.add(
            PARENT, "1003", "Aide financière", "", "R", "", "1920", *[""] * 10, "100"
        ),
        (),
    ),
    ("T07", edit(CONTRACT, 2, 4, ""), ()),
    ("D01", lambda d: d.add(DATA, "8888", "Madame"), ()),
    ("D03", edit(DATA, 2, 2, "Monsieur"), ()),
    ("D05", edit(DATA, 2, 8, "compliqué"), ()),
    ("D09", lambda d: d.add(DATA, "1001", "Madame"), ()),
]


@pytest.mark.parametrize(
    ("code", "change", "more"), CASES, ids=[case[0] for case in CASES]
)
def test_code_of_a_changed_sample(code, change, more):
    delivery = Delivery()
    change(delivery)
    assert_codes(delivery, code, more)


@pytest.fixture
def base():
    return store(run("kibe_sample.zip"))


def test_existing_record_is_skipped(base):
    result = run("kibe_sample.zip", base)
    assert result.counters["guardian"] == {"skipped": 4}
    assert result.codes <= V1_CODES


def test_difference_is_named_not_written(base):
    result = run(Delivery().set(CHILD, 3, 2, "Winter"), base)
    issue = result.first("S02")
    assert (issue.file, issue.row, issue.column) == ("enfants.csv", 3, "e nom")
    assert result.counters["child"] == {"skipped": 2}


def test_what_somebody_wrote_for_the_qr_bill_stays(base):
    """Kibé's curly quotes come again each month; the straight ones are no change."""
    delivery = Delivery().set(CHILD, 3, 13, "Rue de l’Hôpital “3”")
    written = store(run(Delivery().set(CHILD, 3, 13, 'Rue de l\'Hôpital "3"')))
    for overwrite in (False, True):
        result = run(delivery, written, overwrite=overwrite)
        assert result.counters["child"] == {"unchanged" if overwrite else "skipped": 2}
        assert "S02" not in result.codes


def test_main_parent_changes(base):
    delivery = Delivery().set(CHILD, 3, 12, "1002")
    assert "S03" in run(delivery, base, overwrite=True).codes
    assert "S02" in run(delivery, base).codes


def test_role_changes(base):
    result = run(Delivery().set(DATA, 2, 2, "Monsieur"), base, overwrite=True)
    assert result.first("D04").severity == "W"
    assert result.operations("guardian")["1001",].values["role"] == "father"
    assert ("10000", "1001") not in result.operations("link", "updated")


def test_old_second_line_stays(base):
    delivery = Delivery().set(CHILD, 2, 13, "Rue Neuve 3").set(CHILD, 2, 14, "")
    result = run(delivery, base, overwrite=True)
    assert result.first("E20").value == "Route de la gare 1"
    assert "street2" not in result.operations("child")["10000",].values


def twin(number, label):
    return reference.Record(number, label, {})


def test_possible_duplicates(base):
    base.child_twins["testuto", datetime.date(2024, 5, 1)] = twin(7, "Uto Test")
    base.guardian_twins["eva@mail.ch"] = twin(8, "Eva Muster")
    delivery = (
        Delivery()
        .add(PARENT, *PARENT3)
        .add(DATA, "1200", "", "", "", "", "eva@mail.ch")
    )
    delivery.add(
        CHILD,
        "20000",
        "Uto",
        "Test",
        "weiblich",
        "01.05.2024",
        "",
        "",
        "",
        "",
        "",
        "",
        "1200",
    )
    found = {i.match: i for i in run(delivery, base).issues if i.code == "E19"}
    assert set(found) == {("child", "20000", 7), ("guardian", "1200", 8)}
    assert "Uto Test" in render(found["child", "20000", 7], "en")


def candidate(number, model="res.partner"):
    return reference.Candidate(model, number, f"Contact {number}", {})


def test_contact_is_attached_by_accounting_id():
    base = reference.Base(candidates={"29874": [candidate(7)]})
    result = run("kibe_sample.zip", base)
    assert "I10" in result.codes
    assert result.operations("guardian")["1110",].attach == ("res.partner", 7)
    assert result.counters["guardian"] == {"created": 3, "attached": 1}


def test_several_contacts_block_the_row():
    base = reference.Base(candidates={"29874": [candidate(7), candidate(8)]})
    result = run("kibe_sample.zip", base)
    assert result.first("I11").severity == "R"
    assert result.first("I11").match == ("guardian", "1110", None)
    assert result.counters["child"] == {"created": 1, "error": 1}


def test_the_contact_that_the_operator_chose_is_attached():
    candidates = {"29874": [candidate(7), candidate(8), candidate(9)]}
    chosen = {"1110": ("res.partner", 8)}
    result = run(
        "kibe_sample.zip", reference.Base(candidates=candidates, chosen=chosen)
    )
    assert "I11" not in result.codes
    assert result.operations("guardian")["1110",].attach == ("res.partner", 8)


def test_a_choice_that_no_longer_fits_is_asked_again():
    candidates = {"29874": [candidate(7), candidate(9)]}
    chosen = {"1110": ("res.partner", 8)}
    result = run(
        "kibe_sample.zip", reference.Base(candidates=candidates, chosen=chosen)
    )
    assert "I11" in result.codes


def test_a_couple_with_one_accounting_id_has_one_contact():
    """The first of them is that contact, the other one is new."""
    couple = Delivery().set(PARENT, 2, 8, "777").set(PARENT, 2, 16, "777")
    base = reference.Base(candidates={"777": [candidate(7)]})
    result = run(couple, base)
    assert {"I08", "I10"} <= result.codes
    guardians = result.operations("guardian")
    assert guardians["1001",].attach == ("res.partner", 7)
    assert guardians["1002",].action == "created"


def test_of_two_with_one_accounting_id_each_may_have_its_contact():
    couple = Delivery().set(PARENT, 2, 8, "777").set(PARENT, 2, 16, "777")
    candidates = {"777": [candidate(7), candidate(8)]}
    assert (
        len(
            [
                i
                for i in run(couple, reference.Base(candidates=candidates)).issues
                if i.code == "I11"
            ]
        )
        == 2
    )
    chosen = {"1002": ("res.partner", 7)}
    result = run(couple, reference.Base(candidates=candidates, chosen=chosen))
    guardians = result.operations("guardian")
    assert guardians["1002",].attach == ("res.partner", 7)
    assert guardians["1001",].attach == ("res.partner", 8), "the one that is left"


def test_third_party_stays_when_contrats_forgets_it(base):
    result = run(Delivery().drop(CONTRACT, 2), base, overwrite=True)
    assert "T09" in result.codes
    assert result.counters["billing_data"] == {"unchanged": 2}


def test_child_takes_the_address_of_an_organisation():
    options = dataclasses.replace(OPTIONS, address_mode="2")
    result = run("kibe_sample.zip", options=options)
    assert "T08" in result.codes
    child = result.operations("child")["10000",].values
    assert (child["street"], child["zip"]) == ("Département financier", "1920")


def test_e09_and_unknown_postcode_of_a_debtor():
    result = run(Delivery().set(PARENT, 3, 6, ""))
    assert result.first("E15").row == 3
