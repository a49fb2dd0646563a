"""A server of its own that works on jobs when it is told to: a worker of bench_engine.

Run with Odoo's Python: engine_worker.py CONFIG DATABASE LANE. It says "ready" once
Odoo is loaded; a line on its standard input names a job, MODEL ID. It works until that
one is over, as the scheduler does, and answers with a line of JSON: the seconds of its
own processor time, and its memory.
"""

import json
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "kill"))

import worker  # noqa: E402

from odoo import SUPERUSER_ID, api  # noqa: E402
from odoo.modules.registry import Registry  # noqa: E402


def main():
    """Work whenever a line comes."""
    conf, database, number = sys.argv[1:]
    worker.load(conf, database)
    from tests.bench import engine_jobs

    engine_jobs.add(Registry(database), make_tables=False)
    print("ready", flush=True)
    for line in sys.stdin:
        model, job = line.split()
        before = _processor_time()
        while _work(database, int(number), model, int(job)):
            pass  # a lane's time is over after a while; it is woken again
        usage = resource.getrusage(resource.RUSAGE_SELF)
        answer = {"cpu": _processor_time() - before, "memory": usage.ru_maxrss / 1024}
        print(json.dumps(answer), flush=True)


def _work(database, number, model, job_id):
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        if env[model].browse(job_id).state != "running":
            return False
        env["exchange.chunk"]._lanes()[number].method_direct_trigger()
    return True


def _processor_time():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


main()
