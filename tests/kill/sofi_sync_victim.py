"""A real Odoo process that applies a synchronization, is killed, and goes on.

Run with Odoo's Python: sofi_sync_victim.py CONFIG DATABASE SIMULATOR_URL STEPS. Each
step has a residence of its own with new tenants; see `sofi_victim.py`.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import worker  # noqa: E402

from odoo import SUPERUSER_ID  # noqa: E402

KEY, SECRET = "BENC0000BBBB1111CCCC", "benchbenchbenchbenchbenchbenchbenchbench"
TENANTS = 4


def main():
    """Go through the steps."""
    conf, database, url, steps = sys.argv[1:]
    worker.load(conf, database)
    worker.kill_all_along(
        database,
        range(1, int(steps) + 1),
        lambda env, step: prepare(env, url, f"k{step}"),
        apply,
        go_on,
        describe,
    )


def prepare(env, url, name):
    """Create a residence, its tenants and a preview; return the preview's id."""
    residence = env["sofi.residence"].create(
        {
            "name": name,
            "url": f"{url}/{name}",
            "api_access_key": KEY,
            "api_secret": SECRET,
            "write_to_sofi": True,
        }
    )
    env["primmo.tenant"].create(
        [
            {
                "residence_id": residence.id,
                "external_id": f"T{number}",
                "last_name": f"Nouveau{'ABCD'[number]}",
                "first_name": "Jean",
                "sex": "M",
                "birth_date": f"1938-04-0{number + 1}",
                "language": "Fr",
                "accepted": False,
            }
            for number in range(TENANTS)
        ]
    )
    values = {"residence_ids": [(6, 0, residence.ids)], "user_id": SUPERUSER_ID}
    sync = env["sofi.sync"].create(values)
    sync.action_plan()
    return sync.id


def apply(env, sync_id, step):
    """Apply; die before or after the step-th thing that leaves a trace."""
    transport = sys.modules["odoo.addons.sofi_primmo.core.transport"]
    worker.arm(
        step,
        (transport.Transport, "_once"),
        (env.registry["sofi.sync"], "_commit"),
    )
    sync = env["sofi.sync"].browse(sync_id)
    sync.action_run()
    return sync.state


def go_on(env, sync_id):
    """Go on after the restart; return the state the synchronization was found in."""
    return worker.go_on_with(env["sofi.sync"].browse(sync_id))


def describe(env, sync_id):
    """Return what the synchronization left in the database."""
    sync = env["sofi.sync"].browse(sync_id)
    return {
        "state": sync.state,
        "lines": sync.line_ids.mapped("state"),
        "linked": len(sync.line_ids.tenant_id.resident_id),
        "log": sync.exchange_message_ids.mapped("text"),
    }


main()
