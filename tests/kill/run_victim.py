"""Real Odoo processes that work on jobs at the same time, or die of them.

Run with Odoo's Python: run_victim.py CONFIG DATABASE. One JSON object a scene.
"""

import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import worker  # noqa: E402

from odoo import SUPERUSER_ID, api  # noqa: E402
from odoo.exceptions import UserError  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402

JOB, ATOMIC = "exchange.victim.job", "exchange.victim.atomic"
SHARED = "exchange.victim.shared"
ADMIN = 2
NAMES = ["Ann", "Bob", "Cid", "Dan"]


def main():
    """Play the scenes."""
    conf, database = sys.argv[1:]
    worker.load(conf, database)
    import run_jobs  # models can only be defined once Odoo's own are loaded

    run_jobs.add(Registry(database))
    worker.call(database, open_to_users)
    for scene in (double_click, watch, cancel, take_over, poison):
        worker.report({"scene": scene.__name__, **scene(database)})
    for scene in (two_lanes, one_lane):
        with tempfile.TemporaryDirectory() as folder:
            report = scene(database, Path(folder, "dawn"))
        worker.report({"scene": scene.__name__, **report})
    for scene in (together, together_cancelled, together_killed, together_poisoned):
        worker.report({"scene": scene.__name__, **scene(database)})
    for scene in (stale, snapshot):
        worker.report({"scene": scene.__name__, **worker.call(database, scene)})


# === SCENES OF SEVERAL WORKERS ===


def double_click(database):
    """Two requests run the same job at once."""
    job = worker.call(database, create, JOB, "Twice", {"seconds": 0.1})
    workers = [worker.start(database, run, JOB, job) for _click in range(2)]
    answers = [worker.finish(each) for each in workers]
    return {"answers": answers, **worker.call(database, describe, JOB, job)}


def watch(database):
    """Somebody looks at a job that does everything in one transaction."""
    job = worker.call(database, create, ATOMIC, "Watch", {"seconds": 0.2})
    busy = worker.start(database, run, ATOMIC, job)
    seen = worker.call(database, wait_for_progress, ATOMIC, job)
    worker.finish(busy)
    return {"seen": seen, **worker.call(database, describe, ATOMIC, job)}


def cancel(database):
    """Somebody cancels a job that does everything in one transaction."""
    job = worker.call(database, create, ATOMIC, "Cancel", {"seconds": 0.2})
    busy = worker.start(database, run, ATOMIC, job)
    worker.call(database, wait_for_progress, ATOMIC, job)
    worker.call(database, press_cancel, ATOMIC, job)
    worker.finish(busy)
    return worker.call(database, describe, ATOMIC, job)


def take_over(database):
    """The server dies in the middle of a job, and the cron goes on."""
    job = worker.call(database, create, JOB, "Dies", {"kill_at": "Dies Bob"})
    killed = worker.call(database, run, JOB, job) is None
    left = worker.call(database, describe, JOB, job)
    worker.call(database, mend, JOB, job)
    worker.call(database, work)
    return {"killed": killed, "left": left, **worker.call(database, describe, JOB, job)}


def poison(database):
    """A job kills each server that works on it; another one waits behind it."""
    job = worker.call(database, create, JOB, "Poison", {"kill_at": "Poison Bob"})
    worker.call(database, run, JOB, job)
    other = worker.call(database, create, ATOMIC, "Behind", {})
    worker.call(database, leave_running, ATOMIC, other)
    kills = 0
    while worker.call(database, work) is None:
        kills += 1
    behind = worker.call(database, describe, ATOMIC, other)
    found = worker.call(database, describe, JOB, job)
    return {"kills": kills, "behind": behind["state"], **found}


def two_lanes(database, dawn):
    """While a job of the night is busy, a person starts another job."""
    night, busy = start_night(database, dawn, "Busy")
    day = worker.call(database, queue, ATOMIC, "Beside", {}, ADMIN)
    worker.call(database, lane, 1)
    meanwhile = [
        worker.call(database, describe, *job) for job in ((JOB, night), (ATOMIC, day))
    ]
    dawn.touch()
    worker.finish(busy)
    return {"meanwhile": meanwhile, **worker.call(database, describe, JOB, night)}


