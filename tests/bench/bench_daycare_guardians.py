"""Guardians with their contacts: our batch beside Odoo's own loader, same rows.

What must hold: a batch makes at least 1.5 times as many files per second as `load()`,
and the number of queries per file does not grow with the batch.
"""

from .report import Result, stopwatch

ADDONS = ["daycare"]
COUNT = 2000
COLUMNS = [
    "lastname",
    "firstname",
    "kibe_id",
    "street",
    "zip",
    "city",
    "email",
    "phone_mobile",
    "employer",
    "accounting_ref",
]


def bench(env):
    """Load guardians by Odoo's import, then create them in one batch."""
    Guardian = env["daycare.guardian"]
    Guardian.create(_values(_rows("1", 50)))
    with stopwatch() as loader:
        result = Guardian.load(COLUMNS, _rows("2", COUNT))
        env.cr.commit()
    assert len(result["ids"]) == COUNT, result["messages"]
    before = env.cr.sql_log_count
    with stopwatch() as batch:
        Guardian.with_context(tracking_disable=True).create(_values(_rows("3", COUNT)))
        env.cr.commit()
    queries = (env.cr.sql_log_count - before) / COUNT
    yield Result("guardians by load()", COUNT / loader.seconds, "per s")
    ratio = loader.seconds / batch.seconds
    yield Result("guardians in one batch", COUNT / batch.seconds, "per s", ratio)
    yield Result("queries of a guardian", queries, "queries")


def _rows(prefix, count):
    return [
        [
            f"Parent{number}",
            "Alex",
            f"{prefix}{number:05d}",
            f"Rue Neuve {number}",
            "1920",
            "Martigny",
            f"parent{prefix}{number}@example.org",
            "079 000 00 00",
            "SAI ERP",
            f"{prefix}{number:05d}",
        ]
        for number in range(count)
    ]


def _values(rows):
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]
