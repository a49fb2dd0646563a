"""Two real Odoo processes that calculate and invoice one month, one of which may die.

Run with Odoo's Python: daycare_victim.py CONFIG DATABASE. One JSON object a turn.
"""

import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

import worker  # noqa: E402

CHILDREN = 40
YEAR = 2021
#: (workers, the step at which the first one dies)
TURNS = ((1, None), (2, None), (2, 5))


def main():
    """Bill the same month anew, with one worker and with two."""
    conf, database = sys.argv[1:]
    worker.load(conf, database)
    models = "odoo.addons.%s.models."
    preview = models % "account_billing_run" + "account_billing_run_preview"
    calculation = models % "daycare_billing" + "daycare_billing_run_calculation"
    sys.modules[preview].CHUNK_MOVES = 3
    sys.modules[calculation].CHUNK_CHILDREN = 4
    run = worker.call(database, prepare)
    for workers, deadly in TURNS:
        killed = [
            bill(database, run, phase, workers, deadly)
            for phase in ("compute", "invoice")
        ]
        worker.report({"killed": killed, **worker.call(database, describe, run)})
        worker.call(database, discard, run)


def bill(database, run, phase, workers, deadly):
    """Let some workers do one phase; return how many were killed."""
    worker.call(database, queue, run, phase)
    busy = [
        worker.start(database, lane, number, deadly if not number else None)
        for number in range(workers)
    ]
    killed = [worker.finish(each) for each in busy].count(None)
    worker.call(database, lane, 0, None)
    return killed


def prepare(env):
    """Create children and the month that bills them; return its id."""
    from tests.bench import bench_daycare_billing

    env = in_company(env)
    group = bench_daycare_billing._structure(env)
    bench_daycare_billing._children(env, group, CHILDREN, YEAR)
    month = date(YEAR, 3, 1)
    vals = {"month": month, "invoice_date": month, "with_corrections": False}
    return env["daycare.billing.run"].create(vals).id


def discard(env, run_id):
    """Delete what a month came to."""
    in_company(env)["daycare.billing.run"].browse(run_id).action_discard()


def in_company(env):
    """Return the environment of the Swiss company of the demonstration."""
    company = env.ref("base.demo_company_ch")
    env.user.company_ids = [(4, company.id)]
    return env(context={"allowed_company_ids": company.ids, "tracking_disable": True})


def queue(env, run_id, phase):
    """Let the scheduler do a phase."""
    run = in_company(env)["daycare.billing.run"].browse(run_id)
    run._begin(phase)
    run.action_plan()
    run._start()
    run._queue_up()


def lane(env, number, deadly):
    """Let the scheduler run one of its lanes, maybe to its death."""
    if deadly:
        model = env.registry["daycare.billing.run"]
        worker.arm(deadly, (model, "_commit"), (model, "_execute"))
    env["exchange.chunk"]._lanes()[number].method_direct_trigger()
    return True


def describe(env, run_id):
    """Return what a month came to, without what two months never share."""
    run = in_company(env)["daycare.billing.run"].browse(run_id)
    lines = run.billing_line_ids
    return {
        "state": [run.state, run.stage],
        "counters": run.counters,
        "lines": sorted([x.child_id.firstname, x.amount] for x in lines),
        "invoices": sorted(
            [m.partner_id.name, m.amount_total, len(m.line_ids), m.name]
            for m in run.move_ids
        ),
    }


main()