def one_lane(database, dawn):
    """The same, where the only lane is taken by the job of the night."""
    night, busy = start_night(database, dawn, "Gives")
    day = worker.call(database, queue, ATOMIC, "Passes", {}, ADMIN)
    dawn.touch()
    worker.finish(busy)
    meanwhile = [
        worker.call(database, describe, *job) for job in ((JOB, night), (ATOMIC, day))
    ]
    worker.call(database, lane, 0)
    return {"meanwhile": meanwhile, **worker.call(database, describe, JOB, night)}


def start_night(database, dawn, prefix):
    """Let the first lane work on a job that gets no further before `dawn` exists."""
    night = worker.call(database, queue, JOB, prefix, {"until": str(dawn)})
    busy = worker.start(database, lane_of, 0, JOB, night)
    worker.call(database, wait_until_taken, JOB, night)
    return night, busy


# === SCENES OF WORKERS THAT SHARE ONE JOB ===

MANY = [str(number) for number in range(40)]
SLOW = {"seconds": 0.02}


def together(database):
    """Both lanes work on one job."""
    job = worker.call(database, queue, SHARED, "Both", SLOW, ADMIN, MANY)
    both_lanes(database)
    worker.call(database, lane, 0)  # where both had too little time
    return worker.call(database, describe_shared, job)


def together_cancelled(database):
    """Somebody cancels a job that both lanes are at."""
    job = worker.call(database, queue, SHARED, "Stop", {"seconds": 0.1}, ADMIN, MANY)
    busy = [worker.start(database, lane, number) for number in range(2)]
    worker.call(database, wait_for_progress, SHARED, job)
    worker.call(database, press_cancel, SHARED, job)
    for each in busy:
        worker.finish(each)
    return worker.call(database, describe_shared, job)


def together_killed(database):
    """One of both servers dies; the other one does what it has left."""
    wish = {**SLOW, "kill_at": "Half 9"}
    job = worker.call(database, queue, SHARED, "Half", wish, ADMIN, MANY)
    busy = [worker.start(database, lane, number) for number in range(2)]
    dead = wait_for_death(busy)
    worker.call(database, mend, SHARED, job)
    for each in busy:
        worker.finish(each)
    worker.call(database, lane, 0)  # where the other one had too little time
    return {"dead": dead, **worker.call(database, describe_shared, job)}


def together_poisoned(database):
    """A part of a job kills each server that works on it."""
    wish = {"kill_at": "Toxic 9"}
    job = worker.call(database, queue, SHARED, "Toxic", wish, ADMIN, MANY)
    kills = 0
    while deaths := both_lanes(database):
        kills += deaths
    return {"kills": kills, **worker.call(database, describe_shared, job)}


def both_lanes(database):
    """Let both lanes do what there is at the same time; return how many died."""
    busy = [worker.start(database, lane, number) for number in range(2)]
    return [worker.finish(each) for each in busy].count(None)


def wait_for_death(busy):
    """Wait until one of some workers is killed."""
    run_jobs = sys.modules["run_jobs"]
    flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return run_jobs.wait_for(
        lambda: any(os.waitid(os.P_PID, child, flags) for child, _pipe in busy)
    )


def describe_shared(env, job_id):
    """Return what there is of a job that several workers have shared."""
    job = env[SHARED].browse(job_id)
    partners = env["res.partner"].search([("name", "in", job.wish["names"])])
    return {
        "state": job.state,
        "finished": job.finished,
        "partners": len(partners),
        "different": len(set(partners.mapped("name"))),
        "workers": len(set(partners.mapped("ref"))),
        "counted": job.counters["partner"]["done"],
        "progress": [job.progress_done, job.progress_total],
        "texts": job.exchange_message_ids.mapped("text"),
        "rows": env["exchange.worker"].search_count([]),
    }


# === SCENES OF ONE WORKER ===


