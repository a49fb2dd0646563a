"""A month by two real workers, one of whom is killed: what one worker makes of it."""

import pytest

from ..databases import cloned
from .common import run_victim

ADDONS = ["daycare_billing"]


@pytest.fixture(scope="module")
def turns():
    """What one worker made of a month, then two, then two of whom one was killed."""
    with cloned("kill-daycare") as name:
        return run_victim("daycare_victim.py", name)


def test_a_worker_was_killed_calculating_and_invoicing(turns):
    assert [turn.pop("killed") for turn in turns] == [[0, 0], [0, 0], [1, 1]]


def test_two_workers_bill_what_one_bills(turns):
    one, two, survivor = turns
    assert one["state"] == ["done", "invoiced"]
    assert len(one["lines"]) >= 40
    assert one["invoices"]
    assert {**two, "killed": 0} == {**one, "killed": 0}
    assert {**survivor, "killed": 0} == {**one, "killed": 0}
