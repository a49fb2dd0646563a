"""A real Odoo that pulls from a real openIMIS, closes, amends, pays and tells it.

Run with Odoo's Python: odoo_side.py CONFIG DATABASE URL LOGIN PASSWORD. Prints one
JSON object: what each step came to. The records are read from the tables afterwards.
"""

import json
import sys
from datetime import timedelta

import odoo
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

PERIOD = {
    "date_from": "2026-08-01",
    "date_to": "2026-10-31",
    "invoice_date": "2026-10-31",
}
#: bills of openIMIS
AMENDED = ("IV-SEVERAL", "IV-ONE")
#: runs of the cron that tells openIMIS; each finds the time to wait over
RUNS = 3


def main():
    """Do it all, each step committed."""
    conf, database, url, login, password = sys.argv[1:]
    config.parse_config(["-c", conf, "-d", database, "--no-http"])
    told = {}
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        connection = connect(env, url, login, password)
        env = connection.env
        told["test"] = connection.action_test()["params"]
        told["pull"] = pull(env, connection)
        told["again"] = pull(env, connection)
        told["booked"] = book(env)
        told["closing"] = close(env)
        told["amended"] = amend(env)
        told["reports"] = pay_and_tell(env)
        cr.commit()
    odoo.sql_db.close_all()
    print(json.dumps(told))


def connect(env, url, login, password):
    """A company with the accounts the products name, and a connection."""
    company = env["res.company"].create(
        {
            "name": "Scheme",
            "country_id": env.ref("base.us").id,
            "currency_id": env.ref("base.USD").id,
        }
    )
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    # a company's chart is loaded anew when what made it is committed
    env.cr.commit()
    env = env(context={"allowed_company_ids": company.ids, "exchange_inline": True})
    env["account.account"].create(
        [
            {
                "name": f"Claims {code}",
                "code": code,
                "account_type": "expense",
                "company_ids": company.ids,
            }
            for code in ("620100", "620101", "620102")
        ]
    )
    connection = env["openimis.connection"].create(
        {
            "name": "openIMIS",
            "company_id": company.id,
            "url": url,
            "internal": True,
            "login": login,
            "password": password,
            "currency_id": env.ref("base.USD").id,
            "rate": 10**6,
            "write_back": True,
        }
    )
    connection.kind_ids.enabled = True
    env.cr.commit()
    return connection


def pull(env, connection):
    """Pull everything; state, counters and findings."""
    job = env["openimis.pull"].create(
        {
            "connection_id": connection.id,
            "company_id": connection.company_id.id,
            "full": True,
        }
    )
    job.action_run()
    return {
        "state": job.state,
        "counters": job.counters,
        "findings": [
            [message.severity, message.code, message.text]
            for message in job.exchange_message_ids
        ],
    }


def book(env):
    """Vendor bills of openIMIS' own bills, accepted as they are."""
    bills = env["openimis.remote.bill"].search([("company_id", "=", env.company.id)])
    bills.action_accept_amount()
    bills.action_create_move()
    return {bill.code: bill.move_id.amount_total for bill in bills}


def close(env):
    """Close the period; bills by facility, claims left out by reason."""
    closing = env["openimis.closing"].create({"company_id": env.company.id, **PERIOD})
    closing.action_plan()
    closing.action_generate()
    env.cr.commit()
    return {
        "state": closing.state,
        "left": {
            line.code: line.reason_code
            for line in closing.candidate_ids
            if line.reason_code
        },
    }


def bills(env):
    """Every bill in force."""
    return env["account.move"].search(
        [
            ("company_id", "=", env.company.id),
            ("openimis_type", "!=", False),
            ("openimis_replaced_by_id", "=", False),
            ("move_type", "=", "in_invoice"),
            ("amount_total", ">", 0),
        ]
    )


def amend(env):
    """Amend each bill of openIMIS and the dearest of ours; [[code, total before,
    status before, total after]].
    """
    found = bills(env)
    theirs = found.filtered(lambda move: move.openimis_code in AMENDED)
    told = []
    for old in theirs + (found - theirs).sorted("amount_total")[-1]:
        old.action_post()
        new = old.openimis_bill_amend()
        row = [new.openimis_code, old.amount_total, old.openimis_status]
        told.append([*row, new.amount_total])
    return told


def pay_and_tell(env):
    """Pay every bill, let the cron tell openIMIS; {code: state of the report}."""
    moves = bills(env)
    moves.action_post()
    for move in moves:
        env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
    reports = env["openimis.payment.report"]
    for _run in range(RUNS):
        for report in reports.search([("state", "!=", "confirmed")]):
            step = timedelta(hours=48)
            report.date_next = report.date_next and report.date_next - step
            report.date_sent = report.date_sent and report.date_sent - step
        env.cr.commit()
        reports._cron_report()
    return {
        report.remote_bill_id.code: report.state
        for report in reports.search([("company_id", "=", env.company.id)])
    }


main()
