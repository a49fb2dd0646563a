"""A month of a large daycare network: calculation, invoices, and Odoo's own way.

What must hold: calculating takes at most a fifth of what its invoices take, the number
of queries of a chunk does not grow with the children, drafts are created at least twice
as fast as by one `create()` with invoice lines, and twice the children take twice the
time. `DAYCARE_CHILDREN=5000` in the environment says how many the larger centre has.
"""

import os
from datetime import date

from odoo.fields import Command

from .report import Result, stopwatch

ADDONS = ["daycare_billing"]
CHILDREN = int(os.environ.get("DAYCARE_CHILDREN", "2000"))
SIZES = (CHILDREN // 2, CHILDREN)
YEARS = (2021, 2022)
WARM_UP, WARM_UP_YEAR = 20, 2020
STOCK_INVOICES = 200
FULL_WEEK = ("mon", "tue", "thu", "fri")


def bench(env):
    """Bill a month for a centre and one of twice the size, each in its own year."""
    company = env.ref("base.demo_company_ch")
    env.user.company_ids = [Command.link(company.id)]
    env = env(
        context={
            **env.context,
            "allowed_company_ids": company.ids,
            "exchange_inline": True,
        }
    )
    group = _structure(env)
    _children(env, group, WARM_UP, WARM_UP_YEAR)
    env.cr.commit()
    # What a server does once, such as reading its model, is not part of the time.
    list(_month(env, WARM_UP, date(WARM_UP_YEAR, 3, 1)))
    per_child = []
    for year, size in zip(YEARS, SIZES, strict=True):
        _children(env, group, size, year)
        env.cr.commit()
        seconds = yield from _month(env, size, date(year, 3, 1))
        per_child.append(seconds / size)
    yield Result("time per child, large to small", per_child[1] / per_child[0], "times")


def _month(env, size, month):
    run = env["daycare.billing.run"].create(
        {"month": month, "invoice_date": month, "with_corrections": False}
    )
    queries = []
    calculate = type(run)._calculate

    def counted(run, child_ids):
        before = env.cr.sql_log_count
        calculate(run, child_ids)
        env.flush_all()
        queries.append(env.cr.sql_log_count - before)

    type(run)._calculate = counted
    with stopwatch() as calculation:
        run.action_compute()
    type(run)._calculate = calculate
    with stopwatch() as invoices:
        run.action_invoice()
    moves = run.move_ids
    lines = run.billing_line_ids
    assert (
        round(sum(moves.mapped("amount_untaxed")) - sum(lines.mapped("amount")), 2) == 0
    )
    yield Result(f"{size} children calculated", size / calculation.seconds, "per s")
    yield Result(
        f"{size} children, invoices",
        len(moves) / invoices.seconds,
        "per s",
        _ratio(env, moves, invoices.seconds),
    )
    yield Result(
        f"{size} children, calculation to invoices",
        calculation.seconds / invoices.seconds,
        "times",
    )
    yield Result(f"{size} children, queries of a chunk, most", max(queries), "queries")
    yield Result(f"{size} children, queries of a chunk, least", min(queries), "queries")
    return calculation.seconds + invoices.seconds


def _ratio(env, moves, seconds):
    """Return how much faster the run was than one create() of the same invoices."""
    sample = moves[:STOCK_INVOICES]
    values = [_stock_values(move) for move in sample]
    best = min(_stock_seconds(env, values, sample) for _turn in range(2))
    return (best / len(sample)) / (seconds / len(moves))


def _stock_seconds(env, values, sample):
    with stopwatch() as stock:
        copies = env["account.move"].create(values)
        env.flush_all()
    assert copies.mapped("amount_total") == sample.mapped("amount_total")
    env.cr.rollback()
    return stock.seconds


def _stock_values(move):
    return {
        "move_type": move.move_type,
        "partner_id": move.partner_id.id,
        "journal_id": move.journal_id.id,
        "invoice_date": move.invoice_date,
        "invoice_line_ids": [
            Command.create(
                {
                    "display_type": line.display_type,
                    "name": line.name,
                    "product_id": line.product_id.id,
                    "quantity": line.quantity,
                    "price_unit": line.price_unit,
                    "account_id": line.account_id.id,
                    "tax_ids": [Command.set([])],
                }
                if line.display_type == "product"
                else {"display_type": line.display_type, "name": line.name}
            )
            for line in move.invoice_line_ids
        ],
    }


# === MATERIAL ===


def _children(env, group, size, year):
    """Create a centre: two parents a household, every third child has a sibling."""
    households = [n - n // 3 if n % 3 else n - n // 3 - 1 for n in range(1, size + 1)]
    number = max(households) + 1
    parents = env["daycare.guardian"].create(
        [_parent_vals(env, n) for n in range(2 * number)]
    )
    env["daycare.income"].create(
        [
            {
                "guardian_id": p.id,
                "date_from": f"{year}-01-01",
                "amount": 2000 + 7 * n % 5000,
            }
            for n, p in enumerate(parents)
        ]
    )
    env["daycare.child"].create(
        [
            _child_vals(n, parents[2 * house], parents[2 * house + 1], group, year)
            for n, house in enumerate(households)
        ]
    )
    env.flush_all()


def _structure(env):
    """Create the tariff and one group.

    :return: `daycare.group`
    """
    env["daycare.tariff"].create(
        {
            "name": "Bench",
            "date_from": "2020-01-01",
            "date_to": "2023-12-31",
            "kind": "linear",
            "minimum": 12,
            "maximum": 120,
            "ceiling": 100000,
            "sibling_mode": "from_second",
            "sibling_ids": [Command.create({"rank": 2, "percent": 20})],
        }
    )
    department = env["daycare.department"].create({"name": "Bench", "code": "B"})
    weights = (10, 15, 25, 20, 15, 15)
    return env["daycare.group"].create(
        {
            "name": "Bench",
            "code": "B1",
            "department_id": department.id,
            "slot_ids": [
                Command.create(
                    {
                        "number": n,
                        "hour_from": 6 + n,
                        "hour_to": 7 + n,
                        "weight": weight,
                    }
                )
                for n, weight in enumerate(weights, start=1)
            ],
        }
    )


def _parent_vals(env, number):
    return {
        "lastname": f"Family {number // 2}",
        "firstname": f"Parent {number % 2}",
        "street": "Rue du Test 1",
        "zip": "1920",
        "city": "Martigny",
        "country_id": env.ref("base.ch").id,
    }


def _child_vals(number, main, partner, group, year):
    slots = group.slot_ids.sorted("number").ids
    return {
        "lastname": main.lastname,
        "firstname": f"Child {number}",
        "birthdate": "2018-05-05",
        "guardian_link_ids": [
            Command.create({"guardian_id": main.id, "is_main": True}),
            Command.create({"guardian_id": partner.id, "is_secondary": True}),
        ],
        "billing_data_ids": [
            Command.create({"date_from": f"{year}-01-01", "debtor_id": main.id})
        ],
        "sector_ids": [
            Command.create(
                {
                    "group_id": group.id,
                    "date_from": f"{year}-01-01",
                    "date_to": f"{year}-12-31",
                    "line_ids": [
                        Command.create(
                            {
                                "weekday": day,
                                "slot_ids": [
                                    Command.set(slots if n < 2 else slots[:3])
                                ],
                            }
                        )
                        for n, day in enumerate(FULL_WEEK)
                    ],
                }
            )
        ],
    }
