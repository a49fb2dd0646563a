"""One job of every kind, small, in several parts, and what must come of it.

For tests that do something to jobs whatever they are about. Import it once Odoo is
loaded, in a process that works on them: their parts are made small there. The places
that they speak with, `place`, are a dict:

- `root`: the tree of the repository whose code is running
- `openimis`: address of a simulated openIMIS with what :func:`fill_openimis` gives
- `sofi`: address of a simulated SOFI, with a residence named like each job of SOFI
- `folder`: where SOFI's files go
- `companies`, `group`: what :func:`furnish` has made
"""

import base64
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FACILITIES, CLAIMS = 6, 3  # claims of each facility
CHILDREN, YEAR = 24, 2021
CHARGES = 401  # three batches of SOFI's archive
TENANTS = 4
PULLED = {"claim": 13, "bill": 5, "policy": 9}
KEY, SECRET = "BENC0000BBBB1111CCCC", "benchbenchbenchbenchbenchbenchbenchbench"
ADMIN = 2
#: (module, constant, value): so small that each job has several parts
SMALL = (
    ("account_billing_run.models.account_billing_run_preview", "CHUNK_MOVES", 2),
    ("openimis_payable.models.openimis_closing_run", "CHUNK_GROUPED", 6),
    ("daycare_billing.models.daycare_billing_run_calculation", "CHUNK_CHILDREN", 4),
    ("kibe_import.models.kibe_import_apply", "BATCH", 1),
    ("sofi_primmo.models.primmo_import", "CHUNK_ROWS", 2),
)
SLOTS = ((1, 6.5, 7.5), (2, 7.5, 9), (3, 9, 11), (4, 12.5, 14.5), (5, 14.5, 16.5))
SLOTS += ((6, 16.5, 18.5),)
KIBE = (
    "daycare.guardian",
    "daycare.child",
    "daycare.child.guardian",
    "daycare.income",
    "daycare.billing.data",
    "daycare.sector",
    "daycare.sector.line",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    :ivar str model: of its document
    :ivar prepare: called with (env, place, code), gives a document that has not started
    :ivar books: called with (document, code), gives what came of it: the same for each
        one that came through
    :ivar begin: called with the document before its job is planned, where it has
        several
    """

    model: str
    prepare: callable
    books: callable
    begin: callable = lambda run: None


def make_small():
    """Let this process plan small parts."""
    for module, name, value in SMALL:
        setattr(sys.modules[f"odoo.addons.{module}"], name, value)


def furnish(env):
    """Create what the jobs share.

    :return: for `place`
    """
    from tests.bench import bench_daycare_billing

    insurance = env["res.company"].create(
        {"name": "Every Kind", "country_id": env.ref("base.us").id}
    )
    env["account.chart.template"].try_loading(
        "generic_coa", insurance, install_demo=False
    )
    centre = env.ref("base.demo_company_ch")
    env.ref("base.user_admin").company_ids |= insurance | centre
    swiss = in_company(env, centre.id)
    group = bench_daycare_billing._structure(swiss)
    bench_daycare_billing._children(swiss, group, CHILDREN, YEAR)
    return {"insurance": insurance.id, "centre": centre.id}


def fill_openimis(store):
    """Put an area, a facility, policies, claims and bills into a simulated openIMIS."""
    product = "BCUL0001"
    store.add_location(1)
    facility = store.add_facility(1)
    store.add_product(1, product)
    patient = store.add_patient(1)
    policies = [store.add_policy(n, product) for n in range(1, PULLED["policy"] + 1)]
    for number in range(PULLED["claim"]):
        store.add_claim(number, facility, policies[0], patient)
    for number in range(PULLED["bill"]):
        store.add_bill(number, facility)
    return store


def in_company(env, company_id, user=None):
    """Return the environment of a person who works in one company."""
    context = {"allowed_company_ids": [company_id], "tracking_disable": True}
    return env(user=user or ADMIN, context=context)


def find(env, model, record_id):
    """Return a document as the person who works on it sees it."""
    company = env[model].browse(record_id).company_id
    return in_company(env, company.id)[model].browse(record_id)


# === OPENIMIS ===


def _prepare_closing(env, place, code):
    env = in_company(env, place["insurance"])
    product = env["openimis.product"].create({"code": code, "name": code})
    facilities = env["res.partner"].create(
        [
            {
                "name": f"Facility {code} {number}",
                "is_company": True,
                "openimis_is_facility": True,
                "openimis_code": f"{code}-{number}",
                "openimis_level": "C",
                "company_id": place["insurance"],
            }
            for number in range(FACILITIES)
        ]
    )
    service = {"code": "S1", "qty_provided": 1, "price_asked": 9, "price_valuated": 8}
    env["openimis.claim"].sudo().create(
        [
            {
                "code": f"{facility.openimis_code}-{number}",
                "company_id": place["insurance"],
                "health_facility_id": facility.id,
                "product_id": product.id,
                "date_from": "2026-01-10",
                "date_to": "2026-01-10",
                "status": "16",
                "line_ids": [(0, 0, service)],
            }
            for facility in facilities
            for number in range(CLAIMS)
        ]
    )
    return env["openimis.closing"].create(
        {
            "product_ids": [(6, 0, product.ids)],
            "date_from": "2026-01-01",
            "date_to": "2026-01-31",
            "invoice_date": "2026-01-31",
        }
    )


def _books_of_closing(run, code):
    claims = run.env["openimis.claim"].search([("product_id", "=", run.product_ids.id)])
    links = run.env["account.billing.link"].search(
        [("res_model", "=", "openimis.claim"), ("res_id", "in", claims.ids)]
    )
    return {
        "billed": sorted(claims.ids) == sorted(links.mapped("res_id")),
        "claims": len(claims),
        "bills": len(run.move_ids),
        "total": sum(run.move_ids.mapped("amount_total")),
        "lines": len(run.move_ids.openimis_line_ids),
    }


def _prepare_pull(env, place, code):
    company = env["res.company"].create(
        {"name": code, "currency_id": env.ref("base.USD").id}
    )
    env.ref("base.user_admin").company_ids |= company
    env = in_company(env, company.id)
    connection = env["openimis.connection"].create(
        {
            "name": code,
            "company_id": company.id,
            "url": place["openimis"],
            "internal": True,
            "login": place["login"][0],
            "password": place["login"][1],
            "currency_id": env.ref("base.USD").id,
            "rate": 10**6,
            "page_size": 5,
            "transport": "fhir",
        }
    )
    return env["openimis.pull"].create({"connection_id": connection.id})


def _books_of_pull(run, code):
    mine = [("company_id", "=", run.company_id.id)]
    claims = run.env["openimis.claim"].search(mine)
    return {
        "claims": len(claims),
        "different": len(set(claims.mapped("openimis_uuid"))),
        "lines": len(claims.line_ids),
        "policies": run.env["openimis.policy"].search_count(mine),
        "premiums": run.env["openimis.premium"].search_count(mine),
        "bills": run.env["openimis.remote.bill"].search_count(mine),
    }


# === DAYCARE ===


def _prepare_month(env, place, code):
    """Create the next month of the centre that nobody has billed."""
    Run = in_company(env, place["centre"])["daycare.billing.run"]
    taken = set(Run.search([]).mapped("month"))
    month = next(m for n in range(1, 13) if (m := date(YEAR, n, 1)) not in taken)
    vals = {"month": month, "invoice_date": month, "with_corrections": False}
    return Run.create(vals)


def _prepare_invoices(env, place, code):
    run = _prepare_month(env, place, code)
    run.with_context(exchange_inline=True).action_compute()
    assert run.stage == "computed", run.exchange_message_ids.mapped("text")
    return run


def _books_of_month(run, code):
    lines, moves = run.billing_line_ids, run.move_ids
    billed = sum(moves.mapped("amount_untaxed")) - sum(lines.mapped("amount"))
    return {
        "stage": run.stage,
        "children": len(lines.child_id),
        "lines": len(lines),
        "invoices": len(moves),
        "debtors": len(moves.partner_id),
        "billed": not moves or abs(billed) < 0.01,
    }


def _prepare_kibe(env, place, code):
    company = env["res.company"].create({"name": code})
    env.ref("base.user_admin").company_ids |= company
    env = in_company(env, company.id)
    department = env["daycare.department"].create({"code": "PRE", "name": "Pre"})
    slots = [{"number": n, "hour_from": begin, "hour_to": e} for n, begin, e in SLOTS]
    env["daycare.group"].create(
        {
            "code": "NUR1",
            "name": "Nurserie",
            "department_id": department.id,
            "slot_ids": [(0, 0, slot) for slot in slots],
        }
    )
    samples = Path(place["root"], "addons", "kibe_import", "tests", "samples")
    return env["kibe.import"].create(
        {
            "archive": base64.b64encode((samples / "kibe_sample.zip").read_bytes()),
            "archive_name": "kibe_sample.zip",
            "date_journal": "2021-01-01",
            "operation": "create",
        }
    )


def _books_of_kibe(run, code):
    mine = [("company_id", "=", run.company_id.id)]
    return {model: run.env[model].search_count(mine) for model in KIBE}


# === SOFI ===


def _residence(env, place, code, **values):
    env["ir.config_parameter"].sudo().set_param(
        "sofi_primmo.output_root", place["folder"]
    )
    folder = Path(place["folder"], code)
    folder.mkdir(exist_ok=True)
    return env["sofi.residence"].create(
        {
            "name": code,
            "url": f"{place['sofi']}/{code}",
            "api_access_key": KEY,
            "api_secret": SECRET,
            "output_directory": code,
            "log_directory": "log",
            "dry_run": False,
            **values,
        }
    )


def _prepare_export(env, place, code):
    env = in_company(env, env.ref("base.main_company").id)
    residence = _residence(env, place, code)
    return env["sofi.export"].create({"residence_ids": [(6, 0, residence.ids)]})


def _books_of_export(run, code):
    lines = run.line_ids.filtered("file_id")
    return {
        "files": len(run.file_ids),
        "lines": len(lines),
        "archived": len(lines.filtered(lambda line: line.state == "archived")),
    }


def _prepare_tenants(env, place, code):
    env = in_company(env, env.ref("base.main_company").id)
    rows = [f"T{n};Nom{'ABCD'[n]};Jean;M;1938-04-0{n + 1}" for n in range(TENANTS)]
    content = "\n".join(["Numéro;Nom;Prénom;Sexe;Date de naissance", *rows])
    return env["primmo.import"].create(
        {
            "residence_id": _residence(env, place, code).id,
            "kind": "tenant",
            "file": base64.b64encode(content.encode("cp1252")),
            "file_name": "list.csv",
        }
    )


def _books_of_tenants(run, code):
    tenants = run.env["primmo.tenant"].search(
        [("residence_id", "=", run.residence_id.id)]
    )
    return {"tenants": sorted(tenants.mapped("external_id"))}


KINDS = {
    "closing": Kind("openimis.closing", _prepare_closing, _books_of_closing),
    "pull": Kind("openimis.pull", _prepare_pull, _books_of_pull),
    "month": Kind(
        "daycare.billing.run",
        _prepare_month,
        _books_of_month,
        lambda run: run._begin("compute"),
    ),
    "invoices": Kind(
        "daycare.billing.run",
        _prepare_invoices,
        _books_of_month,
        lambda run: run._begin("invoice"),
    ),
    "kibe": Kind("kibe.import", _prepare_kibe, _books_of_kibe),
    "export": Kind("sofi.export", _prepare_export, _books_of_export),
    "tenants": Kind("primmo.import", _prepare_tenants, _books_of_tenants),
}
