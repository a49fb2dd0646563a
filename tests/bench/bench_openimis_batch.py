"""Bills paid in one batch: made, confirmed, written, sent, answered, the rest again.

What must hold: ten times as many bills take no more than about ten times as long.
"""

import base64
from datetime import date

from odoo.fields import Command

from .report import Result, stopwatch

ADDONS = ["openimis_payable_batch"]
SIZES = (30, 300)
#: of the answer: rejected, and paid short
REJECTED, SHORT = 5, 2
#: one of each country whose numbers the checks of IBAN take, by its own rule
BANK = "37040044"


def bench(env):
    """Pay as many bills as each size says, one a third party."""
    env = env(context={**env.context, "tracking_disable": True})
    company = env.company
    if not company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company=company, install_demo=False
        )
    method = _method(env, company)
    seconds = {}
    for size in SIZES:
        bills = _bills(env, size)
        env.flush_all()
        with stopwatch() as watch:
            _pay(env, bills, method)
            env.flush_all()
        seconds[size] = watch.seconds
        yield Result(f"batch of {size} bills, end to end", watch.seconds, "s")
        left = sum(bills.mapped("amount_residual"))
        yield Result(f"left of {size} bills", left, "")
        env.cr.commit()
    few, many = SIZES
    ratio = (seconds[many] / many) / (seconds[few] / few)
    yield Result(f"seconds a bill, {many} against {few}", ratio, "times")


def _iban(number):
    """Return a German IBAN of an account number, with its check digits."""
    basic = f"{BANK}{number:010d}"
    check = 98 - int(f"{basic}131400") % 97
    return f"DE{check:02d}{basic}"


def _method(env, company):
    journal = env["account.journal"].search(
        [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
    )
    journal.bank_account_id = env["res.partner.bank"].create(
        {
            "partner_id": company.partner_id.id,
            "acc_number": _iban(1),
            "allow_out_payment": True,
        }
    )
    outstanding = env["account.account"].create(
        {
            "name": "Outstanding Payments",
            "code": "101499",
            "account_type": "asset_current",
            "reconcile": True,
            "company_ids": [Command.set(company.ids)],
        }
    )
    kind = env.ref("account_payment_sepa_credit_transfer.sepa_credit_transfer")
    return env["account.payment.method.line"].create(
        {
            "name": "pain.001",
            "payment_method_id": kind.id,
            "journal_id": journal.id,
            "payment_account_id": outstanding.id,
            "bank_account_link": "fixed",
            "selectable": True,
        }
    )


def _bills(env, size):
    partners = env["res.partner"].create(
        [
            {
                "name": f"Facility {size}-{number}",
                "bank_ids": [
                    Command.create(
                        {
                            "acc_number": _iban(size * 1000 + number),
                            "allow_out_payment": True,
                        }
                    )
                ],
            }
            for number in range(size)
        ]
    )
    bills = env["account.move"]
    for number, partner in enumerate(partners):
        bills |= bills.openimis_bill_create(
            {
                "partner_id": partner.id,
                "invoice_date": "2026-01-31",
                "openimis_code": f"B-{size}-{number}",
            },
            [{"code": "S", "description": "Care", "unit_price": 100 + number / 100}],
        )
    bills.action_post()
    return bills


def _batch(env, bills, method):
    context = bills.action_openimis_pay_in_batch()["context"]
    wizard = (
        env["openimis.batch.wizard"]
        .with_context(**context)
        .create({"payment_method_line_id": method.id, "date": date.today()})
    )
    order = env["account.payment.order"].browse(wizard.action_make()["res_id"])
    order.draft2open()
    order.open2generated()
    order.generated2uploaded()
    return order


def _pay(env, bills, method):
    order = _batch(env, bills, method)
    rows = ["code,amount,status,code_ext,reason"]
    for number, payment in enumerate(order.payment_ids):
        status = "rejected" if number < REJECTED else "accepted"
        short = REJECTED <= number < REJECTED + SHORT
        paid = f"{payment.amount - short:.2f}"
        rows.append(f",{paid},{status},{payment.openimis_code_ext},account closed")
    run = env["openimis.payment.import"].create(
        {
            "file": base64.b64encode("\n".join(rows).encode()),
            "file_name": "results.csv",
            "journal_id": method.journal_id.id,
        }
    )
    run.action_run()
    env.invalidate_all()
    if run.state != "done":
        raise RuntimeError(run.exchange_message_ids.mapped("text"))
    _batch(env, bills.filtered("amount_residual"), method)
