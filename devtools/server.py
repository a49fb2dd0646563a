"""`./dev run`, `shell` and `stop`: a database with everything, and Odoo on it."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from . import addons, database, living, paths, postgres, templates, tools, venv
from .console import Problem, say, step
from .locks import lock

HOST = "127.0.0.1"
PORT = 8069
DATABASE = "suite"
START_SECONDS = 180
STOP_SECONDS = 15
PERSON = """
  or as {login:18} {what}"""
RUNNING = paths.HOME / "running"
#: What puts jobs on OCA's queue; its runner starts with Odoo and asks it over HTTP.
QUEUE = "exchange_run_queue"
#: the packages of OCA's addons that `--oca` installs our glue to
OCA = "requirements-oca.txt"
QUEUE_OPTIONS = ("--load=base,rpc,web,queue_job",)
QUEUE_CHANNELS = "root:2,root.exchange:2"
LOOPBACK = r"^http://127\.0\.0\.1:[0-9]+"
#: tables of the addresses of SOFI, openIMIS and a subscriber to its bills
SIMULATED = ("sofi_residence", "openimis_connection", "openimis_fhir_subscription")
BANNER = """
  {url}
  log in as admin; the password is the login{people}

  Stop with Ctrl-C. Log: {log}
"""


@dataclass(frozen=True)
class Server:
    """A running Odoo.

    :ivar str url: its address, without a final slash
    """

    database: str
    url: str
    process: subprocess.Popen
    log: Path | None


def prepare_database(source, name, wanted=(), fresh=False, assets=False, alive=False):
    """Make a database with addons and demonstration data, or bring it up to date.

    :param Path source: folder that holds the package `odoo`
    :param str name: the database
    :param wanted: technical names of addons; default: what it has, for a new one all
    :param bool fresh: drop it first
    :param bool assets: bundle the client's scripts and styles now, not at first use
    :param bool alive: with the living demonstration, where all addons are wanted
    """
    with lock(f"db-{name}"):
        if fresh:
            database.drop(name)
        known = database.comment(name)
        before = known.get("prints", {})
        wanted = addons.closure({*wanted, *before} or addons.standard())
        venv.ensure_wheels(addons.wheels(wanted))
        prints = {addon: addons.fingerprint(addon) for addon in wanted}
        if not database.exists(name):
            alive = alive and set(wanted) == set(addons.standard())
            template = (
                living.template(source) if alive else templates.layer(source, wanted)
            )
            with step(f"database {name}"):
                templates.clone(template, name)
            made = database.comment(template)
            known = {key: made.get(key) for key in ("assets", "logins")}
        elif _update(name, before, prints):
            known["assets"] = False
        if assets and not known.get("assets"):
            database.bundle(name)
            known["assets"] = True
        database.note(name, {**known, "prints": prints})


def _update(name, before, now):
    new = [addon for addon in now if addon not in before]
    changed = [addon for addon in now if before.get(addon, now[addon]) != now[addon]]
    if new or changed:
        with step(f"update {', '.join(new + changed)}"):
            database.install(name, new, changed, what="updating")
    return bool(new or changed)


def shell(source, name, wanted, arguments):
    """Replace this process by Odoo's shell; standard input may be a script."""
    if not database.exists(name):
        prepare_database(source, name, wanted)
    command = [
        paths.VENV_PYTHON,
        paths.ODOO_BIN,
        *database.shell_arguments(name),
        *arguments,
    ]
    os.execv(paths.VENV_PYTHON, [str(c) for c in command])


def is_free(port):
    """Tell whether a port of the loopback interface can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(wanted=None):
    """Return the wanted port, or the first free one from 8069 on.

    :raises Problem: when the wanted one is taken
    """
    if wanted and not is_free(wanted):
        raise Problem(f"Port {wanted} is taken.", "Choose another: ./dev run --port N")
    return wanted or next(p for p in range(PORT, PORT + 100) if is_free(p))


def free_port():
    """Return a free port above those people choose."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def command(name, port, *arguments):
    """Return the command of an Odoo server for one database."""
    options = ["-c", paths.CONFIG, "-d", name, f"--db-filter=^{name}$"]
    options += ["--no-database-list", f"--http-port={port}", *arguments]
    return [str(c) for c in (paths.VENV_PYTHON, paths.ODOO_BIN, *options)]


