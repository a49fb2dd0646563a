"""kill -9 of a real Odoo at every step of an export, then resume: nothing lost, nothing
twice (spec 9.2). And some at random, of the recoveries too; many of them with

    SOFI_RANDOM_KILLS=100 ./dev test tests/kill/test_sofi_kill.py -k random
"""

import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from ..databases import cloned
from .common import assert_killed_all_along, run_victim

sys.path.insert(0, str(Path(__file__).parents[1] / "simulators" / "sofi"))

from sofi_simulator import Simulator, generate  # noqa: E402

ADDONS = ["sofi_primmo"]
CHARGES = 401  # three batches
MOST_STEPS = 120
ROUNDS = int(os.environ.get("SOFI_RANDOM_KILLS", "6"))
SEED = int(os.environ.get("SOFI_RANDOM_SEED", "19"))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """(lines the victim printed, simulator, folder of all residences)."""
    root = tmp_path_factory.mktemp("sofi")
    residences = {
        f"k{step}": generate.residence(f"k{step}", CHARGES)
        for step in range(1, MOST_STEPS + 1)
    }
    residences["race"] = generate.residence("race", CHARGES)
    with cloned("kill-sofi") as name:
        simulator = Simulator(fixture=residences).start()
        try:
            arguments = simulator.url, root, MOST_STEPS
            lines = run_victim("sofi_victim.py", name, *arguments)
            yield lines, simulator, root
        finally:
            simulator.close()


@pytest.fixture(scope="module")
def reports(outcome):
    """What each step left: (report, simulator's residence, folder)."""
    lines, simulator, root = outcome
    return [
        (line, simulator.residence(f"k{line['step']}"), root / f"k{line['step']}")
        for line in lines
        if "step" in line
    ]


def test_every_step_was_killed_until_one_run_came_through(reports):
    steps = [report for report, _residence, _folder in reports]
    assert_killed_all_along(steps, more_than=20)


def test_every_run_ends_well(reports):
    for report, _residence, _folder in reports:
        assert report["state"] == "done", report
        number = len(report.get("names", "x"))  # of residences
        assert (report["files"], report["lines"]) == (number, number * CHARGES), report
        assert report["archived"] == number * CHARGES, report


def test_every_charge_is_in_exactly_one_file(reports):
    for report, _residence, folder in reports:
        (file,) = folder.iterdir()
        assert file.suffix == ".csv", report
        ids = Counter(line.split(b",")[6] for line in file.read_bytes().splitlines())
        assert (len(ids), set(ids.values())) == (CHARGES, {1}), report


def test_every_charge_is_archived_exactly_once(reports):
    for report, residence, _folder in reports:
        times = residence.archived_times
        assert (len(times), set(times.values())) == (CHARGES, {1}), report


def test_two_runs_at_once_export_every_charge_once(outcome):
    lines, simulator, root = outcome
    [race] = [line for line in lines if "race" in line]
    times = simulator.residence("race").archived_times
    assert (len(times), set(times.values())) == (CHARGES, {1}), race
    assert sum(report["archived"] for report in race["reports"]) == CHARGES, race
    assert any(found.get("state") == "done" for found in race["race"]), race
    exported = [file for file in (root / "race").iterdir() if file.stat().st_size]
    assert [file.suffix for file in exported] == [".csv"], race


@pytest.fixture(scope="module")
def random_reports(tmp_path_factory):
    """What each round of random kills left, as `reports`, a residence each."""
    root = tmp_path_factory.mktemp("sofi-random")
    names = [f"k{number}{x}" for number in range(-1, ROUNDS + 1) for x in "abc"]
    residences = {name: generate.residence(name, CHARGES) for name in names}
    with cloned("kill-sofi-random") as name:
        simulator = Simulator(fixture=residences).start()
        try:
            arguments = simulator.url, root, ROUNDS, SEED
            lines = run_victim("sofi_victim.py", name, *arguments)
        finally:
            simulator.close()
        yield [
            (line, simulator.residence(name), root / name)
            for line in lines
            for name in line["names"]
        ]


def test_random_kills_lose_nothing_and_double_nothing(random_reports):
    rounds = [report for report, _residence, _folder in random_reports]
    assert len({report["step"] for report in rounds}) == ROUNDS
    assert {len(report["names"]) for report in rounds if report["kills"]} == {1, 3}
    test_every_run_ends_well(random_reports)
    test_every_charge_is_in_exactly_one_file(random_reports)
    test_every_charge_is_archived_exactly_once(random_reports)
