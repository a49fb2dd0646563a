"""A real Odoo that delivers to a server, is killed at a chosen step, and resumes.

Run with Odoo's Python: sofi_delivery_victim.py CONFIG DATABASE SIMULATOR_URL STORAGE
STEPS, STORAGE being JSON: the values of the storage. As sofi_victim.py, otherwise.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import worker  # noqa: E402

from odoo import SUPERUSER_ID  # noqa: E402

KEY, SECRET = "BENC0000BBBB1111CCCC", "benchbenchbenchbenchbenchbenchbenchbench"


def main():
    """Go through the steps."""
    conf, database, url, storage, steps = sys.argv[1:]
    worker.load(conf, database)
    storage_id = worker.call(database, make_storage, json.loads(storage))
    worker.kill_all_along(
        database,
        range(1, int(steps) + 1),
        lambda env, step: prepare(env, url, storage_id, f"k{step}"),
        export,
        lambda env, run_id: worker.go_on_with(env["sofi.export"].browse(run_id)),
        describe,
    )


def make_storage(env, values):
    """Create the storage; return its id."""
    return env["fs.storage"].create(values).id


def prepare(env, url, storage_id, name):
    """Create a residence and a run that has not started; return the run's id."""
    residence = env["sofi.residence"].create(
        {
            "name": name,
            "url": f"{url}/{name}",
            "api_access_key": KEY,
            "api_secret": SECRET,
            "storage_id": storage_id,
            "output_directory": name,
            "create_output_directory": True,
        }
    )
    values = {"residence_ids": [(6, 0, residence.ids)], "user_id": SUPERUSER_ID}
    return env["sofi.export"].create(values).id


def export(env, run_id, step):
    """Run the export; die before or after the step-th thing that leaves a trace."""
    core = "odoo.addons.sofi_primmo_storage.core."
    places = (
        sys.modules[core + "sftp"].Sftp,
        sys.modules[core + "s3"].S3,
    )
    worker.arm(
        step,
        *((place, name) for place in places for name in ("write_new", "rename")),
        *((place, name) for place in places for name in ("replace", "remove", "fetch")),
        (sys.modules["odoo.addons.sofi_primmo.core.transport"].Transport, "_once"),
        (env.registry["sofi.export"], "_commit"),
        (env.registry["sofi.export"], "_write_journal"),
    )
    run = env["sofi.export"].browse(run_id)
    run.action_run()
    return run.state


def describe(env, run_id):
    """Return what the run left in the database."""
    run = env["sofi.export"].browse(run_id)
    codes = run.exchange_message_ids.mapped("code")
    return {
        "state": run.state,
        "log": run.log_text,
        "asked": "taken_unseen" in codes,
        "proved": bool(run.file_ids.date_proved),
        "archived": len(run.line_ids.filtered(lambda line: line.state == "archived")),
    }


main()
