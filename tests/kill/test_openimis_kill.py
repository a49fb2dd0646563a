"""kill -9 of a real Odoo all along a pull: nothing missing or double."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from devtools import database, paths, templates

ADDONS = ["openimis_fhir"]
MOST_STEPS = 200
CLAIMS = 13
VICTIM = Path(__file__).with_name("openimis_victim.py")


@pytest.fixture(scope="module")
def reports():
    """What each step left."""
    template = os.environ.get("PAYABLES_TEMPLATE")
    if not template:
        pytest.skip("kill tests are run by ./dev test, which prepares a database")
    name = f"kill-openimis-{os.getpid()}"
    templates.clone(template, name)
    command = [paths.VENV_PYTHON, VICTIM, paths.CONFIG, name, MOST_STEPS]
    try:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=False
        )
        assert not done.returncode, done.stderr[-4000:]
        yield [json.loads(x) for x in done.stdout.splitlines() if x.startswith("{")]
    finally:
        database.drop(name)


def test_it_was_killed_until_one_run_came_through(reports):
    killed = [report["killed"] for report in reports]
    assert len(killed) > 25
    assert all(killed[:-1])
    assert not killed[-1]


def test_a_job_that_had_started_was_found_running(reports):
    assert {"running", "done"} <= {report["found"] for report in reports}


def test_nothing_is_missing_or_double(reports):
    for report in reports:
        assert report["claims"] == report["rows"] == CLAIMS, report
        assert report["lines"] == 2 * CLAIMS, report
        assert report["valuated"] == CLAIMS * 150.0, report
        assert report["bills"] == 5, report


def test_every_job_ends_and_pulling_again_changes_nothing(reports):
    for report in reports:
        assert report["state"] == "done", report
        assert report["marks"], report
        assert report["changed"] == 0, report
