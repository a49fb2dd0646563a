"""kill -9 of a real Odoo at every step of *Apply*: nobody is in SOFI twice, although
this SOFI forgets the keys of requests (spec 6.1, 9.2)."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from ..databases import cloned
from .common import assert_killed_all_along, run_victim

sys.path.insert(0, str(Path(__file__).parents[1] / "simulators" / "sofi"))

from sofi_simulator import Simulator, generate  # noqa: E402

ADDONS = ["sofi_primmo"]
TENANTS = 4
MOST_STEPS = 80


@pytest.fixture(scope="module")
def reports():
    """What each step left: (report, simulator's residence)."""
    names = [f"k{step}" for step in range(1, MOST_STEPS + 1)]
    residences = {name: _residence(name) for name in names}
    with cloned("kill-sofi-sync") as database:
        simulator = Simulator(fixture=residences).start()
        try:
            for name in names:
                simulator.residence(name).keeps_keys = False
            arguments = database, simulator.url, MOST_STEPS
            lines = run_victim("sofi_sync_victim.py", *arguments)
            yield [(line, simulator.residence(f"k{line['step']}")) for line in lines]
        finally:
            simulator.close()


def _residence(name):
    fixture = generate.residence(name, 0)
    fixture["users"] = [{**fixture["users"][0]}]
    fixture["users"][0]["rights"] = ["admin:view", "bill:view", "general:view"]
    fixture["users"][0]["rights"].append("general:edit")
    fixture["accommodation_types"] = [{"id": "1", "name_fr": "Autonome", "position": 1}]
    return fixture


def test_every_step_was_killed_until_one_apply_came_through(reports):
    assert_killed_all_along([report for report, _residence in reports], more_than=20)


def test_every_apply_ends_well(reports):
    for report, _residence in reports:
        assert report["state"] == "done", report
        assert report["lines"] == ["done"] * TENANTS, report
        assert report["linked"] == TENANTS, report


def test_everybody_is_in_sofi_exactly_once(reports):
    for report, residence in reports:
        ids = Counter(row["external_id"] for row in residence.data["residents"])
        assert (len(ids), set(ids.values())) == (TENANTS, {1}), report
