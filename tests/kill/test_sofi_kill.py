"""kill -9 of a real Odoo at every step of an export, then resume: nothing lost, nothing
twice (spec 9.2)."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from devtools import database, paths, templates

sys.path.insert(0, str(Path(__file__).parents[1] / "simulators" / "sofi"))

from sofi_simulator import Simulator, generate  # noqa: E402

ADDONS = ["sofi_primmo"]
CHARGES = 401  # three batches
MOST_STEPS = 80
VICTIM = Path(__file__).with_name("sofi_victim.py")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """(lines the victim printed, simulator, folder of all residences)."""
    template = os.environ.get("PAYABLES_TEMPLATE")
    if not template:
        pytest.skip("kill tests are run by ./dev test, which prepares a database")
    root = tmp_path_factory.mktemp("sofi")
    name = f"kill-sofi-{os.getpid()}"
    residences = {
        f"k{step}": generate.residence(f"k{step}", CHARGES)
        for step in range(1, MOST_STEPS + 1)
    }
    residences["race"] = generate.residence("race", CHARGES)
    simulator = Simulator(fixture=residences).start()
    templates.clone(template, name)
    try:
        yield _run_victim(name, simulator.url, root), simulator, root
    finally:
        simulator.close()
        database.drop(name)


@pytest.fixture(scope="module")
def reports(outcome):
    """What each step left: (report, simulator's residence, folder)."""
    lines, simulator, root = outcome
    return [
        (line, simulator.residence(f"k{line['step']}"), root / f"k{line['step']}")
        for line in lines
        if "step" in line
    ]


def _run_victim(name, url, root):
    command = [paths.VENV_PYTHON, VICTIM, paths.CONFIG, name, url, root, MOST_STEPS]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]


def test_every_step_was_killed_until_one_run_came_through(reports):
    killed = [report["killed"] for report, _residence, _folder in reports]
    assert len(killed) > 20
    assert all(killed[:-1])
    assert not killed[-1]


def test_every_run_ends_well(reports):
    for report, _residence, _folder in reports:
        assert report["state"] == "done", report
        assert (report["files"], report["lines"]) == (1, CHARGES), report
        assert report["archived"] == CHARGES, report


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
