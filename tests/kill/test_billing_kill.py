"""kill -9 of a real Odoo at every step of a closing, then on: each claim once."""

import pytest

from ..databases import cloned
from .common import assert_killed_all_along, run_victim

ADDONS = ["openimis_payable"]
MOST_STEPS = 60
CLAIMS = 15
TOTAL = 15 * 80.0


@pytest.fixture(scope="module")
def reports():
    """What each step left, and last what two closings at once left."""
    with cloned("kill-billing") as name:
        return run_victim("billing_victim.py", name, MOST_STEPS)


def test_every_step_was_killed_until_one_run_came_through(reports):
    steps = [report for report in reports if "step" in report]
    assert_killed_all_along(steps, more_than=12)


def test_a_job_that_had_started_was_found_running(reports):
    """The accountant sees what happened; the cron goes on without being asked."""
    found = {report["found"] for report in reports if "step" in report}
    expected = {"draft", "running", "done"}
    assert expected <= found <= expected | {"planned"}


def test_every_claim_is_billed_exactly_once(reports):
    for report in reports:
        if "each" in report:
            continue
        assert report["billed_claims"] == CLAIMS, report
        assert report["links"], report
        assert report["total"] == TOTAL, report


def test_one_bill_a_facility_whatever_was_killed(reports):
    assert {report["bills"] for report in reports if "step" in report} == {5}
    assert {tuple(r["final"]) for r in reports if "step" in r} == {("done",)}


def test_two_workers_bill_what_one_does_each_claim_once(reports):
    for name, killed in (("shared", 0), ("shared_killed", 1)):
        [report] = [report for report in reports if name in report]
        assert report["killed"] == killed
        assert not report["different"]
        assert (report["final"], report["bills"], report["links"]) == (
            ["done"],
            20,
            True,
        )
        assert report["billed_claims"] == 60
        assert report["counters"]["account.move"]["create"] == 20
        assert report["progress"] == [60, 60]
