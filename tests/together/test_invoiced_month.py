"""P27: an import that changes a month whose invoices are posted (kibe 1.6, 6.6)."""

import json
from pathlib import Path

import pytest

from devtools import database

from ..databases import cloned

ADDONS = ["daycare_billing", "kibe_import"]
SCRIPT = Path(__file__).with_name("invoiced_month.py")


@pytest.fixture(scope="module")
def seen():
    """What was seen, see `invoiced_month.py`."""
    with cloned("together") as name:
        output = database.script(name, SCRIPT.read_text(encoding="utf-8"))
    [line] = [line for line in output.splitlines() if line.startswith("SCENE ")]
    return json.loads(line.removeprefix("SCENE "))


@pytest.fixture
def scene(seen):
    return seen["scene"]


def test_every_import_ends(scene):
    assert scene["states"] == {"same": "done", "test": "done", "create": "done"}


def test_the_same_placements_need_no_correction(scene):
    assert scene["findings"]["same"] == []


def test_a_changed_month_is_named_in_the_test_and_in_the_import(scene):
    [[child, severity, text]] = scene["findings"]["test"]
    assert (child, severity) == ("10000", "warning")
    assert "month 03.2021 is already invoiced" in text
    assert scene["findings"]["create"] == scene["findings"]["test"]


def test_posted_invoices_stay(scene):
    [[_name, state, total]] = scene["invoices"]
    assert (state, total) == ("posted", 1110.0)
    assert scene["invoices_after"] == scene["invoices"]


def test_the_next_run_corrects_the_difference(scene):
    """Half of March is taken back: 1110.00 × 8/14 = 634.29 (kibe 6.6)."""
    assert ["correction", "2021-03-01", -475.71] in scene["april"]
    assert ["care", "2021-04-01", 1110.0] in scene["april"]


def test_whatever_is_delivered_in_between_billed_is_due(seen):
    """Days counted from the last delivery, at 92.50: no day twice, none forgotten."""
    for number, story in enumerate(seen["stories"], 1):
        assert set(story["states"]) == {"done"}, number
        assert story["open"] == 0, number
        total = 0
        for child, month, days, amount, due in story["months"]:
            told = f"story {number}, child {child}, {month}"
            assert days == pytest.approx(due, abs=0.001), told
            assert amount == pytest.approx(92.5 * due, abs=0.05), told
            total += 92.5 * due
        assert story["ledger"] == pytest.approx(total, abs=0.05), number


def test_meals_come_from_kibes_own_rows(seen, scene):
    """Mondays and Thursdays: nine of them, and no care is dearer for it."""
    meals = seen["meals"]
    assert meals["state"] == "done"
    assert "P09" not in meals["codes"], "no row is left aside"
    assert (meals["meals"], meals["care"]) == (meals["due"], 1110.0)
    assert meals["due"] == 9 * 8.5
