"""Serving bills as FHIR: lines per second and queries, to the last byte of JSON."""

from .fhir_cpu import cpuwatch
from .report import Result

ADDONS = ["openimis_fhir"]
BILLS = 40
LINES = 250
LARGE = 20000


def bench(env):
    """A page of bills, and one bill with 20,000 lines, streamed."""
    from odoo.addons.openimis_fhir.core.client import dumps

    company = env["res.company"].create(
        {"name": "Bench serving", "currency_id": env.ref("base.USD").id}
    )
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env["account.chart.template"].try_loading(
        "generic_coa", company, install_demo=False
    )
    moves = _bills(env, company, BILLS, LINES)
    (large,) = _bills(env, company, 1, LARGE)
    env.cr.commit()
    server = env["openimis.fhir.invoice"].with_context(fhir_base="https://x/fhir/R4")
    server._resources(moves[:1])
    env.invalidate_all()
    before = env.cr.sql_log_count
    with cpuwatch() as page:
        text = [dumps(resource) for resource in server._resources(moves)]
    queries = env.cr.sql_log_count - before
    yield Result(
        "lines of a page of 40 bills", BILLS * LINES / page.seconds, "lines per s"
    )
    rate = BILLS * LINES / page.cpu
    yield Result("lines of a page, per second of CPU", rate, "lines per s")
    yield Result("queries for the page", queries, "queries")
    yield Result("size of the page", sum(map(len, text)) / 1e6, "MB")
    env.invalidate_all()
    with cpuwatch() as stream:
        size = sum(len(piece) for piece in server._stream(large))
    yield Result("lines of one bill, streamed", LARGE / stream.seconds, "lines per s")
    yield Result("lines streamed, per second of CPU", LARGE / stream.cpu, "lines per s")
    yield Result("size of the bill", size / 1e6, "MB")


def _bills(env, company, number, lines):
    partner = env["res.partner"].create({"name": "HF", "openimis_is_facility": True})
    moves = env["account.move"].create(
        [
            {
                "move_type": "in_invoice",
                "company_id": company.id,
                "partner_id": partner.id,
                "invoice_date": "2026-11-21",
                "openimis_type": "claim",
                "openimis_code": f"IV-{lines}-{n}",
                "invoice_line_ids": [
                    (0, 0, {"name": "x", "price_unit": 10.0 * lines, "tax_ids": False})
                ],
            }
            for n in range(number)
        ]
    )
    account = moves.invoice_line_ids.account_id[:1]
    env["openimis.payable.line"].create(
        [
            {
                "move_id": move.id,
                "company_id": company.id,
                "currency_id": company.currency_id.id,
                "sequence": n,
                "type": "claim",
                "code": f"C{n:06}",
                "description": "D-965 Diagnostic965",
                "quantity": 1,
                "unit_price": 12.5,
                "discount": 2.5,
                "amount_net": 10.0,
                "amount_total": 10.0,
                "account_id": account.id,
            }
            for move in moves
            for n in range(lines)
        ]
    )
    return moves
