"""Closing claims of a scheme: preview, grouped and detailed bills, ours beside Odoo's.

What must hold: preview at least 5,000 claims per second, grouped bills at least 2,000,
detailed ones at least 150; the queries of a chunk do not grow with its claims; ten
times the claims take at most eleven times as long.
"""

import resource
from datetime import date

from odoo.fields import Command
from odoo.tools import split_every

from odoo.addons.account_billing_run.bulk import insert_rows

from .fhir_cpu import cpuwatch
from .report import Result, stopwatch

ADDONS = ["openimis_payable"]
FACILITIES = 50
CLAIM_LINES = [
    {"sequence": n, "code": f"S{n}", "qty_provided": n, "price_asked": 12.35}
    for n in (1, 2, 3)
]
#: claims of each month; the first one only fills Odoo's caches
MONTHS = {1: 1000, 2: 10000, 3: 20000, 4: 100000}
DETAILED = 1000
STOCK_LINES = 200


def bench(env):
    """Close some months grouped, one ten times as large, and one in detail."""
    env = env(
        context={**env.context, "exchange_inline": True, "tracking_disable": True}
    )
    product, facilities = _scheme(env)
    seconds = {}
    for month, size in MONTHS.items():
        _claims(env, product, facilities, size, month)
        seconds[size] = yield from _close(env, month, size, "grouped")
    times = seconds[100000] / seconds[10000]
    yield Result("time of 100000 claims to 10000", times, "times")
    _claims(env, product, facilities[:5], DETAILED, 5)
    detailed = yield from _close(env, 5, DETAILED, "detailed")
    with stopwatch() as stock:
        _stock_bill(env, facilities[0])
    ratio = (stock.seconds / STOCK_LINES) / (detailed / DETAILED)
    yield Result("detailed beside Odoo's own create()", ratio, "times")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Result("memory at most", peak, "MB")


def _scheme(env):
    """Return a product and the facilities."""
    product = env["openimis.product"].create({"code": "BENCH", "name": "Bench"})
    facilities = env["res.partner"].create(
        [
            {
                "name": f"Facility {number}",
                "openimis_is_facility": True,
                "openimis_code": f"B{number:03}",
            }
            for number in range(FACILITIES)
        ]
    )
    return product, facilities


def _claims(env, product, facilities, size, month):
    """Write a month of claims of three lines each, past the ORM: it is not measured."""
    day = date(2025, month, 15)
    common = {"company_id": env.company.id, "active": True, "status": "16"}
    dates = {"date_from": day, "billing_date": day, "billing_state": "to_bill"}
    for numbers in split_every(10000, range(size)):
        insert_rows(
            env["openimis.claim"],
            [
                {
                    **common,
                    **dates,
                    "code": f"{month}-{number}",
                    "health_facility_id": facilities[number % len(facilities)].id,
                    "product_id": product.id,
                }
                for number in numbers
            ],
        )
    claims = env["openimis.claim"].search([("billing_date", "=", day)])
    common = {"company_id": env.company.id, "line_type": "service", "status": "1"}
    for batch in split_every(10000, claims.ids):
        insert_rows(
            env["openimis.claim.line"],
            [
                {**common, **line, "claim_id": claim_id}
                for claim_id in batch
                for line in CLAIM_LINES
            ],
        )
    env.cr.commit()
    env.invalidate_all()
    env.cr.execute("ANALYZE openimis_claim, openimis_claim_line")
    env.cr.commit()


def _close(env, month, size, policy):
    """Preview and generate one month; return the seconds that generating took."""
    closing = env["openimis.closing"].create(
        {
            "date_from": date(2025, month, 1),
            "date_to": date(2025, month, 28),
            "invoice_date": date(2025, month, 28),
            "move_line_policy": policy,
        }
    )
    env.cr.commit()
    with cpuwatch() as preview:
        closing.action_preview()
        env.cr.commit()
    yield Result(f"preview, {size} claims", size / preview.seconds, "per s")
    rate = size / preview.cpu
    yield Result(f"preview, {size} claims: per second of our CPU", rate, "per s")
    queries = env.cr.sql_log_count
    with cpuwatch() as generate:
        closing.action_generate()
        env.cr.commit()
    queries = env.cr.sql_log_count - queries
    assert closing.state == "done", closing.exchange_message_ids.mapped("text")
    total = sum(closing.move_ids.mapped("amount_total"))
    assert round(total, 2) == round(size * 12.35 * 6, 2), total
    yield Result(f"{policy} bills, {size} claims", size / generate.seconds, "per s")
    rate = size / generate.cpu
    yield Result(f"{policy} bills, {size} claims: per second of our CPU", rate, "per s")
    bills = len(closing.move_ids)
    yield Result(f"queries per bill, {size} claims {policy}", queries / bills, "")
    env.invalidate_all()
    return generate.seconds


def _stock_bill(env, partner):
    """Create one bill the usual way, for comparison."""
    account = env["account.account"].search([("account_type", "=", "expense")], limit=1)
    env["account.move"].create(
        {
            "move_type": "in_invoice",
            "partner_id": partner.id,
            "invoice_date": date(2025, 3, 28),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": f"Claim {number}",
                        "quantity": 1,
                        "price_unit": 74.1,
                        "account_id": account.id,
                        "tax_ids": [Command.clear()],
                    }
                )
                for number in range(STOCK_LINES)
            ],
        }
    )
    env.cr.commit()
