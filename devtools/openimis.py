"""`./dev openimis`: a real openIMIS on loopback, its packages as they are published.

It is another program (AGPL) in an environment and a database of its own; only what is
in `tests/real_openimis/site` is ours: settings, addresses, and the records it begins
with. Its tables are made once and kept as a template.
"""

import hashlib
import os
import signal
import subprocess
from contextlib import contextmanager

from . import database, paths, postgres, server, venv
from .console import Problem, say, step
from .console import run as call
from .locks import lock

DATABASE = "openimis"
TEMPLATE = "openimis-template-"
TESTS = paths.OPENIMIS_SITE.parent
TEST_FILE = TESTS / "test_real_openimis.py"
LOGIN, PASSWORD = "accounting", "s3cret-and-long"
#: what a test reads where the server is, and which database is behind it
URL, NAME = "REAL_OPENIMIS_URL", "REAL_OPENIMIS_DATABASE"
PYTHON = paths.OPENIMIS_VENV / "bin" / "python"
#: one worker: the lengths of lists are remembered by each process
OPTIONS = ("--workers=1", "--timeout=600", "--no-control-socket")
BANNER = """
  {url}
  login {login}, password {password}

  Its tables: database {database}. Stop with Ctrl-C. Log: {log}
"""


def run(port=None, fresh=False):
    """Start openIMIS and stay until it is told to stop.

    :param int port: to listen on; default: a free one
    :param bool fresh: drop its database first
    """
    if port and not server.is_free(port):
        raise Problem(f"Port {port} is taken.", "Choose another: --port N")
    if fresh:
        database.drop(DATABASE)
    if not database.exists(DATABASE):
        database.clone(_template(), DATABASE)
    else:
        venv.ensure_openimis()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with serving(DATABASE, port or server.free_port()) as (url, process):
        say(
            BANNER.format(
                url=url,
                login=LOGIN,
                password=PASSWORD,
                database=DATABASE,
                log=_log(DATABASE),
            )
        )
        return process.wait()


@contextmanager
def for_tests():
    """Serve a database that is dropped in the end; say where in the environment."""
    name = f"openimis-test-{os.getpid()}"
    database.clone(_template(), name)
    try:
        with serving(name, server.free_port()) as (url, _process):
            os.environ.update({URL: url, NAME: name})
            yield
    finally:
        database.drop(name)


@contextmanager
def serving(name, port):
    """Run openIMIS for as long as the block lasts.

    :param str name: its database
    :param int port: on loopback
    :return: (address without a final slash, process)
    """
    url = f"http://{server.HOST}:{port}"
    log = _log(name)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as output:
        process = subprocess.Popen(
            [
                str(paths.OPENIMIS_VENV / "bin" / "gunicorn"),
                f"--bind={server.HOST}:{port}",
                *OPTIONS,
                "django.core.wsgi:get_wsgi_application()",
            ],
            cwd=paths.OPENIMIS_SITE,
            env=_environment(name),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            # the first request loads all packages
            server.wait_for(f"{url}/api/graphql?query={{__typename}}", process, log)
            yield url, process
        finally:
            server.end(process)


def _template():
    """Make the database with the small scheme, once; return its name."""
    venv.ensure_openimis()
    digest = hashlib.sha256((TESTS / "requirements.txt").read_bytes())
    for file in sorted(paths.OPENIMIS_SITE.rglob("*.py")):
        digest.update(file.read_bytes())
    name = f"{TEMPLATE}{digest.hexdigest()[:12]}"
    with lock("db-openimis"):
        if not database.exists(name):
            _drop_older()
            with step("database of openIMIS with a small scheme"):
                _fill(name)
    return name


def _drop_older():
    for name in database.names():
        if name.startswith(TEMPLATE):
            database.drop(name)


def _fill(name):
    database.create(name)
    try:
        _django(name, "manage.py", "migrate", "--run-syncdb", "--no-input")
        _django(name, "seed.py")
    except Problem:
        database.drop(name)
        raise


def _django(name, *arguments):
    call(
        [PYTHON, "-W", "ignore", *arguments],
        cwd=paths.OPENIMIS_SITE,
        env=_environment(name),
    )


def _environment(name):
    return {
        **os.environ,
        **postgres.parameters(),
        "DJANGO_SETTINGS_MODULE": "openIMIS.settings",
        "OPENIMIS_DATABASE": name,
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _log(name):
    return paths.LOGS / f"{name}.log"
