"""P27: an import that changes a month whose invoices are posted (kibe 1.6, 6.6)."""

import json
from pathlib import Path

import pytest

from devtools import database

from ..databases import cloned

ADDONS = ["daycare_billing", "kibe_import"]
SCRIPT = Path(__file__).with_name("invoiced_month.py")


@pytest.fixture(scope="module")
def scene():
    """What was seen, see `invoiced_month.py`."""
    with cloned("together") as name:
        output = database.script(name, SCRIPT.read_text(encoding="utf-8"))
    [line] = [line for line in output.splitlines() if line.startswith("SCENE ")]
    return json.loads(line.removeprefix("SCENE "))


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
