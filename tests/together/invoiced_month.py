"""Run in Odoo's shell: deliveries that change months with invoices.

Prints one JSON object for `test_invoiced_month.py`.
"""

import base64
import json
import random
from datetime import date, timedelta

from odoo.fields import Command

from odoo.addons.kibe_import.tests.common import SAMPLES, edited

GRID = (
    (1, 6.5, 7.5, 10),
    (2, 7.5, 9, 15),
    (3, 9, 11, 25),
    (4, 12.5, 14.5, 20),
    (5, 14.5, 16.5, 15),
    (6, 16.5, 18.5, 15),
)


#: Kibé's codes of the sample: the part of a day each stands for, and its hours.
CODES = {
    "Pré : JOURNEE": (1, "07:00:00", "18:15:00"),
    "Pré : MATIN": (0.5, "06:30:00", "10:15:00"),
    "Pré : APRESMIDI": (0.5, "13:15:00", "18:15:00"),
}
DAYS = ("lu", "ma", "me", "je", "ve")
MONTHS = [date(2021, month, 1) for month in (3, 4, 5, 6)]


def scene(env):
    """Import, invoice March, and import again in three ways; return what was seen."""
    env = make_company(env, "Crèche facturée")
    sample = (SAMPLES / "kibe_sample.zip").read_bytes()
    deliver(env, sample, "create")
    march = bill(env, "2021-03-01")
    march.action_post()
    invoices = [list(row) for row in described(march)]
    shorter = edited(*(("prestations", row, 4, "15.03.2021") for row in range(2, 7)))
    runs = {
        "same": deliver(env, sample, "create"),
        "test": deliver(env, shorter, "test"),
        "create": deliver(env, shorter, "create"),
    }
    april = bill(env, "2021-04-01")
    return {
        "states": {name: run.state for name, run in runs.items()},
        "findings": {name: findings(run) for name, run in runs.items()},
        "invoices": invoices,
        "invoices_after": [list(row) for row in described(march)],
        "april": [
            [line.kind, str(line.month), line.amount] for line in april.billing_line_ids
        ],
    }


def make_company(env, name):
    """Return the environment of a company with accounts, a tariff and two groups."""
    company = env["res.company"].create({"name": name})
    charts = env["account.chart.template"]
    charts.try_loading("generic_coa", company, install_demo=False)
    company._daycare_prepare_billing()
    env = env(context={"allowed_company_ids": company.ids})
    department = env["daycare.department"].create({"code": "PRE", "name": "Pre"})
    income = env["account.account"].search(
        [("account_type", "=", "income"), ("company_ids", "in", company.ids)], limit=1
    )
    env["daycare.group"].create(
        [
            {
                "code": code,
                "name": code,
                "department_id": department.id,
                "income_account_id": income.id,
                "slot_ids": [
                    Command.create(
                        {"number": n, "hour_from": a, "hour_to": b, "weight": weight}
                    )
                    for n, a, b, weight in GRID
                ],
            }
            for code in ("NUR1", "GRA1")
        ]
    )
    env["daycare.tariff"].create(
        {
            "name": "One price",
            "date_from": "2020-01-01",
            "month_method": "flat",
            "bracket_ids": [Command.create({"income_from": 0, "price": 92.5})],
        }
    )
    return env


def deliver(env, raw, operation):
    """Return the import of a delivery."""
    # as between two requests: partners are written once what was posted is committed
    env.cr.commit()
    run = env["kibe.import"].create(
        {
            "archive": base64.b64encode(raw),
            "archive_name": "delivery.zip",
            "date_journal": "2021-01-01",
            "operation": operation,
            "confirm_loss": True,
        }
    )
    run.action_run()
    return run


def bill(env, month):
    """Return the run that invoices a month."""
    run = env["daycare.billing.run"].create({"month": month, "invoice_date": month})
    run.action_compute()
    run.action_invoice()
    return run


def described(run):
    """Return name, state and total of a run's invoices."""
    run.move_ids.invalidate_recordset()
    return [(move.name, move.state, move.amount_total) for move in run.move_ids]


def findings(run):
    """Return child, text and row of the messages about invoiced months."""
    messages = run.exchange_message_ids.filtered(lambda m: m.code == "P27")
    return [[m.kibe_child, m.severity, m.text] for m in messages]


# === STORIES: MANY DELIVERIES BETWEEN MANY INVOICES ===