def stale(env):
    """A worker whose transaction began before another one did the whole job."""
    job = env[JOB].browse(create(env, JOB, "Stale", {}))
    leave_running(env, JOB, job.id)
    assert job.state == "running"  # from here on this transaction sees old data
    with env.registry.cursor() as cr:
        api.Environment(cr, env.uid, {})["exchange.chunk"]._cron_work()
    job._work_in_background()
    return describe(env, JOB, job.id)


def snapshot(env):
    """Who keeps PostgreSQL from cleaning up, while a job holds its lock?"""
    job = env[JOB].browse(create(env, JOB, "Snapshot", {}))
    with job._job_lock():
        env.cr.commit()  # as between two chunks
        env.cr.execute(
            """
            SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
                   AND backend_xmin IS NOT NULL
            """
        )
        return {"holders": env.cr.fetchone()[0]}


# === WHAT WORKERS DO ===


def open_to_users(env):
    """Let every user start the jobs."""
    for model in (JOB, ATOMIC, SHARED):
        env["ir.model.access"].create(
            {
                "name": model,
                "model_id": env["ir.model"]._get_id(model),
                "group_id": env.ref("base.group_user").id,
                "perm_read": True,
                "perm_write": True,
            }
        )
    env.cr.commit()


def create(env, model, prefix, wish, names=NAMES):
    """Create a job of some partners; return its id."""
    names = [f"{prefix} {name}" for name in names]
    job = env[model].create({"wish": {"names": names, **wish}})
    env.cr.commit()
    return job.id


def run(env, model, job_id):
    """Run a job; return its state, or the refusal."""
    job = env[model].browse(job_id)
    try:
        job.action_run()
    except UserError as error:
        env.cr.rollback()
        return str(error)
    return job.state


def leave_running(env, model, job_id):
    """Start a job and do nothing of it, as a queue does."""
    job = env[model].browse(job_id)
    job.action_plan()
    job._start()


def queue(env, model, prefix, wish, uid=SUPERUSER_ID, names=NAMES):
    """Create a job and let it wait for a lane; return its id."""
    job = env[model].browse(create(env, model, prefix, wish, names)).with_user(uid)
    job.action_plan()
    job._start()
    job._queue_up()
    return job.id


def lane(env, number):
    """Let the scheduler run one of its lanes."""
    # Odoo passes over a scheduled action once whose servers died three times in a row,
    # and this trigger of its knows no words for that; the next minute begins anew.
    with suppress(TypeError):
        env["exchange.chunk"]._lanes()[number].method_direct_trigger()
    return True


def lane_of(env, number, model, job_id):
    """Let the scheduler run one of its lanes, until it has found a job.

    Locks of the worker before may outlive it by a moment: a lane that finds all taken
    comes again.
    """
    job = env[model].browse(job_id)

    def found():
        lane(env, number)
        env.cr.rollback()
        return job.progress_done or job.state in ("done", "partial")

    assert sys.modules["run_jobs"].wait_for(found)
    return True


def wait_until_taken(env, model, job_id):
    """Wait until a lane works on a job."""
    run_jobs = sys.modules["run_jobs"]
    job = env[model].browse(job_id)
    assert run_jobs.wait_for(lambda: not job._is_idle())


def work(env):
    """Do what the cron does."""
    env["exchange.chunk"]._cron_work()
    return True


def wait_for_progress(env, model, job_id):
    """Wait until a job gets on; return what others see of it then."""
    deadline = time.monotonic() + 30
    job = env[model].browse(job_id)
    while not job.progress_done and time.monotonic() < deadline:
        time.sleep(0.02)
        env.cr.rollback()
    return {"done": job.progress_done, **describe(env, model, job_id)}


def press_cancel(env, model, job_id):
    """Press the button."""
    return env[model].browse(job_id).action_cancel()


def mend(env, model, job_id):
    """Take out what kills the server."""
    job = env[model].browse(job_id)
    job.wish = {"names": job.wish["names"]}


def describe(env, model, job_id):
    """Return what there is of a job and its partners."""
    job = env[model].browse(job_id)
    found = env["res.partner"].search([("name", "in", job.wish["names"])])
    return {
        "state": job.state,
        "partners": sorted(name.split()[1] for name in found.mapped("name")),
        "texts": job.exchange_message_ids.mapped("text"),
    }


main()
