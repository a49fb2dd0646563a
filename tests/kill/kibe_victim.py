"""A real Odoo process that imports, is killed at a chosen step, and goes on.

Run with Odoo's Python: kibe_victim.py CONFIG DATABASE STEPS. For every fifth step a
company of its own gets the sample delivery, which waits to be read as a big one does;
the worker that reads and imports it is killed there. One JSON object a step is printed.
"""

import base64
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(Path(__file__).parent))

import worker  # noqa: E402

SAMPLES = ROOT / "addons" / "kibe_import" / "tests" / "samples"
GRID = (
    (1, 6.5, 7.5),
    (2, 7.5, 9),
    (3, 9, 11),
    (4, 12.5, 14.5),
    (5, 14.5, 16.5),
    (6, 16.5, 18.5),
)
MODELS = (
    "daycare.guardian",
    "daycare.child",
    "daycare.child.guardian",
    "daycare.income",
    "daycare.billing.data",
    "daycare.sector",
    "daycare.sector.line",
)


def main():
    """Go through the steps."""
    conf, database, steps = sys.argv[1:]
    worker.load(conf, database)
    worker.kill_all_along(
        database, range(1, int(steps) + 1, 5), prepare, work, go_on, describe
    )


def prepare(env, step):
    """Create a company and queue a delivery of it; return the import's id."""
    company = env["res.company"].create({"name": f"Crèche {step}"})
    env = env(context={"allowed_company_ids": company.ids})
    department = env["daycare.department"].create({"code": "PRE", "name": "Pre"})
    env["daycare.group"].create(
        {
            "code": "NUR1",
            "name": "Nurserie",
            "department_id": department.id,
            "slot_ids": [
                (0, 0, {"number": n, "hour_from": begin, "hour_to": end})
                for n, begin, end in GRID
            ],
        }
    )
    run = env["kibe.import"].create(
        {
            "archive": base64.b64encode((SAMPLES / "kibe_sample.zip").read_bytes()),
            "archive_name": "kibe_sample.zip",
            "date_journal": "2021-01-01",
            "operation": "create",
        }
    )
    background = "odoo.addons.kibe_import.models.kibe_import_background"
    sys.modules[background].READ_AT_ONCE = 0
    run.with_context(exchange_background=True).action_run()
    assert run.to_plan
    return run.id


def find(env, run_id):
    """Return an import with its company as the only one."""
    run = env["kibe.import"].browse(run_id)
    return run.with_context(allowed_company_ids=run.company_id.ids)


def work(env, run_id, step):
    """Read, plan and import in the background; die at the step-th boundary."""
    model = env.registry["kibe.import"]
    names = ("_commit", "_load_base", "_store_lines", "_make_plan", "_execute", "_end")
    worker.arm(step, *((model, name) for name in names))
    run = find(env, run_id)
    run._work_in_background()
    return run.state


def go_on(env, run_id):
    """Go on with the import after the restart; return the state it was found in."""
    return worker.go_on_with(find(env, run_id))


def describe(env, run_id):
    """Return what the import left."""
    run = find(env, run_id)
    company = [("company_id", "=", run.company_id.id)]
    return {
        "state": run.state,
        "counts": [run.env[model].search_count(company) for model in MODELS],
        "lines": len(run.line_ids),
        "messages": len(run.exchange_message_ids),
        "linked": sum(bool(line.res_id) for line in run.line_ids),
    }


main()
