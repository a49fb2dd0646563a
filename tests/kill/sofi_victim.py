"""A real Odoo process that exports, is killed at a chosen step, and resumes.

Run with Odoo's Python: sofi_victim.py CONFIG DATABASE SIMULATOR_URL ROOT STEPS. For
each step number a residence of its own is exported by a forked worker, as Odoo's own
server forks its workers; the worker is killed with SIGKILL at that step. A second
worker does what the server does after a restart. One JSON object a step is printed.
"""

import itertools
import json
import os
import signal
import sys
import traceback
from pathlib import Path

import odoo
from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config

KEY, SECRET = "BENC0000BBBB1111CCCC", "benchbenchbenchbenchbenchbenchbenchbench"


def main():
    """Go through the steps."""
    conf, database, url, root, steps = sys.argv[1:]
    config.parse_config(["-c", conf, "-d", database, "--no-http"])
    Registry(database)
    race(database, url, root)
    for step in range(1, int(steps) + 1):
        run_id = in_worker(database, prepare, url, root, f"k{step}")["run_id"]
        killed = in_worker(database, export, run_id, step) is None
        resumed = in_worker(database, resume, run_id)
        report = in_worker(database, describe, run_id)
        print(
            json.dumps({"step": step, "killed": killed, **resumed, **report}),
            flush=True,
        )
        if not killed:
            return


def race(database, url, root):
    """Let two workers run two exports of one residence at once; print what came out."""
    name = "race"
    run_id = in_worker(database, prepare, url, root, name)["run_id"]
    other_id = in_worker(database, prepare_rival, run_id)["run_id"]
    workers = [start_worker(database, compete, run) for run in (run_id, other_id)]
    outcomes = [finish_worker(*worker) for worker in workers]
    reports = [in_worker(database, describe, run) for run in (run_id, other_id)]
    print(json.dumps({"race": outcomes, "reports": reports}), flush=True)


def in_worker(database, function, *arguments):
    """Run a function in a forked worker; its result, or None when it was killed."""
    return finish_worker(*start_worker(database, function, *arguments))


def start_worker(database, function, *arguments):
    """Fork a worker that runs a function; (its process id, the pipe it answers on)."""
    odoo.sql_db.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        os._exit(_work(database, writing, function, arguments))
    os.close(writing)
    return child, reading


def finish_worker(child, reading):
    """Wait for a worker and return its result, or None when it was killed."""
    with os.fdopen(reading) as stream:
        answer = stream.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None
    if os.WEXITSTATUS(status):
        raise RuntimeError(answer)
    return json.loads(answer)


def _work(database, writing, function, arguments):
    code = 0
    try:
        with Registry(database).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            answer = json.dumps(function(env, *arguments))
    except Exception:
        answer, code = traceback.format_exc(), 1
    with os.fdopen(writing, "w") as stream:
        stream.write(answer)
    return code


def prepare(env, url, root, name):
    """Create a residence and a run that has not started."""
    env["ir.config_parameter"].set_param("sofi_primmo.output_root", root)
    folder = Path(root, name)
    folder.mkdir()
    residence = env["sofi.residence"].create(
        {
            "name": name,
            "url": f"{url}/{name}",
            "api_access_key": KEY,
            "api_secret": SECRET,
            "output_directory": name,
            "log_directory": "log",
        }
    )
    values = {"residence_ids": [(6, 0, residence.ids)], "user_id": SUPERUSER_ID}
    return {"run_id": env["sofi.export"].create(values).id}


def prepare_rival(env, run_id):
    """Create a second run over the same residence."""
    return {"run_id": env["sofi.export"].browse(run_id).copy().id}


def compete(env, run_id):
    """Run the export; a refusal in words is a good outcome for one of two."""
    run = env["sofi.export"].browse(run_id)
    try:
        run.action_run()
    except UserError as error:
        env.cr.rollback()
        return {"refused": str(error)}
    return {"state": run.state}


def export(env, run_id, step):
    """Run the export in a process that dies at the step-th boundary."""
    arm(env, step)
    run = env["sofi.export"].browse(run_id)
    run.action_run()
    return {"state": run.state}


def arm(env, step):
    """Kill this process before or after something that leaves a trace."""
    addon = "odoo.addons.sofi_primmo.core."
    output = sys.modules[addon + "output_directory"]
    transport = sys.modules[addon + "transport"]
    counter = itertools.count(1)

    def tick():
        if next(counter) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(owner, name):
        original = getattr(owner, name)

        def wrapped(*args, **kwargs):
            tick()
            result = original(*args, **kwargs)
            tick()
            return result

        setattr(owner, name, wrapped)

    for name in ("write_new", "rename", "replace"):
        wrap(output, name)
    wrap(transport.Transport, "_once")
    wrap(env.registry["sofi.export"], "_commit")
    wrap(env.registry["sofi.export"], "_write_journal")


def resume(env, run_id):
    """Do what happens after a restart: the cron, or the person's button."""
    run = env["sofi.export"].browse(run_id)
    found = run.state
    if found == "running":
        env["exchange.chunk"]._cron_work()
    elif found in ("draft", "planned"):
        run.action_run()
    elif found != "done":
        run.action_resume()
    return {"found": found}


def describe(env, run_id):
    """Return what the run left in the database."""
    run = env["sofi.export"].browse(run_id)
    lines = run.line_ids.filtered("file_id")
    return {
        "state": run.state,
        "log": run.log_text,
        "files": len(run.file_ids),
        "lines": len(lines),
        "archived": len(lines.filtered(lambda line: line.state == "archived")),
    }


main()
