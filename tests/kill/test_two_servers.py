"""Jobs of every kind on two servers of two workers each, any of which is killed with
`kill -9` at any moment: each comes to what it comes to without kills.

    KILL_ROUNDS=100 nice ./dev test tests/kill/test_two_servers.py

The default is a short set. `KILL_SEED` repeats the moments, not what happens in them.
"""

import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
import xmlrpc.client
from collections import Counter
from pathlib import Path

import pytest

from devtools import database, paths

from ..databases import cloned
from ..simulators.openimis import OpenimisServer, Store
from ..simulators.openimis.server import LOGIN
from . import every_kind
from .servers import Servers, configure

sys.path.insert(0, str(Path(__file__).parents[1] / "simulators" / "sofi"))

from sofi_simulator import Simulator, generate  # noqa: E402

ROUNDS = int(os.environ.get("KILL_ROUNDS", "2"))
SEED = int(os.environ.get("KILL_SEED", "14"))
KILLS = 5  # at most, in a round
#: What a person presses, by kind; the others have the usual button.
BUTTONS = {"month": "action_compute", "invoices": "action_invoice"}
#: A round's jobs of these need months, of which a year has twelve.
SCARCE = ("month", "invoices")
MONTHS = 6
#: What a person's request ends with when its worker is killed.
CUT = (OSError, xmlrpc.client.ProtocolError, http.client.HTTPException)


class Office:
    """The process that prepares and counts, see `office.py`."""

    def __init__(self, conf, name, place):
        command = (paths.VENV_PYTHON, Path(__file__).with_name("office.py"))
        command += (conf, name, json.dumps(place))
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout.readline() == "ready\n"

    def ask(self, what, *arguments):
        """Let it do something; return its answer."""
        self._process.stdin.write(json.dumps([what, *arguments]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self):
        """Let it go home."""
        self._process.stdin.close()
        self._process.wait()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """(servers, office, simulator of SOFI)."""
    names = [f"{k}-{n}" for k in ("export", "tenants") for n in range(ROUNDS + 1)]
    residences = {n: generate.residence(n, every_kind.CHARGES) for n in names}
    simulator = Simulator(fixture=residences).start()
    try:
        openimis = OpenimisServer(every_kind.fill_openimis(Store()))
        with openimis, cloned("kill-servers") as name:
            place = {
                "root": str(paths.ROOT),
                "sofi": simulator.url,
                "openimis": openimis.url,
                "login": LOGIN,
                "folder": str(tmp_path_factory.mktemp("sofi")),
            }
            conf = configure(tmp_path_factory.mktemp("servers"))
            database.install(name, ["exchange_small_parts"], odoo_config=conf)
            with contextlib.closing(Office(conf, name, place)) as office:
                with Servers(name, "lanes", conf) as servers:
                    yield servers, office, simulator
    finally:
        simulator.close()


def play(town, number, dice=None):
    """Do a job of every kind at the same time; return what came of each.

    :param Random dice: says when workers are killed; None where nobody is
    """
    servers, office, _simulator = town
    kinds = [k for k in every_kind.KINDS if k not in SCARCE or number < MONTHS]
    codes = {kind: f"{kind}-{number}" for kind in kinds}
    jobs = {k: office.ask("prepare", k, code) for k, code in codes.items()}
    presses = [
        threading.Thread(target=press, args=(servers, kind, *job, number))
        for kind, job in jobs.items()
    ]
    for each in presses:
        each.start()
    kills = kill_some(servers, dice) if dice else 0
    for each in presses:
        each.join()
    for kind, job in jobs.items():
        come_through(servers, office, kind, *job)
    print(f"round {number}: {kills} kills")
    return {k: office.ask("books", k, jobs[k][1], code) for k, code in codes.items()}


def press(servers, kind, model, job, number):
    """Press the button that starts a job; the request may be cut, or refused in words
    where a lane was faster."""
    try:
        servers.call(model, BUTTONS.get(kind, "action_run"), [job], at=number % 2)
    except CUT:
        pass
    except xmlrpc.client.Fault as fault:
        assert "Traceback" not in fault.faultString, fault.faultString
        print(f"{kind} is refused: {fault.faultString}")


def kill_some(servers, dice):
    """Kill workers at random moments; return how many."""
    kills = dice.randint(1, KILLS)
    for _kill in range(kills):
        time.sleep(dice.uniform(0.1, 2.5))
        workers = servers.workers()
        if workers:
            servers.kill(dice.choice(workers).pid)
    return kills


def come_through(servers, office, kind, model, job):
    """Do what a person does who looks at the job later: wait, or press a button."""
    table = model.replace(".", "_")

    def state():
        [(found,)] = servers.read(f"SELECT state FROM {table} WHERE id = %s", job)
        if kind == "invoices" and found == "done":
            [(stage,)] = servers.read(f"SELECT stage FROM {table} WHERE id = %s", job)
            return "draft" if stage == "computed" else found  # calculated only
        return found

    for _look in range(10):
        office.ask("wake")
        servers.wait_for(lambda: state() != "running")
        found = state()
        if found in ("draft", "planned"):
            press(servers, kind, model, job, 0)
        elif found in ("partial", "failed"):
            with contextlib.suppress(*CUT):
                servers.call(model, "action_resume", [job])
        if state() == "done":
            return


def test_each_kind_comes_to_the_same_with_kills_and_without(town):
    expected = play(town, 0)
    assert set(expected) == set(every_kind.KINDS)
    assert {each["state"] for each in expected.values()} == {"done"}, expected
    simulator = town[2]
    dice = random.Random(SEED)
    for number in range(1, ROUNDS + 1):
        found = play(town, number, dice)
        for kind, books in found.items():
            assert books == expected[kind], (number, kind)
        times = Counter(simulator.residence(f"export-{number}").archived_times)
        assert len(times) == every_kind.CHARGES
        assert set(times.values()) == {1}


def test_every_addon_that_has_jobs_is_among_them():
    models = {kind.model.split(".")[0] for kind in every_kind.KINDS.values()}
    assert models == {"openimis", "daycare", "kibe", "sofi", "primmo"}
