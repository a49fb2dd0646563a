"""A real Odoo process that closes claims, is killed at a chosen step, and goes on.

Run with Odoo's Python: billing_victim.py CONFIG DATABASE STEPS. One JSON object a step
is printed, then one for two closings at the same time.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import worker  # noqa: E402

FACILITIES = 5
CLAIMS = 3  # a facility
DAY = "2026-01-10"
PERIOD = {
    "date_from": "2026-01-01",
    "date_to": "2026-01-31",
    "invoice_date": "2026-01-31",
}


def main():
    """Go through the steps, each with a product of its own."""
    conf, database, steps = sys.argv[1:]
    worker.load(conf, database)
    company = worker.call(database, create_company)
    worker.kill_all_along(
        database,
        range(1, int(steps) + 1),
        lambda env, step: prepare(env, company, f"K{step}"),
        close,
        go_on,
        describe,
    )
    worker.report({"together": True, **together(database, company)})
    for name, deadly in (("shared", None), ("shared_killed", 5)):
        worker.report({name: True, **shared(database, company, name, deadly)})


def shared(database, company, code, deadly):
    """Close twice the same, with one worker and with two of whom one may die.

    :param int deadly: the step at which the first one is killed, or None
    """
    outcomes = []
    for suffix, count in (("one", 1), ("two", 2)):
        closing = worker.call(database, queue, company, f"{code} {suffix}")
        busy = [
            worker.start(database, lane, number, deadly if count == 2 else None)
            for number in range(count)
        ]
        states = [worker.finish(each) for each in busy]
        worker.call(database, lane, 0)
        outcome = worker.call(database, describe, closing)
        outcomes.append({**outcome, **worker.call(database, describe_bills, closing)})
    one, two = outcomes
    different = {key: [one[key], two[key]] for key in one if one[key] != two[key]}
    return {"different": different, "killed": states.count(None), **two}


def queue(env, company_id, code):
    """Create a closing of many facilities, to be closed by the scheduler."""
    closing = find_closing(env, prepare(env, company_id, code, facilities=20))
    closing.action_plan()
    closing._start()
    closing._queue_up()
    return closing.id


def lane(env, number, deadly=None):
    """Let the scheduler run one of its lanes, the first one to its death."""
    if deadly and not number:
        worker.arm(
            deadly,
            (env.registry["openimis.closing"], "_commit"),
            (env.registry["account.move"], "_billing_create"),
        )
    env["exchange.chunk"]._lanes()[number].method_direct_trigger()
    return True


def describe_bills(env, closing_id):
    """Return each bill of a closing, without what two bills never share."""
    closing = find_closing(env, closing_id)
    counters = closing.counters
    counters["openimis.claim"].pop("skip")  # those of other closings' products
    return {
        "counters": counters,
        "progress": [closing.progress_done, closing.progress_total],
        "messages": closing.exchange_message_ids.mapped("text"),
        "each": sorted(
            [
                int(move.partner_id.openimis_code.split("-")[-1]),
                move.name,
                str(move.date),
                move.amount_total,
                len(move.line_ids),
                len(move.openimis_line_ids),
                len(move.billing_link_ids),
                len(move.message_ids),
            ]
            for move in closing.move_ids
        ),
    }


def together(database, company):
    """Run two closings of the same claims at once, without the lock of their kind."""
    first = worker.call(database, prepare, company, "Together")
    second = worker.call(database, prepare_second, first)
    workers = [
        worker.start(database, close, first),
        worker.start(database, close_as_other_kind, second),
    ]
    states = [worker.finish(each) for each in workers]
    return {"states": states, **worker.call(database, describe, first)}


def create_company(env):
    """Create a company with accounts; return its id."""
    company = env["res.company"].create(
        {"name": "Scheme", "country_id": env.ref("base.us").id}
    )
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    return company.id


def prepare(env, company_id, code, facilities=FACILITIES):
    """Create a product with claims, and a closing of them; return the closing's id."""
    company = env["res.company"].browse(company_id)
    env = env(context={"allowed_company_ids": company.ids, "tracking_disable": True})
    product = env["openimis.product"].create(
        {"code": code, "name": f"Product {code}", "company_id": company.id}
    )
    partners = env["res.partner"].create(
        [
            {
                "name": f"Facility {code} {number}",
                "is_company": True,
                "openimis_is_facility": True,
                "openimis_code": f"{code}-{number}",
                "openimis_level": "C",
                "company_id": company.id,
            }
            for number in range(facilities)
        ]
    )
    env["openimis.claim"].create(
        [
            claim_vals(company, product, facility, number)
            for facility in partners
            for number in range(CLAIMS)
        ]
    )
    return new_closing(env, product).id


