"""A Kibé delivery: test, create, overwrite, beside Odoo's own create() and load().

`KIBE_CHILDREN` sets the size (5,000: with 9,000 guardians and 60,000 planning rows),
`KIBE_LARGEST` that of the last test, which shows how time grows (four times as many)::

    KIBE_LARGEST=50000 ./dev bench kibe_import
"""

import base64
import os
import resource

from tests.core.kibe_import.generate import delivery

from .report import Result, stopwatch

ADDONS = ["kibe_import"]
CHILDREN = int(os.environ.get("KIBE_CHILDREN", "5000"))
LARGEST = int(os.environ.get("KIBE_LARGEST", 4 * CHILDREN))
ROWS = 12  # of the planning, a child
COMPARED = 1000  # guardians, for create() beside load()
GRID = (
    (1, 6.5, 7.5),
    (2, 7.5, 9),
    (3, 9, 11),
    (4, 12.5, 14.5),
    (5, 14.5, 16.5),
    (6, 16.5, 18.5),
)
LOADED = [
    "company_id/.id",
    "kibe_id",
    "lastname",
    "firstname",
    "role",
    "courtesy",
    "phone_mobile",
    "email",
    "street",
    "zip",
    "city",
    "country_id/.id",
    "employer",
    "accounting_ref",
]


def bench(env):
    """Measure the three operations and what Odoo alone takes."""
    parameters = env["ir.config_parameter"]
    parameters.set_param("kibe_import.max_rows", max(200_000, ROWS * LARGEST))
    raw = delivery(CHILDREN)
    company = make_company(env)
    with stopwatch() as test:
        run(env, company, raw, "test")
    with stopwatch() as create:
        run(env, company, raw, "create")
    with stopwatch() as again:
        run(env, company, raw, "overwrite")
    memory = most_memory()
    with stopwatch() as plain:
        plain_create(env, raw)
    yield Result(
        "test (read and plan)", test.seconds, "s", create.seconds / test.seconds
    )
    yield Result("create", create.seconds, "s", plain.seconds / create.seconds)
    yield Result("plain create() of the same", plain.seconds, "s")
    yield Result(
        "overwrite without change", again.seconds, "s", test.seconds / again.seconds
    )
    yield Result("memory at most", memory, "MB")
    yield from guardians(env)
    yield from growth(env, test.seconds)


def make_company(env):
    """Return a company of its own with the group NUR1."""
    company = env["res.company"].create(
        {"name": f"Bench {env['res.company'].search_count([])}"}
    )
    env = scoped(env, company)
    department = env["daycare.department"].create(
        {"code": "PRE", "name": "Préscolaire"}
    )
    env["daycare.group"].create(
        {
            "code": "NUR1",
            "name": "Nurserie",
            "department_id": department.id,
            "slot_ids": [
                (0, 0, {"number": n, "hour_from": a, "hour_to": b}) for n, a, b in GRID
            ],
        }
    )
    env.cr.commit()
    return company


def scoped(env, company):
    return env(context={"allowed_company_ids": company.ids, "exchange_inline": True})


def prepare(env, company, raw, operation):
    return scoped(env, company)["kibe.import"].create(
        {
            "archive": base64.b64encode(raw),
            "archive_name": "bench.zip",
            "date_journal": "2021-08-01",
            "operation": operation,
        }
    )


def run(env, company, raw, operation):
    """Run one operation to its end, committed."""
    job = prepare(env, company, raw, operation)
    job.action_run()
    env.cr.commit()
    assert job.state == "done", (
        job.refusal or job.exchange_message_ids.mapped("text")[:5]
    )
    env.invalidate_all()
    return job


def plain_create(env, raw):
    """Create the records of the plan in batches, as any program would with the ORM."""
    company = make_company(env)
    job = prepare(env, company, raw, "create")
    job._make_plan()
    for payload in job._chunks("todo").mapped("payload"):
        ids = job._resolve(payload["items"])
        entity = payload["entity"]
        vals = [job._vals(entity, item, ids) for item in payload["items"]]
        if entity in ("guardian", "child"):
            vals = [{**row, "company_id": company.id} for row in vals]
        scoped(env, company)[MODELS[entity]].create(vals)
        env.cr.commit()


MODELS = {
    "guardian": "daycare.guardian",
    "child": "daycare.child",
    "link": "daycare.child.guardian",
    "income": "daycare.income",
    "billing_data": "daycare.billing.data",
    "sector": "daycare.sector",
}


def guardians(env):
    """Guardians alone: the import beside load() on the same rows."""
    company = make_company(env)
    job = prepare(env, company, delivery(COMPARED), "create")
    job._make_plan()
    env.cr.commit()
    payloads = [
        p for p in job._chunks("todo").mapped("payload") if p["entity"] == "guardian"
    ]
    count = sum(payload["units"] for payload in payloads)
    with stopwatch() as ours:
        for payload in payloads:
            job._execute(payload)
        env.cr.commit()
    other = make_company(env)
    names = [name.partition("/")[0] for name in LOADED]
    rows = [
        [str(other.id), *(item["values"].get(name) or "" for name in names[1:])]
        for payload in payloads
        for item in payload["items"]
    ]
    role = LOADED.index("role")
    labels = dict(env["daycare.guardian"]._fields["role"].selection)
    for row in rows:
        row[role] = labels[row[role]]
        row[LOADED.index("courtesy")] = ""
    with stopwatch() as theirs:
        answer = scoped(env, other)["daycare.guardian"].load(LOADED, rows)
        env.cr.commit()
    assert answer["ids"], answer["messages"][:3]
    ratio = theirs.seconds / ours.seconds
    yield Result("guardians, import", count / ours.seconds, "per s", ratio)
    yield Result("guardians, load()", count / theirs.seconds, "per s")


def growth(env, seconds):
    """So many times the children: the test takes so many times as long.

    A ratio of 1 is linear.
    """
    raw = delivery(LARGEST)
    company = make_company(env)
    with stopwatch() as larger:
        job = run(env, company, raw, "test")
    assert job.counters["child"] == {"created": LARGEST}
    ratio = LARGEST / CHILDREN * seconds / larger.seconds
    yield Result(f"test of {LARGEST} children", larger.seconds, "s", ratio)
    yield Result("memory at most, after it", most_memory(), "MB")


def most_memory():
    """Return the most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
