"""Children with running placements whom a delivery lacks: it has active ones only."""

import dataclasses
import datetime

import pytest

from .changes import CHILD, CONTRACT, PLAN
from .kit import OPTIONS, Delivery, render, run, store

GONE = "10000"


@pytest.fixture
def base():
    base = store(run("kibe_sample.zip"))
    base.absent = [GONE]
    return base


@pytest.fixture
def delivery():
    """The sample without one of its two children."""
    delivery = Delivery()
    for file, column in ((CHILD, 1), (CONTRACT, 1), (PLAN, 2)):
        kept = [row for row in delivery.rows[file] if row[column - 1] != GONE]
        delivery.rows[file] = kept
    return delivery


def choose(action, until=None):
    return dataclasses.replace(OPTIONS, absent=action, absent_until=until)


def test_asked(base, delivery):
    result = run(delivery, base, overwrite=True)
    issue = result.first("P32")
    assert (issue.value, dict(issue.args)["n"]) == ("1", "Melody Mory")
    assert not [o for o in result.operations("sector").values() if o.key[0] == GONE]


def test_left(base, delivery):
    result = run(delivery, base, options=choose("leave"))
    assert "P32" not in result.codes
    assert "stay" in render(result.first("P33"), "en")
    assert not [o for o in result.operations("sector").values() if o.key[0] == GONE]


def test_ended(base, delivery):
    last = datetime.date(2021, 6, 30)
    result = run(delivery, base, options=choose("end", last))
    assert "30.06.2021" in render(result.first("P33"), "fr")
    mine = [
        o for o in result.plan.operations if o.entity == "sector" and o.key[0] == GONE
    ]
    assert [(str(o.action), o.values["date_to"]) for o in mine] == [
        ("deleted", datetime.date(2021, 12, 1)),
        ("created", last),
    ]
    assert len(mine[0].lines) == len(mine[1].lines) == 4
    assert "P26" not in result.codes


def test_ended_before_it_began(base, delivery):
    result = run(delivery, base, options=choose("end", datetime.date(2021, 1, 31)))
    mine = [
        o for o in result.plan.operations if o.entity == "sector" and o.key[0] == GONE
    ]
    assert [str(o.action) for o in mine] == ["deleted"]


def test_ended_in_an_invoiced_month(base, delivery):
    base.invoiced = {GONE: {(2021, 3), (2021, 7)}}
    result = run(delivery, base, options=choose("end", datetime.date(2021, 6, 30)))
    months = {dict(i.args)["n"] for i in result.issues if i.code == "P27"}
    assert months == {"07.2021"}, "in March nothing changes"


@pytest.mark.parametrize("cell", ["1000O", "", "#REF!"])
def test_nobody_is_ended_where_a_row_names_no_child(base, delivery, cell):
    """The row may be the child's who seems to be missing."""
    row = [*Delivery().rows[CHILD][1]]
    delivery.add(CHILD, cell, *row[1:])
    asked = run(delivery, base, overwrite=True)
    assert str(asked.first("P34").severity) == "W"
    ended = run(delivery, base, options=choose("end", datetime.date(2021, 6, 30)))
    issue = ended.first("P34")
    assert issue.blocking
    assert "enfants.csv 3" in dict(issue.args)["n"]
    assert not [o for o in ended.operations("sector").values() if o.key[0] == GONE]
    assert "P33" not in ended.codes
    left = run(delivery, base, options=choose("leave"))
    assert {"P33", "P34"} & left.codes == {"P33"}


def test_child_in_error_is_not_missing(base):
    """Its id is read: its row is in error, and its placements stay as they are."""
    delivery = Delivery().set(CHILD, 2, 5, "31.02.2020")
    base.absent = []
    result = run(delivery, base, options=choose("end", datetime.date(2021, 6, 30)))
    assert not {"P32", "P33", "P34", "P26"} & result.codes
    assert not [o for o in result.operations("sector", "deleted") if o[0] == GONE]
