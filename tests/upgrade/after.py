"""The same jobs after the upgrade: what is found, and what comes of those not over.

Run with Odoo's Python: after.py CONFIG DATABASE REPORTS, what `before.py` printed of
jobs as a JSON list. One JSON object a job is printed.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[0] = str(HERE.parents[1] / "kill")
sys.path.insert(0, str(HERE.parents[2]))
sys.path.append(str(HERE.parent))

import before  # noqa: E402
import worker  # noqa: E402


def main():
    """Look at each job, then go on with those that are not over."""
    conf, database, reports = sys.argv[1:]
    worker.load(conf, database)
    import every_kind  # noqa: F401  used by what workers do

    jobs = json.loads(reports)
    found = [look(database, job) for job in jobs]
    for job in jobs:
        worker.call(database, GOES_ON[job["fate"]], job["kind"], job["id"])
    for job, was in zip(jobs, found, strict=True):
        told = {"kind": job["kind"], "fate": job["fate"]}
        worker.report({**told, "found": was, "then": look(database, job)})


def look(database, job):
    """Return what there is of a job now."""
    code = f"{job['kind']}-{job['fate']}"
    return worker.call(database, describe, job["kind"], job["id"], code)


def describe(env, kind, job, code):
    """Return what there is of a job, and what its history says of it."""
    document = before.find(env, kind, job)
    history = env["exchange.job"].search(
        [("res_model", "=", document._name), ("res_id", "=", job)]
    )
    current = history.filtered("is_current")
    return {
        **before.describe(env, kind, job, code),
        "is_current": current == document.sudo().job_id,
        "job": [current.state, (current.counters or {}) == (document.counters or {})],
        "of_job": current.message_ids.filtered("active").mapped("text"),
    }


def stay(env, kind, job):
    """Nothing is left to do."""


def run(env, kind, job):
    """Do what was only looked at."""
    before.find(env, kind, job).with_context(exchange_inline=True).action_run()


def resume(env, kind, job):
    """Press the button of what failed in part."""
    before.find(env, kind, job).with_context(exchange_inline=True).action_resume()


def lanes(env, kind, job):
    """Let the scheduler find what was interrupted."""
    for _turn in range(3):
        for lane in env["exchange.chunk"]._lanes():
            lane.method_direct_trigger()


GOES_ON = {
    "done": stay,
    "cancelled": stay,
    "planned": run,
    "partial": resume,
    "half": lanes,
}

if __name__ == "__main__":
    main()
