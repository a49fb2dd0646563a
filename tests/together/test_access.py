"""Who may what is what the table says, and nothing of it is unexplained."""

import pytest

from devtools import access_page

from ..databases import cloned
from .access_why import BLIND, EMPLOYEES, PRINTS

#: tells the client which screen to show, which asks for its own rights
SCREEN = "opens"
EVERYBODY = ("base.group_user", "base.group_portal")


@pytest.fixture(scope="module")
def seen():
    """What a database with all addons really allows, see `access_script.py`."""
    with cloned("access") as name:
        return access_page.ask(name)


@pytest.fixture(scope="module")
def known():
    return access_page.table()


def test_everything_is_allowed_as_the_table_says(seen, known):
    """A new method, model, group or right is read, and the table made anew."""
    hint = "python -m devtools.access_page --ask DB"
    for part in ("groups", "models", "rights", "methods"):
        assert seen[part] == known[part], hint


def test_the_printed_list_says_the_same(seen):
    assert seen["misprinted"] == []


def test_an_export_shows_nothing_hidden_and_leaves_a_trace(seen):
    assert seen["leaks"] == []


def test_prints_of_protected_records_are_written_down(seen):
    """A new report is looked at: does it show more of a person than the name?"""
    assert {n: models for n, models in seen["prints"].items() if models} == {
        "daycare.report_child_sheet": ["daycare.child"],
        "daycare_billing.report_attestation": ["daycare.child"],
        "daycare_billing.report_funding": ["daycare.child"],
        "kibe_import.summary": ["kibe.import"],
        "openimis_payable.report_bill": ["openimis.claim", "openimis.payable.line"],
        "openimis_payable.report_remittance": [
            "openimis.claim",
            "openimis.payable.line",
        ],
        "sofi_primmo.report_year": ["primmo.tenant"],
    }
    assert {n for n, models in seen["prints"].items() if not models} == set(PRINTS)


def test_the_table_is_complete(seen):
    assert len(seen["models"]) > 100
    assert sum(map(len, seen["methods"].values())) > 200


def test_every_group_says_what_it_is_for(known):
    stock = ("base.", "account.")
    lacking = [
        name
        for name, group in known["groups"].items()
        if not group["comment"] and not name.startswith(stock)
    ]
    assert lacking == []


def test_every_model_and_method_says_what_it_is(known):
    assert [n for n, m in known["models"].items() if not m["text"]] == []
    assert [
        (name, method)
        for name, methods in known["methods"].items()
        for method, told in methods.items()
        if not told["text"]
    ] == []


def test_what_every_employee_may_is_explained(known):
    """Nothing for portal users; for employees what is written down with its reason."""
    found = {
        (name, deed, group)
        for name, deeds in known["rights"].items()
        for deed, groups in deeds.items()
        for group in groups
        if group in EVERYBODY
    } | {
        (name, method, group)
        for name, methods in known["methods"].items()
        for method, told in methods.items()
        for group in told["may"]
        if group in EVERYBODY
    }
    assert {pair for *pair, group in map(list, found) if group == EVERYBODY[1]} == set()
    assert {(n, d) for n, d, _group in found} == set(EMPLOYEES)


def test_a_method_that_is_open_to_the_blind_is_explained_and_writes_nothing(known):
    blind = {
        (name, method): outcome
        for name, methods in known["methods"].items()
        for method, told in methods.items()
        for outcome in told["blind"].values()
        if outcome != SCREEN
    }
    assert [key for key, outcome in blind.items() if "writes" in outcome] == []
    assert set(blind) == set(BLIND)
