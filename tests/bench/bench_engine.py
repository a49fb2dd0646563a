"""The job engine: what a chunk costs, and what a second worker is good for.

What must hold: at most 5 ms a chunk over 10,000 empty chunks, ten times the chunks take
at most eleven times as long, memory stays flat; two workers (two servers of one lane
each) do a closing and a month at least 1.7 times as fast as one, on two free cores.

Where the cores are not free the clock says nothing about that. Beside it stands what
processor time says: were nothing lost by sharing, two workers would need together what
one needs alone, and so would PostgreSQL, whose share says how many workers one
PostgreSQL can serve (docs/scale.md).

`ENGINE_CLAIMS`, `ENGINE_CHILDREN`, `ENGINE_CHUNKS` in the environment say how large.
"""

import json
import os
import subprocess
from contextlib import suppress
from datetime import date

from odoo import Command

from devtools import paths, postgres

from . import bench_daycare_billing, bench_openimis_closing, engine_jobs
from .fhir_cpu import process_cpu
from .report import Result, stopwatch

ADDONS = ["openimis_payable", "daycare_billing"]
CLAIMS = int(os.environ.get("ENGINE_CLAIMS", "100000"))
CHILDREN = int(os.environ.get("ENGINE_CHILDREN", "5000"))
CHUNKS = tuple(int(os.environ.get("ENGINE_CHUNKS", "10000")) // n for n in (10, 1))
WARM_UP = 400


def bench(env):
    """Measure empty chunks, a closing and a month, with one worker and with two."""
    engine_jobs.add(env.registry)
    env = env(context={**env.context, "tracking_disable": True})
    env.cr.commit()
    with Workers(env.cr.dbname) as workers:
        for model in ("exchange.bench.empty", "exchange.bench.shared"):
            yield from _empty(env, workers, model)
        yield from _compare(env, workers, "closing", _closings(env))
        for phase, jobs in _months(env).items():
            yield from _compare(env, workers, phase, jobs)


class Workers:
    """Two servers of one lane each, that work on command."""

    def __init__(self, database):
        self._database = database
        self._processes = []

    def __enter__(self):
        script = paths.TESTS / "bench" / "engine_worker.py"
        for lane in range(2):
            command = [paths.VENV_PYTHON, script, paths.CONFIG, self._database, lane]
            self._processes.append(
                subprocess.Popen(
                    [str(part) for part in command],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                )
            )
        for process in self._processes:
            assert process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_error):
        for process in self._processes:
            process.stdin.close()
            process.wait()

    def work(self, number, job):
        """Let some of them work on a job until it is over.

        :return: (seconds, seconds of their own processor time, MB of the largest,
            seconds of PostgreSQL's processor time)
        """
        busy = self._processes[:number]
        before = _postgres_cpu(self._database)
        with stopwatch() as watch:
            for process in busy:
                process.stdin.write(f"{job._name} {job.id}\n")
                process.stdin.flush()
            answers = [json.loads(process.stdout.readline()) for process in busy]
        return (
            watch.seconds,
            sum(answer["cpu"] for answer in answers),
            max(answer["memory"] for answer in answers),
            _postgres_cpu(self._database) - before,
        )


def _postgres_cpu(database):
    """Return the processor time of PostgreSQL for a database so far, in seconds.

    That of the connections that are open: workers keep theirs.
    """
    query = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
    seconds = 0.0
    for (pid,) in postgres.query("postgres", query, database):
        with suppress(OSError):  # on another machine, or just closed
            seconds += process_cpu(pid)
    return seconds


