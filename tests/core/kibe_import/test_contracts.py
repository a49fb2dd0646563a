"""Contracts in error: nothing is half written, nobody pays by mistake."""

import pytest

from .changes import CHILD, CONTRACT, PARENT, PLAN
from .kit import Delivery, render, run, store

MELODY, COLIN = "10000", "11110"
COMMUNE = "1003"


def rows_of(result, code):
    return dict(result.first(code).args)["o"]


def placed(result, child):
    return [
        str(operation.action)
        for key, operation in result.operations("sector").items()
        if key[0] == child
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [(5, ""), (4, "10é0"), (1, "1000O"), (9, "#N/A")],
    ids=["nameless debtor", "debtor's id", "child's id", "Excel's error"],
)
def test_new_child_without_known_debtor_waits(column, value):
    """Without placements nobody is billed, the main parent neither."""
    result = run(Delivery().set(CONTRACT, 2, column, value))
    assert "parent principal paierait" in render(result.first("T10"), "fr")
    assert result.first("T10").value == MELODY
    assert placed(result, MELODY) == ["error"]
    assert MELODY not in {key[0] for key in result.operations("billing_data")}
    assert result.found.held["prestations"] == {2, 3, 4, 5, 6}


def test_of_a_contract_in_error_nothing_is_taken():
    plain = run("kibe_sample.zip")
    assert plain.found.merged.people.persons["1001"].get("email")
    delivery = Delivery().set(CONTRACT, 2, 5, "").drop("intervenantsdata", 2)
    result = run(delivery)
    assert "T03" in result.codes
    assert not result.found.merged.people.persons["1001"].get("email")


def test_stored_debtor_stays():
    base = store(run("kibe_sample.zip"))
    result = run(Delivery().set(CONTRACT, 2, 4, "10é0"), base, overwrite=True)
    assert "reste le débiteur" in render(result.first("T10"), "fr")
    assert placed(result, MELODY) == ["identical"]
    assert not result.operations("billing_data", "updated")


def test_contract_of_nobody_may_be_the_contract_of_any_child_of_its_parent():
    delivery = Delivery().drop(CONTRACT, 2)
    delivery.add(CONTRACT, "1111x", "1110", "", COMMUNE, "Commune")
    for row in delivery.rows[PLAN][1:]:
        delivery.add(PLAN, row[0], COLIN, *row[2:])
    result = run(delivery)
    assert result.first("T10").value == COLIN
    assert set(placed(result, COLIN)) == {"error"}
    assert "created" in placed(result, MELODY), "another parent's child"


def test_rows_of_a_child_in_error_are_named():
    result = run(Delivery().set(CHILD, 2, 4, "xyz"))
    issue = result.first("E21")
    assert (issue.value, dict(issue.args)["n"]) == (MELODY, "Melody Mory")
    assert rows_of(result, "E21") == "contrats.csv 2; prestations.csv 2–6"
    written = {
        o.entity
        for o in result.plan.operations
        if o.key[0] == MELODY and str(o.action) in ("created", "updated")
    }
    assert not written


def test_rows_of_a_child_whose_parent_is_in_error_are_named():
    result = run(Delivery().set(PARENT, 2, 2, ""))
    assert (
        rows_of(result, "E21") == "enfants.csv 2; contrats.csv 2; prestations.csv 2–6"
    )
