"""One behaviour, two engines: lanes of Odoo's scheduler, and OCA's queue_job.

Two real servers of two workers each. What is measured is said by `pytest -s`; what must
hold does not depend on how busy the machine is. With all other tests it is the lanes
alone that are tried; `ENGINES=lanes,queue` tries both.
"""

import os
import time

import pytest

from devtools import database, odoo_source, templates

from .servers import Servers, configure

ADDONS = ["exchange_run"]
NEEDED = {"lanes": {"exchange_run"}, "queue": {"exchange_run_queue"}}
VICTIM = "exchange.victim"
ENGINES = os.environ.get("ENGINES", "lanes").split(",")


@pytest.fixture(scope="module", params=ENGINES)
def servers(request, tmp_path_factory):
    """Two servers that work by one of the engines."""
    conf = configure(tmp_path_factory.mktemp("engines"))
    name = f"kill-engines-{os.getpid()}"
    wanted = NEEDED[request.param]
    templates.clone(templates.layer(odoo_source.locate(), wanted), name)
    try:
        database.install(name, ["exchange_victim"], odoo_config=conf)
        with Servers(name, request.param, conf) as running:
            yield running
    finally:
        database.drop(name)


def create(servers, **values):
    """Create a job; return its id."""
    [job] = servers.call(VICTIM, "create", [values])
    return job


def start(servers, night=False, **values):
    """Create a job and let it begin; return its id."""
    job = create(servers, **values)
    servers.call(VICTIM, "action_run_at_night" if night else "action_run", [job])
    return job


def state(servers, job):
    [(found,)] = servers.read("SELECT state FROM exchange_victim WHERE id = %s", job)
    return found


def marks(servers, job):
    """Return the parts of a job that are done, as often as they are."""
    query = "SELECT number FROM exchange_victim_mark WHERE run_id = %s ORDER BY 1"
    return [number for (number,) in servers.read(query, job)]


def ends(servers, job):
    """Wait until a job is over; return how it ended."""
    servers.wait_for(lambda: state(servers, job) != "running")
    return state(servers, job)


def begins(servers, job):
    """Wait until a part of a job is done; return the seconds that took."""
    begin = time.monotonic()
    assert servers.wait_for(lambda: marks(servers, job))
    return time.monotonic() - begin


@pytest.mark.parametrize("is_shared", [False, True])
def test_every_part_is_done_once(servers, is_shared):
    job = start(servers, size=40, is_shared=is_shared, seconds=0.05)
    assert ends(servers, job) == "done"
    assert marks(servers, job) == list(range(40))
    [job] = servers.call(VICTIM, "read", [job], ["counters", "progress_done"])
    assert (job["counters"], job["progress_done"]) == ({"part": {"done": 40}}, 40)


def test_several_workers_share_a_job(servers):
    job = start(servers, size=60, is_shared=True, seconds=0.2)
    assert ends(servers, job) == "done"
    query = "SELECT count(DISTINCT pid) FROM exchange_victim_mark WHERE run_id = %s"
    assert servers.read(query, job)[0][0] == 2


def test_a_person_does_not_wait_for_the_night(servers):
    nights = [start(servers, night=True, size=400, seconds=0.1) for _job in range(3)]
    begins(servers, nights[0])
    job = start(servers, size=5)
    print(f"begins after {begins(servers, job):.1f} s")
    assert ends(servers, job) == "done"
    assert {state(servers, night) for night in nights} == {"running"}
    for night in nights:
        servers.call(VICTIM, "action_cancel", [night])
        assert ends(servers, night) == "cancelled"


def test_a_job_that_several_share_does_not_make_another_wait(servers):
    long = start(servers, size=400, seconds=0.1, is_shared=True)
    begins(servers, long)
    job = start(servers, size=5)
    print(f"begins after {begins(servers, job):.1f} s")
    assert ends(servers, job) == "done"
    assert state(servers, long) == "running"
    servers.call(VICTIM, "action_cancel", [long])
    assert ends(servers, long) == "cancelled"


@pytest.mark.parametrize("is_shared", [False, True])
def test_cancel_is_heard_and_what_is_left_can_be_looked_up(servers, is_shared):
    job = start(servers, size=400, seconds=0.1, is_shared=is_shared)
    begins(servers, job)
    servers.call(VICTIM, "action_cancel", [job], at=1)
    assert ends(servers, job) == "cancelled"
    assert 0 < len(marks(servers, job)) < 400
    assert len(set(marks(servers, job))) == len(marks(servers, job))


@pytest.mark.parametrize("is_shared", [False, True])
def test_what_a_killed_worker_was_at_is_taken_over(servers, is_shared):
    job = start(servers, size=60, seconds=0.2, is_shared=is_shared)
    begins(servers, job)
    query = "SELECT pid FROM exchange_victim_mark WHERE run_id = %s LIMIT 1"
    [(pid,)] = servers.read(query, job)
    servers.kill(pid)
    begin = time.monotonic()
    assert ends(servers, job) == "done"
    print(f"over {time.monotonic() - begin:.0f} s after the kill")
    assert marks(servers, job) == list(range(60))


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_part_that_kills_its_workers_harms_nobody_else(servers, is_shared):
    job = start(servers, size=8, poison=3, is_shared=is_shared)
    other = start(servers, size=8)
    assert ends(servers, other) == "done"
    servers.wait_for(lambda: look_again(servers) or state(servers, job) != "running")
    assert 3 not in marks(servers, job)
    if is_shared:
        assert state(servers, job) == "partial"
        assert len(marks(servers, job)) == 7
    else:
        assert state(servers, job) == "failed"
    query = "SELECT text FROM exchange_message WHERE run_model = %s AND run_id = %s"
    assert "stopped 5 times" in servers.read(query, VICTIM, job)[0][0]


def look_again(servers):
    """Let whoever looks for what died look now, not within the minute."""
    servers.read("SELECT pg_notify('queue_job', 'look again')")
    time.sleep(1)