def _empty(env, workers, model):
    name = model.rpartition(".")[2]
    found = {}
    for size in (100, *CHUNKS):
        job = env[model].create({"size": size})
        job.action_plan()
        _start(job)
        found[size] = workers.work(1, job)
        _check(job)
    (small, few, before, _pg), (large, cpu, after, server) = map(found.get, CHUNKS)
    yield Result(f"{name} chunks", 1000 * large / CHUNKS[1], "ms each")
    yield Result(f"{name} chunks, processor", 1000 * cpu / CHUNKS[1], "ms each")
    yield Result(f"{name} chunks, PostgreSQL", 1000 * server / CHUNKS[1], "ms each")
    yield Result(f"{name}, time of ten times as many", large / small, "times")
    yield Result(f"{name}, processor of ten times as many", cpu / few, "times")
    yield Result(f"{name}, memory more after {CHUNKS[1]}", after - before, "MB")


def _compare(env, workers, name, jobs):
    """Do three times the same: to warm up, with one worker, with two."""
    found, outcomes = {}, []
    for number, job in zip((2, 1, 2), jobs, strict=True):
        job = job()
        _start(job)
        found[number] = workers.work(number, job)
        _check(job)
        outcomes.append(_outcome(job))
    assert outcomes[1] == outcomes[2], outcomes
    (one, cpu_one, _m, pg_one), (two, cpu_two, _m, pg_two) = found[1], found[2]
    yield Result(f"{name}, one worker", one, "s")
    yield Result(f"{name}, two workers", two, "s", one / two)
    yield Result(f"{name}, one worker's processor", cpu_one, "s")
    yield Result(f"{name}, two workers' processor", cpu_two, "s", 2 * cpu_one / cpu_two)
    yield Result(f"{name}, PostgreSQL beside one", pg_one, "s")
    ratio = 2 * pg_one / pg_two if pg_two else None
    yield Result(f"{name}, PostgreSQL beside two", pg_two, "s", ratio)
    yield Result(f"{name}, PostgreSQL's share", 100 * pg_one / (cpu_one + pg_one), "%")


def _start(job):
    """Let the job wait for a worker, whatever its size."""
    job._start()
    job._queue_up()
    job.env.cr.commit()


def _check(job):
    job.env.cr.rollback()
    job.invalidate_recordset()
    assert job.state == "done", (job.state, job.exchange_message_ids.mapped("text"))


def _outcome(job):
    """Return what one worker and two must have done in the same way."""
    if "billing_line_ids" in job:  # two years differ in days, and so in amounts
        return len(job.billing_line_ids), len(job.move_ids)
    totals = (
        sum(job.line_ids.mapped("amount")),
        sum(job.move_ids.mapped("amount_total")),
    )
    return len(job.line_ids), len(job.move_ids), [round(total, 2) for total in totals]


# === MATERIAL ===


def _closings(env):
    """Return a closing of few claims and two of many, each in its month."""
    product, facilities = bench_openimis_closing._scheme(env)
    closings = []
    for month, size in enumerate((WARM_UP, CLAIMS, CLAIMS), start=1):
        bench_openimis_closing._claims(env, product, facilities, size, month)
        closing = env["openimis.closing"].create(
            {
                "date_from": date(2025, month, 1),
                "date_to": date(2025, month, 28),
                "invoice_date": date(2025, month, 28),
                "move_line_policy": "grouped",
            }
        )
        closing.action_preview()
        env.cr.commit()
        closings.append(lambda closing=closing: closing)
    return closings


def _months(env):
    """Return {what is done: jobs} of a small month and two large ones."""
    company = env.ref("base.demo_company_ch")
    env.user.company_ids = [Command.link(company.id)]
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    group = bench_daycare_billing._structure(env)
    runs = []
    for year, size in zip((2020, 2021, 2022), (60, CHILDREN, CHILDREN), strict=True):
        bench_daycare_billing._children(env, group, size, year)
        month = date(year, 3, 1)
        vals = {"month": month, "invoice_date": month, "with_corrections": False}
        runs.append(env["daycare.billing.run"].create(vals))
        env.cr.commit()

    def phase(run, name):
        def begin():
            if run.stage == {"compute": "draft", "invoice": "computed"}[name]:
                run._begin(name)
                run.action_plan()
            return run

        return begin

    return {
        "month calculated": [phase(run, "compute") for run in runs],
        "month invoiced": [phase(run, "invoice") for run in runs],
    }
