"""Fixtures of the codes of section 3.8: placements."""

import dataclasses

import pytest

from .changes import (
    CHILD,
    FOUND,
    PLAN,
    again,
    assert_codes,
    chain,
    edit,
    mapping,
)
from .kit import (
    REFERENCE,
    Delivery,
    make_group,
    render,
    run,
    store,
)

CASES = [
    ("P02", lambda d: (mapping("groups", '"NUR1"', '"NUR9"')(d)), ()),
    ("P03", edit(PLAN, 2, 2, "55555"), ()),
    ("P05", edit(PLAN, 2, 5, ""), ()),
    ("P07", edit(PLAN, 2, 6, "25:00:00"), ()),
    ("P09", edit(PLAN, 3, 9, "Repas"), ()),
    (
        "P11",
        chain(edit(PLAN, 2, 9, FOUND), edit(PLAN, 2, 6, ""), edit(PLAN, 2, 7, "")),
        (),
    ),
    ("P14", edit(PLAN, 4, 7, "18:15:00"), ()),
    ("P18", edit(PLAN, 6, 8, "me"), ()),
    ("P19", again(row=2), ()),
    ("P20", again(row=2, c4="01.06.2021", c5="31.12.2021"), ()),
    (
        "P21",
        chain(
            edit(PLAN, 4, 9, FOUND),
            edit(PLAN, 4, 6, "08:00"),
            edit(PLAN, 4, 7, "08:30"),
        ),
        (),
    ),
    ("P22", chain(edit(PLAN, 4, 9, FOUND), edit(PLAN, 4, 6, "06:00")), ()),
    (
        "P30",
        lambda d: [row.__setitem__(4, "31.12.9999") for row in d.rows[PLAN][1:]],
        (),
    ),
]


@pytest.mark.parametrize(
    ("code", "change", "more"), CASES, ids=[case[0] for case in CASES]
)
def test_code_of_a_changed_sample(code, change, more):
    delivery = Delivery()
    change(delivery)
    assert_codes(delivery, code, more)


def lists(**groups):
    return dataclasses.replace(REFERENCE, groups={**REFERENCE.groups, **groups})


GRID = [
    (s.number, f"{s.begin // 60}:{s.begin % 60}", f"{s.end // 60}:{s.end % 60}")
    for s in REFERENCE.groups["NUR1"].slots
]
HALVES = ((1, 2, 3), (4, 5, 6))


@pytest.mark.parametrize(
    ("code", "group", "change"),
    [
        ("P15", make_group("NUR1", [], mode="hours"), None),
        (
            "P16",
            make_group("NUR1", [], mode="hours"),
            chain(edit(PLAN, 2, 6, ""), edit(PLAN, 2, 7, "")),
        ),
        ("P29", make_group("NUR1", []), None),
        (
            "P24",
            make_group("NUR1", GRID, modules=HALVES),
            mapping("slots", '"1,2,3"', '"2,3"'),
        ),
        (
            "P25",
            make_group("NUR1", GRID, modules=HALVES, policy="strict"),
            mapping("slots", '"1,2,3"', '"2,3"'),
        ),
    ],
)
def test_code_of_a_group(code, group, change):
    delivery = Delivery()
    if change:
        change(delivery)
    assert_codes(delivery, code, ("P15", "P14"), lists=lists(NUR1=group))


@pytest.fixture
def base():
    return store(run("kibe_sample.zip"))


def test_lost_pages(base):
    delivery = Delivery()
    del delivery.rows[PLAN][1:]
    result = run(delivery, base)
    assert result.first("P26").value == "1"
    assert result.plan.losing == ["Melody Mory"]
    assert result.counters["sector"] == {"deleted": 1, "created": 0}


def test_invoiced_month_changes(base):
    base.invoiced["10000"] = {(2021, 3), (2022, 1)}
    delivery = Delivery().drop(PLAN, 5)
    months = [i for i in run(delivery, base).issues if i.code == "P27"]
    assert [dict(i.args)["n"] for i in months] == ["03.2021"]
    assert "P27" not in run("kibe_sample.zip", base).codes


def test_hand_made_page_stays(base):
    manual = store(run("kibe_sample.zip"), origin="manual")
    result = run(Delivery().set(PLAN, 2, 5, "30.11.2021"), manual)
    assert "P28" in result.codes
    assert result.counters["sector"]["deleted"] == 0


def test_who_left_properly_is_not_asked_about():
    """The page ends with the departure, whatever the file says of the state."""
    delivery = Delivery().set(CHILD, 2, 9, "90").set(CHILD, 2, 10, "01.12.2021")
    assert "P23" not in run(delivery).codes
    delivery.set(CHILD, 2, 10, "30.11.2021")
    assert "01.12.2021" in render(run(delivery).first("P23"), "fr")
    delivery.set(CHILD, 2, 10, "").set(CHILD, 2, 11, "")
    assert "résilié" in render(run(delivery).first("P23"), "fr")
