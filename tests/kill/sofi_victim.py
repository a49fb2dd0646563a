"""A real Odoo process that exports, is killed at a chosen step, and resumes.

Run with Odoo's Python: sofi_victim.py CONFIG DATABASE SIMULATOR_URL ROOT STEPS [SEED].
For each step number a residence of its own is exported by a forked worker, as Odoo's
own server forks its workers; the worker is killed with SIGKILL at that step. A second
worker does what the server does after a restart. One JSON object a step is printed.

With a seed, STEPS is a number of rounds: in each, the worker and those that go on after
it are killed at random, at any statement of the database, request or touch of a file.
In every second round three residences are exported at once, and none waits for the
answers to another.
"""

import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import worker  # noqa: E402

from odoo import SUPERUSER_ID  # noqa: E402
from odoo.exceptions import UserError  # noqa: E402
from odoo.sql_db import Cursor  # noqa: E402

KEY, SECRET = "BENC0000BBBB1111CCCC", "benchbenchbenchbenchbenchbenchbenchbench"


def main():
    """Go through the steps."""
    conf, database, url, root, steps, *seed = sys.argv[1:]
    worker.load(conf, database)
    if seed:
        kill_at_random(database, url, root, int(steps), int(seed[0]))
        return
    race(database, url, root)
    worker.kill_all_along(
        database,
        range(1, int(steps) + 1),
        lambda env, step: prepare(env, url, root, f"k{step}"),
        export,
        resume,
        describe,
    )


def kill_at_random(database, url, root, rounds, seed):
    """Kill exports and their recoveries anywhere; say what came out of each."""
    most = {}
    for number in range(-1, rounds + 1):
        names = [f"k{number}{letter}" for letter in ("a", "abc")[number % 2]]
        subject = worker.call(database, prepare, url, root, *names)
        if number < 1:
            most[number % 2] = worker.call(database, go_on_armed, subject, 0)
            continue
        dice = random.Random(seed + number)
        last = most[number % 2]
        steps = [dice.randint(1, last) for _time in range(dice.randint(1, 3))]
        killed = sum(
            worker.call(database, go_on_armed, subject, step) is None for step in steps
        )
        worker.call(database, resume, subject)
        outcome = worker.call(database, describe, subject)
        told = {"step": number, "names": names, "kills": killed, "at": steps}
        worker.report({**told, **outcome})


def go_on_armed(env, run_id, step):
    """Start the export or go on with it; die at the step-th thing of any kind."""
    output = sys.modules["odoo.addons.sofi_primmo.core.output_directory"]
    transport = sys.modules["odoo.addons.sofi_primmo.core.transport"].Transport
    sys.modules["odoo.addons.sofi_primmo.core.read_ahead"].PATIENCE = 0
    files = ("write_new", "rename", "replace", "remove", "sync", "holds")
    passed = worker.arm(
        step,
        (Cursor, "execute"),
        (Cursor, "commit"),
        (transport, "_once"),
        *((output, name) for name in files),
    )
    worker.go_on_with(env["sofi.export"].browse(run_id))
    return passed()


def race(database, url, root):
    """Let two workers run two exports of one residence at once; say what came out."""
    run = worker.call(database, prepare, url, root, "race")
    runs = run, worker.call(database, prepare_rival, run)
    workers = [worker.start(database, compete, each) for each in runs]
    outcomes = [worker.finish(each) for each in workers]
    reports = [worker.call(database, describe, each) for each in runs]
    worker.report({"race": outcomes, "reports": reports})


def prepare(env, url, root, *names):
    """Create residences and a run that has not started; return the run's id."""
    env["ir.config_parameter"].set_param("sofi_primmo.output_root", root)
    for name in names:
        Path(root, name).mkdir()
    residences = env["sofi.residence"].create(
        [
            {
                "name": name,
                "url": f"{url}/{name}",
                "api_access_key": KEY,
                "api_secret": SECRET,
                "output_directory": name,
                "log_directory": "log",
            }
            for name in names
        ]
    )
    values = {"residence_ids": [(6, 0, residences.ids)], "user_id": SUPERUSER_ID}
    return env["sofi.export"].create(values).id


def prepare_rival(env, run_id):
    """Create a second run over the same residence; return its id."""
    return env["sofi.export"].browse(run_id).copy().id


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
    """Run the export; die before or after the step-th thing that leaves a trace."""
    core = "odoo.addons.sofi_primmo.core."
    output = sys.modules[core + "output_directory"]
    export_model = env.registry["sofi.export"]
    worker.arm(
        step,
        (output, "write_new"),
        (output, "rename"),
        (output, "replace"),
        (output, "remove"),
        (output, "sync"),
        (sys.modules[core + "transport"].Transport, "_once"),
        (export_model, "_commit"),
        (export_model, "_write_journal"),
    )
    run = env["sofi.export"].browse(run_id)
    run.action_run()
    return run.state


def resume(env, run_id):
    """Go on with the export after the restart; return the state it was found in."""
    return worker.go_on_with(env["sofi.export"].browse(run_id))


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
