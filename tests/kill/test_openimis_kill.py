"""kill -9 of a real Odoo all along a pull: nothing missing or double."""

import pytest

from ..databases import cloned
from .common import assert_killed_all_along, run_victim

ADDONS = ["openimis_fhir"]
MOST_STEPS = 200
CLAIMS = 13
POLICIES = 9


@pytest.fixture(scope="module")
def reports():
    """What each step left."""
    with cloned("kill-openimis") as name:
        return run_victim("openimis_victim.py", name, MOST_STEPS)


def test_it_was_killed_until_one_run_came_through(reports):
    assert_killed_all_along(reports, more_than=25)


def test_a_job_that_had_started_was_found_running(reports):
    assert {"running", "done"} <= {report["found"] for report in reports}


def test_nothing_is_missing_or_double(reports):
    for report in reports:
        assert report["claims"] == report["rows"] == CLAIMS, report
        assert report["lines"] == 2 * CLAIMS, report
        assert report["bills"] == 5, report


def test_what_waited_is_written_by_whoever_goes_on(reports):
    """Premiums of policies that FHIR's pages hid come in the same pull."""
    for report in reports:
        assert report["policies"] == report["premiums"] == POLICIES, report
        assert report["waiting"] == 0, report


def test_every_job_ends_and_pulling_again_changes_nothing(reports):
    for report in reports:
        assert report["state"] == "done", report
        assert report["marks"], report
        assert report["changed"] == 0, report
