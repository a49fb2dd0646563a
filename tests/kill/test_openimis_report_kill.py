"""kill -9 of a real Odoo while it tells openIMIS of a payment: told exactly once."""

import pytest

from ..databases import cloned
from .common import assert_killed_all_along, run_victim

ADDONS = ["openimis_fhir"]
MOST_STEPS = 80


@pytest.fixture(scope="module")
def reports():
    """What each step left."""
    with cloned("kill-report") as name:
        return run_victim("openimis_report_victim.py", name, MOST_STEPS)


def test_it_was_killed_until_one_run_came_through(reports):
    assert_killed_all_along(reports, more_than=15)


def test_it_was_killed_before_it_had_an_intention_after_it_and_when_all_was_said(
    reports,
):
    assert {"none", "queued", "sent", "confirmed"} <= {r["found"] for r in reports}


def test_openimis_has_one_notice_of_each_payment(reports):
    for report in reports:
        assert report["notices"] == 1, report
        assert report["amounts"] == [610.0], report
        assert report["there"] == 2, report


def test_it_is_known_here_once_and_which_one_it_is(reports):
    for report in reports:
        assert (report["reports"], report["state"]) == (1, "confirmed"), report
        assert report["same"], report
