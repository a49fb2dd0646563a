"""kill -9 of a real Odoo while it reads, plans and imports: all of it, once."""

import pytest

from ..databases import cloned
from .common import assert_killed_all_along, run_victim

ADDONS = ["kibe_import"]
MOST_STEPS = 90
# guardians, children, links, incomes, billing data, placements, weekly presences
EXPECTED = [4, 2, 3, 3, 2, 1, 4]


@pytest.fixture(scope="module")
def reports():
    """What each step left."""
    with cloned("kill-kibe") as name:
        return run_victim("kibe_victim.py", name, MOST_STEPS)


def test_every_step_was_killed_until_one_run_came_through(reports):
    assert_killed_all_along(reports, more_than=4)


def test_it_was_killed_while_reading_and_while_writing(reports):
    assert {report["found"] for report in reports} == {"running", "done"}


def test_every_record_is_there_once(reports):
    for report in reports:
        assert (report["state"], report["counts"]) == ("done", EXPECTED), report


def test_preview_and_messages_are_there_once(reports):
    assert len({(r["lines"], r["messages"], r["linked"]) for r in reports}) == 1
    assert reports[0]["linked"] == 15
