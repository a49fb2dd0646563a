"""SOFI: exports of 10,000 and 100,000 charges, a night of 200 residences, matching.

What must hold: 3,000 charges a second apart from the server's own time, memory below
300 MiB, time(100,000) at most 11 times time(10,000), the night below 3 minutes and no
residence dearer in a long one, 20,000 residents matched with 20,000 in 5 s.
"""

import json
import resource
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

from odoo.addons.sofi_primmo.core import matching

from .report import Result, stopwatch

ADDONS = ["sofi_primmo"]
SIZES = (10_000, 100_000)
NIGHTS = (50, 200)
NIGHT_CHARGES = 500
PEOPLE = 20_000
SIMULATOR = Path(__file__).parents[1] / "simulators" / "sofi"
KEY, SECRET = "BENC0000BBBB1111CCCC", "benchbenchbenchbenchbenchbenchbenchbench"


def bench(env):
    """Export to a simulator in a process of its own, so that its time can be told."""
    env = env(context={**env.context, "exchange_inline": True})
    env["sofi.residence"].search([("active", "=", True)]).active = False
    with tempfile.TemporaryDirectory() as root, _simulator() as url:
        env["ir.config_parameter"].set_param("sofi_primmo.output_root", root)
        yield from _exports(env, url)
        yield from _night(env, url)
    yield from _matching()


def _exports(env, url):
    seconds = []
    for size in SIZES:
        run = _prepare(env, url, [f"size{size}"], size)
        own, wall = _run(run, url)
        seconds.append(own)
        assert run.file_ids.line_count == size, run.log_text
        yield Result(f"{size} charges, our own time", size / own, "per s")
        yield Result(f"{size} charges, wall time", wall, "s")
    yield Result("time(100,000) / time(10,000)", seconds[1] / seconds[0], "times")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Result("peak memory", peak, "MiB")


def _night(env, url):
    each = []
    for residences in NIGHTS:
        names = [f"night{residences}-{n}" for n in range(residences)]
        run = _prepare(env, url, names, NIGHT_CHARGES)
        own, wall = _run(run, url)
        each.append(own / residences)
        yield Result(f"night of {residences} × {NIGHT_CHARGES} charges", wall, "s")
        yield Result("of it, our own time", own, "s")
    yield Result("time per residence, large to small", each[1] / each[0], "times")


def _prepare(env, url, names, charges):
    """Make residences with accepted charges, and a run over them."""
    for name in names:
        _post(url, "generate", {"residence": name, "charges": charges})
    residences = env["sofi.residence"].create(
        [
            {
                "name": name,
                "url": f"{url}/{name}",
                "api_access_key": KEY,
                "api_secret": SECRET,
                "output_directory": name,
                "create_output_directory": True,
            }
            for name in names
        ]
    )
    run = env["sofi.export"].create({"residence_ids": [(6, 0, residences.ids)]})
    env.cr.commit()
    return run


def _run(run, url):
    """Return (seconds apart from the server's, seconds in all)."""
    before = _post(url, "time")["seconds"]
    with stopwatch() as watch:
        run.action_run()
        run.env.cr.commit()
    assert run.state == "done", run.log_text[-2000:]
    busy = _post(url, "time")["seconds"] - before
    return watch.seconds - busy, watch.seconds


def _matching():
    """Match tenants: a third by External ID, a third by NAM, the rest by identity."""
    people = [_person(number, "") for number in range(PEOPLE)]
    residents = [_person(number, number % 3) for number in range(PEOPLE)]
    with stopwatch() as watch:
        found = matching.match_all(people, matching.Index(residents))
    assert all(match.status == matching.MATCHED for match in found)
    yield Result(f"matching {PEOPLE} with {PEOPLE}", watch.seconds, "s")


def _person(number, level):
    letters = "".join(chr(65 + number // 26**power % 26) for power in range(4))
    born = date(1930, 1, 1) + timedelta(days=number % 7000)
    return matching.Person(
        key=number,
        external_id=f"T{number}" if level in ("", 0) else "",
        nam=f"{letters}{born:%y%m%d}{number % 9 + 1}5" if level in ("", 1) else "",
        last_name=f"Nom{number}",
        first_name="Prénom",
        sex="M",
        birth_date=born,
    )


@contextmanager
def _simulator():
    process = subprocess.Popen(
        [sys.executable, SIMULATOR, "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def _post(url, name, values=None):
    content = json.dumps(values or {}).encode()
    with urlopen(Request(f"{url}/__sim__/{name}", content, method="POST")) as answer:
        return json.load(answer)
