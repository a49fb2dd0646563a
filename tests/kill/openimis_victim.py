"""A real Odoo process that pulls from openIMIS, is killed at a step, and goes on.

Run with Odoo's Python: openimis_victim.py CONFIG DATABASE STEPS. One JSON object a step
is printed. The simulated openIMIS runs in this process; the workers are forked from it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

import worker  # noqa: E402

from tests.simulators.openimis import OpenimisServer, Store  # noqa: E402
from tests.simulators.openimis.server import LOGIN  # noqa: E402

CLAIMS = 13
BILLS = 5
#: policies of one moment: FHIR's pages hide some, their premiums wait for them
POLICIES = 9
PAGE = 5
#: a page has eight boundaries: with three all kinds of them come up
STRIDE = 3
PRODUCT = "BCUL0001"


def main():
    """Go through the steps, each with a connection of a company of its own."""
    conf, database, steps = sys.argv[1:]
    worker.load(conf, database)
    with OpenimisServer(fill(Store())) as server:
        worker.kill_all_along(
            database,
            range(1, int(steps) + 1, STRIDE),
            lambda env, step: prepare(env, server.url, step),
            pull,
            go_on,
            describe,
        )


def fill(store):
    """An area, a facility, a product, policies with premiums, claims and bills."""
    store.add_location(1)
    facility = store.add_facility(1)
    store.add_product(1, PRODUCT)
    patient = store.add_patient(1)
    policy = store.add_policy(1, PRODUCT)
    for number in range(2, POLICIES + 1):
        store.add_policy(number, PRODUCT)
    moment = store.now()
    for key, row in store.rows["Coverage"].items():
        if key != policy:  # claims find theirs at once
            row.updated = moment
    for number in range(CLAIMS):
        store.add_claim(number, facility, policy, patient)
    for number in range(BILLS):
        store.add_bill(number, facility)
    return store


def prepare(env, url, step):
    """Create a company with a connection; return the connection's id."""
    company = env["res.company"].create(
        {"name": f"Scheme {step}", "currency_id": env.ref("base.USD").id}
    )
    connection = env["openimis.connection"].create(
        {
            "name": f"Connection {step}",
            "company_id": company.id,
            "url": url,
            "internal": True,
            "login": LOGIN[0],
            "password": LOGIN[1],
            "currency_id": env.ref("base.USD").id,
            "rate": 10**6,
            "page_size": PAGE,
            "transport": "fhir",
        }
    )
    return connection.id


def pull(env, connection_id, step=None):
    """Pull everything; die at the step-th boundary."""
    connection = env["openimis.connection"].browse(connection_id)
    connection = connection.with_context(
        allowed_company_ids=connection.company_id.ids, exchange_inline=True
    )
    if step:
        registry = env.registry
        worker.arm(
            step,
            (registry["openimis.pull"], "_commit"),
            (registry["openimis.pull"], "_take"),
            (registry["openimis.pull"], "_make_plan"),
            (registry["openimis.pull"], "_finish"),
            (registry["openimis.writer"], "_store"),
            (registry["openimis.writer"], "_remember"),
        )
    connection.action_pull()
    return connection.last_pull_id.state


def go_on(env, connection_id):
    """Go on with the pull after the restart; return the state it was found in."""
    connection = env["openimis.connection"].browse(connection_id)
    connection = connection.with_context(
        allowed_company_ids=connection.company_id.ids, exchange_inline=True
    )
    if not connection.last_pull_id:
        connection.action_pull()
        return "none"
    return worker.go_on_with(connection.last_pull_id)


def describe(env, connection_id):
    """Return what has come in, and whether pulling again changes anything."""
    connection = env["openimis.connection"].browse(connection_id)
    company = connection.company_id
    env = env(context={"allowed_company_ids": company.ids, "exchange_inline": True})
    connection = connection.with_env(env)
    mine = [("company_id", "=", company.id)]
    claims = env["openimis.claim"].search(mine)
    outcome = {
        "state": connection.last_pull_id.state,
        "claims": len(set(claims.mapped("openimis_uuid"))),
        "rows": len(claims),
        "lines": len(claims.line_ids),
        "policies": env["openimis.policy"].search_count(mine),
        "premiums": env["openimis.premium"].search_count(mine),
        "waiting": env["openimis.pull.waiting"].search_count(
            [("pull_id", "=", connection.last_pull_id.id)]
        ),
        "bills": env["openimis.remote.bill"].search_count(mine),
        "known": env["openimis.remote.record"].search_count(mine),
        "marks": all(
            kind.date_since for kind in connection.kind_ids if kind.kind == "claim"
        ),
    }
    again = env["openimis.pull"].create(
        {"connection_id": connection.id, "company_id": company.id, "full": True}
    )
    again.action_run()
    rows = again.counters.values()
    outcome["changed"] = sum(r.get("create", 0) + r.get("update", 0) for r in rows)
    return outcome


main()