def story(env, seed):
    """Import and invoice four months at random; return what was billed and is due.

    :return: dict with `states` of the imports, `open`, the number of lines nobody was
        billed, `ledger`, and `months`: [child, month, days, amount, days due]
    """
    dice = random.Random(seed)
    env = make_company(env, f"Crèche {seed}")
    own = [("company_id", "=", env.company.id)]
    env["daycare.tariff"].search(own).month_method = "actual"
    imports = [deliver(env, delivery(dice, opening=True)[0], "create")]
    for month in MONTHS:
        run = bill(env, month)
        drafts = run.move_ids.filtered(lambda move: move.state == "draft")
        drafts[: dice.randint(0, 2)].action_post()
        raw, pages = delivery(dice)
        imports.append(deliver(env, raw, dice.choice(["create", "overwrite"])))
        if dice.random() < 0.5:
            run.action_compute()
            run.action_invoice()
    bill(env, MONTHS[-1])
    lines = env["daycare.billing.line"].search(own)
    moves = lines.billing_move_id
    return {
        "states": [run.state for run in imports],
        "open": len(lines.filtered(lambda x: x.billing_state == "to_bill")),
        "ledger": sum(moves.mapped("amount_untaxed_signed")),
        "months": [
            [
                child,
                str(month),
                *billed(lines, child, month),
                days_due(pages, child, month),
            ]
            for child in pages
            for month in MONTHS
        ],
    }


def delivery(dice, opening=False):
    """Return a delivery with other placements, and these as child -> pages.

    :param bool opening: the first child is there from the first day of March on
    """
    pages = {}
    for child in ("10000", "11110"):
        begin = MONTHS[0] + timedelta(days=0 if opening else dice.randint(0, 60))
        pages[child] = []
        for group in dice.sample(["Nurserie", "Grand"], dice.randint(1, 2)):
            end = begin + timedelta(days=dice.randint(5, 60))
            week = {
                day: dice.choice(list(CODES))
                for day in dice.sample(DAYS, dice.randint(1, 5))
            }
            pages[child].append((group, begin, end, week))
            begin = end + timedelta(days=1)
    rows = [
        [
            "100",
            child,
            group,
            f"{begin:%d.%m.%Y}",
            f"{end:%d.%m.%Y}",
            *CODES[code][1:],
            day,
            code,
        ]
        for child, own in pages.items()
        for group, begin, end, week in own
        for day, code in week.items()
    ]
    cells = [
        ("prestations", row, column, value)
        for row, values in enumerate(rows, 2)
        for column, value in enumerate(values, 1)
    ]
    surplus = [("prestations", row) for row in range(2 + len(rows), 7)]
    return edited(*cells, drop=surplus), pages


def billed(lines, child, month):
    """Return the days and francs on the lines of a child's month."""
    own = lines.filtered(lambda x: x.child_id.kibe_id == child and x.month == month)
    return [round(sum(own.mapped("days")), 2), round(sum(own.mapped("amount")), 2)]


def days_due(pages, child, month):
    """Return the days reserved in a month, counted from the delivery itself."""
    days = (month + timedelta(days=n) for n in range(31))
    return sum(
        CODES[week[DAYS[day.weekday()]]][0]
        for day in days
        if day.month == month.month and day.weekday() < 5
        for _group, begin, end, week in pages[child]
        if begin <= day <= end and DAYS[day.weekday()] in week
    )


# === MEALS ===

#: What Kibé writes beside the code of a day on which a child eats.
MEALS = {"lu": 7, "je": 8}


def meals(env):
    """Import Kibé's rows of meals, bill them by their slot; return what was seen."""
    env = make_company(env, "Crèche avec repas")
    groups = env["daycare.group"].search([("company_id", "=", env.company.id)])
    noon = env["daycare.slot"].create(
        [
            {"group_id": group.id, "number": 7, "hour_from": 11, "hour_to": 12.5}
            for group in groups
        ]
    )
    cells = [
        ("prestations", row, column, value)
        for day, row in MEALS.items()
        for column, value in enumerate(
            ["100", "10000", "Nurserie", "01.03.2021", "01.12.2021"]
            + ["11:00:00", "12:30:00", day, "Repas"],
            1,
        )
    ]
    run = deliver(env, edited(*cells, codes={"Repas": "7"}), "create")
    child = env["daycare.child"].search(
        [("company_id", "=", env.company.id), ("kibe_id", "=", "10000")]
    )
    product = env.ref("daycare_billing.product_meal").product_variant_id
    child.service_ids = [
        Command.create(
            {
                "product_id": product.id,
                "frequency": "slot",
                "slot_ids": [Command.set(noon.ids)],
                "date_from": "2021-03-01",
                "price_unit": 8.5,
            }
        )
    ]
    march = bill(env, "2021-03-01")
    lines = march.billing_line_ids
    return {
        "state": run.state,
        "codes": run.exchange_message_ids.mapped("code"),
        "meals": sum(lines.filtered("service_id").mapped("amount")),
        "care": sum((lines - lines.filtered("service_id")).mapped("amount")),
        "due": 8.5
        * sum(
            DAYS[day.weekday()] in MEALS
            for day in (date(2021, 3, n) for n in range(1, 32))
            if day.weekday() < 5
        ),
    }


SEEN = {
    "scene": scene(env),  # noqa: F821 - given by Odoo's shell
    "meals": meals(env),  # noqa: F821
    "stories": [story(env, seed) for seed in range(1, 4)],  # noqa: F821
}
print("SCENE " + json.dumps(SEEN))
