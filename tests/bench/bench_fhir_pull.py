"""Pulling claims from openIMIS: all that a first load does, from HTTP to the database.

openIMIS is the simulator in a process of its own; what it takes is told apart. Claims
have an item and a service each. `FHIR_CLAIMS=200000` in the environment says how many.
"""

import os
import resource
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tests.simulators.openimis.server import LOGIN

from .fhir_cpu import cpuwatch, process_cpu
from .report import Result

ADDONS = ["openimis_fhir"]
CLAIMS = int(os.environ.get("FHIR_CLAIMS", "4000"))
PAGE = 200
KINDS = ("facility", "product", "policy", "claim")


def bench(env):
    """First load, then the same again with nothing changed."""
    company = env["res.company"].create(
        {"name": "Bench", "currency_id": env.ref("base.USD").id}
    )
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    with _openimis(CLAIMS) as (url, server):
        connection = _connection(env, url)
        for name in ("claims, first load", "claims, unchanged"):
            yield from _measure(env, name, connection, server)
    assert env["openimis.claim"].search_count([]) >= CLAIMS


def _measure(env, name, connection, server):
    database = env.cr._cnx.info.backend_pid
    others = {"the database's": database, "openIMIS'": server}
    before = {label: process_cpu(pid) for label, pid in others.items()}
    with _pages(env) as pages, cpuwatch() as watch:
        pull = env["openimis.pull"].create(
            {
                "connection_id": connection.id,
                "company_id": connection.company_id.id,
                "full": True,
            }
        )
        env.cr.commit()
        pull.with_context(exchange_inline=True).action_run()
    assert pull.state == "done", pull.exchange_message_ids.mapped("text")
    yield Result(name, CLAIMS / watch.seconds, "per s")
    yield Result(f"{name}: per second of our CPU", CLAIMS / watch.cpu, "per s")
    for label, pid in others.items():
        seconds = process_cpu(pid) - before[label]
        yield Result(f"{name}: {label} CPU", 1e6 * seconds / CLAIMS, "µs each")
    yield from _growth(name, pages)


def _growth(name, pages):
    """The last fifth of the pages beside the second: what grows with the data."""
    fifth = len(pages) // 5
    (start, memory), (end, _memory) = pages[fifth], pages[2 * fifth]
    yield Result(
        f"{name}: last fifth of the pages",
        (pages[-1][0] - pages[-1 - fifth][0]) / (end - start),
        "× second",
    )
    yield Result(f"{name}: memory grows by", pages[-1][1] - memory, "MB")


@contextmanager
def _pages(env):
    """Note (our CPU in seconds, largest memory in MB) after each page of claims."""
    pages = []
    Pull = type(env["openimis.pull"])
    take = Pull._take

    def noting(self, kind, page):
        take(self, kind, page)
        if kind == "claim":
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            pages.append((time.process_time(), memory))

    with patch.object(Pull, "_take", noting):
        yield pages


@contextmanager
def _openimis(claims):
    """Run the simulator; give its address and its process id."""
    command = [sys.executable, "-m", "tests.simulators.openimis", "--claims"]
    with subprocess.Popen(
        [*command, str(claims)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    ) as process:
        try:
            yield process.stdout.readline().split()[2], process.pid
        finally:
            process.terminate()


def _connection(env, url):
    connection = env["openimis.connection"].create(
        {
            "name": "Bench",
            "url": url,
            "internal": True,
            "login": LOGIN[0],
            "password": LOGIN[1],
            "rate": 10**6,
            "page_size": PAGE,
            "transport": "fhir",
            "company_id": env.company.id,
            "currency_id": env.ref("base.USD").id,
        }
    )
    for line in connection.kind_ids:
        line.enabled = line.kind in KINDS
    env.cr.commit()
    return connection
