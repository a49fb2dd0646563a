"""Jobs in several real processes: twice at once, watched, cancelled, killed."""

import pytest

from ..databases import cloned
from .common import run_victim

ADDONS = ["exchange_run"]
ALL = ["Ann", "Bob", "Cid", "Dan"]


@pytest.fixture(scope="module")
def scenes():
    """What each scene left, by its name."""
    with cloned("kill-run") as name:
        reports = run_victim("run_victim.py", name)
    return {report["scene"]: report for report in reports}


def test_a_double_click_does_the_work_once(scenes):
    scene = scenes["double_click"]
    assert (scene["state"], scene["partners"]) == ("done", ALL)
    [refusal] = [answer for answer in scene["answers"] if answer != "done"]
    assert "Another job of this kind is running" in refusal


def test_progress_is_seen_while_nothing_else_is(scenes):
    seen = scenes["watch"]["seen"]
    assert 0 < seen["done"] < len(ALL)
    assert (seen["state"], seen["partners"]) == ("running", [])
    assert (scenes["watch"]["state"], scenes["watch"]["partners"]) == ("done", ALL)


def test_cancel_is_heard_in_the_middle_of_one_transaction(scenes):
    scene = scenes["cancel"]
    assert (scene["state"], scene["partners"]) == ("cancelled", [])


def test_the_cron_goes_on_where_the_server_died(scenes):
    scene = scenes["take_over"]
    assert scene["killed"]
    assert (scene["left"]["state"], scene["left"]["partners"]) == ("running", ["Ann"])
    assert (scene["state"], scene["partners"]) == ("done", ALL)


def test_a_job_that_kills_servers_is_given_up_and_stops_no_other(scenes):
    scene = scenes["poison"]
    assert scene["kills"] == 5
    assert (scene["state"], scene["partners"]) == ("failed", ["Ann"])
    assert "stopped 5 times" in scene["texts"][0]
    assert scene["behind"] == "done"


def test_a_worker_that_comes_late_repeats_nothing(scenes):
    assert (scenes["stale"]["state"], scenes["stale"]["partners"]) == ("done", ALL)


def test_the_lock_does_not_hold_up_the_cleaning_of_the_database(scenes):
    assert scenes["snapshot"]["holders"] == 0


def test_a_person_need_not_wait_for_the_night(scenes):
    night, day = scenes["two_lanes"]["meanwhile"]
    assert (day["state"], day["partners"]) == ("done", ALL)
    assert (night["state"], night["partners"]) == ("running", [])
    assert (scenes["two_lanes"]["state"], scenes["two_lanes"]["partners"]) == (
        "done",
        ALL,
    )


def test_the_night_lets_a_person_pass_where_there_is_one_lane(scenes):
    night, day = scenes["one_lane"]["meanwhile"]
    assert (day["state"], day["partners"]) == ("done", ALL)
    assert (night["state"], night["partners"]) == ("running", ["Ann"])
    assert (scenes["one_lane"]["state"], scenes["one_lane"]["partners"]) == (
        "done",
        ALL,
    )


def test_two_workers_share_one_job(scenes):
    scene = scenes["together"]
    assert scene["workers"] == 2
    assert (scene["state"], scene["finished"]) == ("done", 1)
    assert scene["partners"] == scene["different"] == scene["counted"] == 40
    assert (scene["progress"], scene["texts"], scene["rows"]) == ([40, 40], [], 0)


def test_both_workers_hear_cancel(scenes):
    scene = scenes["together_cancelled"]
    assert (scene["state"], scene["finished"]) == ("cancelled", 0)
    assert 0 < scene["partners"] < 40
    assert scene["partners"] == scene["counted"] == scene["progress"][0]


def test_a_worker_takes_over_the_chunk_of_one_that_was_killed(scenes):
    scene = scenes["together_killed"]
    assert scene["dead"]
    assert (scene["state"], scene["finished"]) == ("done", 1)
    assert scene["partners"] == scene["different"] == scene["counted"] == 40


def test_a_chunk_that_kills_workers_is_given_up_alone(scenes):
    scene = scenes["together_poisoned"]
    assert scene["kills"] == 5
    assert (scene["state"], scene["partners"]) == ("partial", 39)
    assert "stopped 5 times" in scene["texts"][0]
