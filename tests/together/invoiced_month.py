"""Run in Odoo's shell: a delivery changes a month whose invoices are posted.

Prints one JSON object for `test_invoiced_month.py`.
"""

import base64
import json

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


def scene(env):
    """Import, invoice March, and import again in three ways; return what was seen."""
    env = make_company(env)
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


def make_company(env):
    """Return the environment of a company with accounts, a tariff and group NUR1."""
    company = env["res.company"].create({"name": "Crèche facturée"})
    charts = env["account.chart.template"]
    charts.try_loading("generic_coa", company, install_demo=False)
    company._daycare_prepare_billing()
    env = env(context={"allowed_company_ids": company.ids})
    department = env["daycare.department"].create({"code": "PRE", "name": "Pre"})
    income = env["account.account"].search(
        [("account_type", "=", "income"), ("company_ids", "in", company.ids)], limit=1
    )
    env["daycare.group"].create(
        {
            "code": "NUR1",
            "name": "Nurserie 1",
            "department_id": department.id,
            "income_account_id": income.id,
            "slot_ids": [
                Command.create(
                    {"number": n, "hour_from": a, "hour_to": b, "weight": weight}
                )
                for n, a, b, weight in GRID
            ],
        }
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
    run = env["kibe.import"].create(
        {
            "archive": base64.b64encode(raw),
            "archive_name": "delivery.zip",
            "date_journal": "2021-01-01",
            "operation": operation,
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


print("SCENE " + json.dumps(scene(env)))  # noqa: F821 - given by Odoo's shell
