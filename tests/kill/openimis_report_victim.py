"""A real Odoo process that tells openIMIS of a payment, is killed, and goes on.

Run with Odoo's Python: openimis_report_victim.py CONFIG DATABASE STEPS. One JSON object
a step is printed. The simulated openIMIS runs in this process and outlives the workers,
which are forked from it: what it was told before a kill stays told.
"""

import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

import worker  # noqa: E402

from tests.simulators.openimis import OpenimisServer, Store  # noqa: E402
from tests.simulators.openimis.server import LOGIN  # noqa: E402

PRODUCT = "BCUL0001"
AMOUNT = 610.0
#: runs of the cron after the kill; each finds the time to wait over
RUNS = 3


def main():
    """Go through the steps, each with a bill of its own that was paid here."""
    conf, database, steps = sys.argv[1:]
    worker.load(conf, database)
    store = Store()
    bills = fill(store, int(steps))
    with OpenimisServer(store) as server:
        connection = worker.call(database, connect, server.url)
        worker.kill_all_along(
            database,
            range(1, int(steps) + 1),
            lambda env, step: pay(env, connection, bills[step]),
            report,
            go_on,
            lambda env, bill: describe(env, bill, store),
        )


def fill(store, steps):
    """A facility and a bill of one line a step; {step: UUID of the bill}."""
    store.add_location(1)
    facility = store.add_facility(1)
    store.add_product(1, PRODUCT)
    return {
        step: store.add_bill(step, facility, amounts=(AMOUNT,))
        for step in range(1, steps + 1)
    }


def connect(env, url):
    """Create a company that can book, pull the bills; return the connection's id."""
    company = env["res.company"].create(
        {"name": "Scheme", "country_id": env.ref("base.us").id}
    )
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    env = env(context={"allowed_company_ids": company.ids, "exchange_inline": True})
    connection = env["openimis.connection"].create(
        {
            "name": "Connection",
            "company_id": company.id,
            "url": url,
            "internal": True,
            "login": LOGIN[0],
            "password": LOGIN[1],
            "currency_id": env.ref("base.USD").id,
            "rate": 10**6,
            "transport": "fhir",
            "retries": 0,
        }
    )
    connection.action_pull()
    # the status of a bill is told by GraphQL alone
    connection.write({"transport": "graphql", "write_back": True})
    return connection.id


def pay(env, connection_id, uuid):
    """Book and pay a bill of openIMIS; return its id."""
    connection = env["openimis.connection"].browse(connection_id)
    env = env(context={"allowed_company_ids": connection.company_id.ids})
    bill = env["openimis.remote.bill"].search([("uuid", "=", uuid)])
    bill.action_create_move()
    bill.move_id.action_post()
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=bill.move_id.ids
    ).create({})._create_payments()
    return bill.id


def report(env, bill_id, step=None):
    """What the cron does; die at the step-th boundary."""
    if step:
        registry = env.registry
        client = sys.modules["odoo.addons.openimis_fhir.core.client"].Client
        worker.arm(
            step,
            (client, "_send"),
            (client, "post"),
            (registry["ir.cron"], "_commit_progress"),
            (registry["openimis.payment.report"], "_note_told"),
            (registry["openimis.payment.report"], "_note_status"),
        )
    env["openimis.payment.report"]._cron_report()
    return True


def go_on(env, bill_id):
    """Let the cron come again, hours later each time; return the state found."""
    reports = env["openimis.payment.report"]
    ours = [("remote_bill_id", "=", bill_id)]
    found = reports.search(ours).state or "none"
    for _run in range(RUNS):
        for each in reports.search([("state", "!=", "confirmed")]):
            step = timedelta(hours=48)
            each.date_next = each.date_next and each.date_next - step
            each.date_sent = each.date_sent and each.date_sent - step
        env.cr.commit()
        reports._cron_report()
    return found


def describe(env, bill_id, store):
    """Return what openIMIS has of the payment, and what we believe it has."""
    bill = env["openimis.remote.bill"].browse(bill_id)
    notices = [
        row.resource
        for row in store.rows["PaymentNotice"].values()
        if bill.uuid in row.resource["request"]["reference"]
    ]
    ours = env["openimis.payment.report"].search([("remote_bill_id", "=", bill_id)])
    return {
        "notices": len(notices),
        "amounts": [float(notice["amount"]["value"]) for notice in notices],
        "there": store.bill_status[bill.uuid],
        "reports": len(ours),
        "state": ours.state,
        "same": [notice["id"] for notice in notices] == ours.mapped("notice_uuid"),
    }


main()
