"""kill -9 of a real Odoo at every step of a closing, then on: each claim once."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from devtools import database, paths, templates

ADDONS = ["openimis_payable"]
MOST_STEPS = 60
CLAIMS = 15
TOTAL = 15 * 80.0
VICTIM = Path(__file__).with_name("billing_victim.py")


@pytest.fixture(scope="module")
def reports():
    """What each step left, and last what two closings at once left."""
    template = os.environ.get("PAYABLES_TEMPLATE")
    if not template:
        pytest.skip("kill tests are run by ./dev test, which prepares a database")
    name = f"kill-billing-{os.getpid()}"
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


def test_every_step_was_killed_until_one_run_came_through(reports):
    killed = [report["killed"] for report in reports if "step" in report]
    assert len(killed) > 12
    assert all(killed[:-1])
    assert not killed[-1]


def test_a_job_that_had_started_was_found_running(reports):
    """The accountant sees what happened; the cron goes on without being asked."""
    found = {report["found"] for report in reports if "step" in report}
    expected = {"draft", "running", "done"}
    assert expected <= found <= expected | {"planned"}


def test_every_claim_is_billed_exactly_once(reports):
    for report in reports:
        assert report["billed_claims"] == CLAIMS, report
        assert report["links"], report
        assert report["total"] == TOTAL, report


def test_one_bill_a_facility_whatever_was_killed(reports):
    assert {report["bills"] for report in reports if "step" in report} == {5}
    assert {tuple(r["final"]) for r in reports if "step" in r} == {("done",)}