def claim_vals(company, product, facility, number):
    """Return the values of a valuated claim of one service."""
    service = {
        "code": "S1",
        "qty_provided": 1,
        "price_asked": 100,
        "price_valuated": 80,
    }
    return {
        "code": f"{facility.openimis_code}-{number}",
        "company_id": company.id,
        "health_facility_id": facility.id,
        "product_id": product.id,
        "date_from": DAY,
        "date_to": DAY,
        "status": "16",
        "line_ids": [(0, 0, service)],
    }


def prepare_second(env, closing_id):
    """Create and preview another closing of the same claims."""
    product = env["openimis.closing"].browse(closing_id).product_ids
    env = env(context={"allowed_company_ids": product.company_id.ids})
    closing = new_closing(env, product)
    closing.action_plan()
    return closing.id


def new_closing(env, product):
    """Create a closing of a product's January."""
    return env["openimis.closing"].create(
        {
            "company_id": product.company_id.id,
            "user_id": env.uid,
            "product_ids": [(6, 0, product.ids)],
            **PERIOD,
        }
    )


def close(env, closing_id, step=None):
    """Generate the bills, in chunks of two; die at the step-th boundary."""
    closing = find_closing(env, closing_id)
    if step:
        registry = env.registry
        worker.arm(
            step,
            (registry["openimis.closing"], "_commit"),
            (registry["openimis.closing"], "_billing_link"),
            (registry["openimis.closing"], "_make_plan"),
            (registry["account.move"], "_billing_create"),
        )
    closing.action_run()
    return closing.state


def find_closing(env, closing_id):
    """Return a closing with its company as the only one, working in chunks of two."""
    models = "odoo.addons.account_billing_run.models."
    sys.modules[models + "account_billing_run_preview"].CHUNK_MOVES = 2
    closing = env["openimis.closing"].browse(closing_id)
    return closing.with_context(allowed_company_ids=closing.company_id.ids)


def close_as_other_kind(env, closing_id):
    """The same without the lock that jobs of one kind share: the database must do."""
    env.registry["openimis.closing"]._exchange_kind = "another kind"
    return close(env, closing_id)


def go_on(env, closing_id):
    """Go on with the closing after the restart; return the state it was found in."""
    return worker.go_on_with(find_closing(env, closing_id))


def describe(env, closing_id):
    """Return what is billed of a closing's product."""
    product = env["openimis.closing"].browse(closing_id).product_ids
    env = env(context={"allowed_company_ids": product.company_id.ids})
    claims = env["openimis.claim"].search([("product_id", "=", product.id)])
    links = env["account.billing.link"].search(
        [
            ("res_model", "=", "openimis.claim"),
            ("res_id", "in", claims.ids),
            ("state", "=", "active"),
        ]
    )
    closings = env["openimis.closing"].search([("product_ids", "in", product.ids)])
    bills = closings.move_ids
    return {
        "final": sorted(set(closings.mapped("state"))),
        "billed_claims": len(claims.filtered(lambda c: c.billing_state == "billed")),
        "links": sorted(links.mapped("res_id")) == sorted(claims.ids),
        "bills": len(bills),
        "total": sum(bills.mapped("amount_total")),
    }


main()