@contextmanager
def serving(name, port, log, *arguments):
    """Run Odoo for as long as the block lasts; enter it when the server answers.

    :param str name: the database
    :param int port: to listen on
    :param Path log: file for the log, appended to; None for the terminal
    :return: a `Server`
    """
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
    output = open(log, "a") if log else None
    # A group of its own: Ctrl-C reaches us, and we end it in good order.
    process = subprocess.Popen(
        command(name, port, *arguments),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    try:
        url = f"http://{HOST}:{port}"
        wait_for(f"{url}/web/login", process, log)
        yield Server(name, url, process, log)
    finally:
        end(process)
        if output:
            output.close()


def wait_for(url, process, log=None):
    """Wait until an address answers.

    :raises Problem: when the process ends, or nothing answers in time
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Problem("The server ended at its start.", _tail(log))
        try:
            with urllib.request.urlopen(url, timeout=START_SECONDS):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise Problem(f"Nothing answers at {url}.", _tail(log))


def _tail(log):
    if not log:
        return "Its log is above."
    lines = log.read_text().splitlines()[-15:]
    return f"The end of its log, {log}:\n" + "\n".join(lines)


def end(process):
    """End a server in good order, by force if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run(source, options, arguments):
    """Prepare the database, start Odoo, stay until it is told to stop."""
    port = choose_port(options.port)
    _try_wkhtmltopdf()
    name, fresh = options.database, options.fresh
    prepare_database(source, name, options.addon, fresh, True, not options.plain)
    if options.oca:
        prepare_database(source, name, addons.glued(OCA), assets=True)
        living.equip(name)
    if options.queue:
        prepare_database(source, name, [QUEUE], assets=True)
        os.environ.setdefault("ODOO_QUEUE_JOB_CHANNELS", QUEUE_CHANNELS)
        arguments = [*QUEUE_OPTIONS, *arguments]
    logins = database.comment(name).get("logins") or ()
    log = None if options.verbose else paths.LOGS / f"{options.database}.log"
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _tell_address(name, port)
    say(f"• Odoo on port {port} …")
    beside = simulators(name) if logins or options.demo_sofi else nullcontext()
    with beside, _registered(name):
        with serving(name, port, log, *arguments) as odoo:
            people = "".join(PERSON.format(login=p[0], what=p[1]) for p in logins)
            say(BANNER.format(url=odoo.url, log=log or "below", people=people))
            return odoo.process.wait()


def _tell_address(name, port):
    """Tell a database where it is served, so that printed pages find their styles.

    Odoo itself notes the address only when an administrator logs in.
    """
    statement = "UPDATE ir_config_parameter SET value = %s WHERE key = 'web.base.url'"
    postgres.query(name, statement, f"http://{HOST}:{port}")


@contextmanager
def simulators(name):
    """Run what the demonstration speaks with, such as SOFI; say where.

    Each has its usual port, or any other when that one is taken: the database is told.

    :param str name: the database
    """
    process = subprocess.Popen(
        [paths.VENV_PYTHON, "-m", "devtools.demonstration.simulators"],
        cwd=paths.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said = process.stdout.readline()
        if not said:
            raise Problem("The simulators of SOFI and openIMIS did not start.")
        addresses = json.loads(said)
        say("  simulators: SOFI {}, openIMIS {}, subscriber {}".format(*addresses))
        for table, address in zip(SIMULATED, addresses, strict=True):
            _tell(name, table, address)
        yield
    finally:
        end(process)


def _tell(name, table, address):
    """Write where a simulator listens today to what speaks with one on loopback."""
    there = f"to_regclass('{table}') IS NOT NULL"
    if postgres.query(name, f"SELECT 1 WHERE {there}"):
        postgres.query(
            name,
            f"UPDATE {table} SET url = regexp_replace(url, %s, %s) WHERE url ~ %s",
            LOOPBACK,
            address,
            LOOPBACK,
        )


def _try_wkhtmltopdf():
    try:
        tools.ensure("wkhtmltopdf")
    except Problem as problem:
        say(f"  PDF reports will not print: {problem.what}\n→ {problem.todo}")


@contextmanager
def _registered(name):
    """Note our process number, for `./dev stop`."""
    RUNNING.mkdir(parents=True, exist_ok=True)
    file = RUNNING / name
    file.write_text(str(os.getpid()))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def stop():
    """Stop the servers started by `./dev run`, and the private PostgreSQL."""
    for file in RUNNING.glob("*") if RUNNING.exists() else ():
        pid = int(file.read_text())
        if _is_ours(pid):
            os.kill(pid, signal.SIGTERM)
            say(f"stopping Odoo on database {file.name}")
            _wait_gone(pid)
        file.unlink(missing_ok=True)
    if postgres.stop():
        say("stopped PostgreSQL")


def _is_ours(pid):
    """Tell whether a process is still `./dev run` and not a later one of its number."""
    process = Path("/proc", str(pid))
    try:
        words = (process / "cmdline").read_text().split("\0")
        folder = (process / "cwd").resolve()
    except OSError:
        return False
    # The command may have been typed as ./dev.
    return any(
        (folder / word).resolve() == paths.ROOT / "dev" for word in words if word
    )


def _wait_gone(pid):
    deadline = time.monotonic() + STOP_SECONDS + 5
    while time.monotonic() < deadline and _is_ours(pid):
        time.sleep(0.1)
