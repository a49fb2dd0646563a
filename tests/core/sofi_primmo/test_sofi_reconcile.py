"""Asking SOFI afterwards about charges that were exported (spec 9.2)."""

from decimal import Decimal

import pytest
from sofi_primmo_core import reconcile
from sofi_primmo_core.exceptions import SofiAuthError

START, END = "2025-11-01T00:00:00Z", "2025-12-01T00:00:00Z"


@pytest.fixture
def residence(simulator):
    return simulator.residence("erables")


@pytest.fixture
def client(connect):
    return connect()


def test_archived_ones_come_with_the_list(client, residence):
    residence.set_status("900001", "archived")
    before = dict(residence.requests)
    found = reconcile.ask(client, {"900001": 1}, START, END)
    assert found == {"900001": ("archived", Decimal("24.00"))}
    assert sum(residence.requests.values()) - sum(before.values()) == 1


def test_others_are_asked_for_one_by_one(client):
    assert reconcile.ask(client, ["900001", "nowhere"], START, END) == {
        "900001": ("accepted", Decimal("24.00")),
        "nowhere": (None, Decimal(0)),
    }


def test_archived_outside_the_period_is_found_all_the_same(client, residence):
    residence.set_status("900001", "archived")
    found = reconcile.ask(client, {"900001"}, END, "2026-01-01T00:00:00Z")
    assert found["900001"][0] == "archived"


@pytest.mark.parametrize("amount", [None, "", "twelve", "NaN", [1]])
def test_amount_that_is_none_differs_from_every_amount(client, residence, amount):
    residence.charges["900001"]["amount"] = amount
    found = reconcile.ask(client, {"900001"}, START, END)
    assert found["900001"] == ("accepted", Decimal(0))


def test_refusal_is_the_callers(client, residence):
    residence.data["users"][0]["rights"] = []
    with pytest.raises(SofiAuthError):
        reconcile.ask(client, {"900001"}, START, END)
