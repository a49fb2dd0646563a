"""Databases with their file stores: exist, clone, drop, install addons."""

import json
import os
import re
import shutil
import subprocess

from . import paths, postgres, venv
from .console import Problem, run, say, step

#: The first is the one people get unless they choose.
LANGUAGES = "en_US,fr_FR"
#: Put before code that installs or uninstalls addons: Odoo takes the table of modules
#: without waiting, so PostgreSQL's own vacuum of a table that was just written would
#: refuse it. Somebody who waits makes that vacuum end.
MODULES_ALONE = """
env.cr.execute("LOCK ir_module_module IN EXCLUSIVE MODE")
env.cr.commit()
"""
BUNDLE = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""


def exists(name):
    """Tell whether the server has a database of this name."""
    found = postgres.query(
        "postgres", "SELECT 1 FROM pg_database WHERE datname = %s", name
    )
    return bool(found)


def names():
    """Return the names of the server's databases."""
    return [
        row[0] for row in postgres.query("postgres", "SELECT datname FROM pg_database")
    ]


def drop(name):
    """Drop a database, whoever is connected, with its file store."""
    postgres.query(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
        name,
    )
    postgres.query("postgres", f'DROP DATABASE IF EXISTS "{name}"')
    shutil.rmtree(paths.FILESTORE / name, ignore_errors=True)


def clone(source, target):
    """Copy a database that nobody uses, with its file store.

    Files of the store never change once written, so the copy shares them by hard
    links.
    """
    postgres.query("postgres", f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
    store = paths.FILESTORE / target
    shutil.rmtree(store, ignore_errors=True)
    if (paths.FILESTORE / source).exists():
        shutil.copytree(paths.FILESTORE / source, store, copy_function=os.link)


def create(name):
    """Create an empty database."""
    postgres.query(
        "postgres",
        f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'",
    )


def install(
    name,
    addons,
    update=(),
    demo=True,
    level="warn",
    what="installing",
    odoo_config=None,
):
    """Install addons in a database; show what Odoo warns of.

    :param str name: the database
    :param addons: technical names to install
    :param update: technical names to update
    :param bool demo: with demonstration data, where the database is new
    :param Path odoo_config: Odoo's configuration, which says where the addons are; by
        default that of the development server
    :return: what Odoo's log said, at the given level and above
    :raises Problem: when Odoo fails
    """
    command = ["-c", odoo_config or paths.CONFIG, "-d", name, "--stop-after-init"]
    command += ["--no-http", f"--log-level={level}", f"--load-language={LANGUAGES}"]
    command += ["--with-demo"] if demo else ["--without-demo"]
    command += ["-i", ",".join(addons)] if addons else []
    command += ["-u", ",".join(update)] if update else []
    code, text = venv.odoo(*command)
    # Said on every start as root, and meant for servers open to the world.
    text = text.replace("Running as user 'root' is a security risk.\n", "")
    if text.strip():
        say(text.rstrip())
    if code or "Failed to initialize database" in text:
        raise Problem(
            f"Odoo failed {what} {', '.join([*addons, *update])}.",
            "The log above says why.",
        )
    return text


def complaints(log):
    """Return the lines of a log that are warnings or errors.

    :param str log: what :func:`install` returned
    :rtype: list[str]
    """
    return re.findall(r"^[-:, \d]+ (?:WARNING|ERROR|CRITICAL) .*$", log, re.M)


def shell_arguments(name):
    """Return the arguments of Odoo's shell on a database."""
    options = ["-c", paths.CONFIG, "-d", name, "--no-http", "--log-level=warn"]
    return ["shell", *options, "--shell-interface=python"]


def script(name, code):
    """Run Python code in Odoo's shell on a database.

    :return: what it printed
    :raises Problem: when it raises
    """
    command = [paths.VENV_PYTHON, paths.ODOO_BIN, *shell_arguments(name)]
    done = subprocess.run(
        [str(c) for c in command],
        check=False,
        input=code,
        text=True,
        capture_output=True,
    )
    if done.returncode:
        raise Problem(f"The script failed:\n{done.stderr[-3000:]}")
    return done.stdout


def bundle(name):
    """Bundle the client's scripts and styles now, not when somebody first asks."""
    with step("scripts and styles of the client"):
        script(name, BUNDLE)


def dump(name, file):
    """Write a database and its file store into one archive.

    :param Path file: the archive to write; replaced when complete
    """
    folder = file.with_suffix(f".{os.getpid()}.partial")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = {**os.environ, **postgres.parameters()}
    command = [postgres.program("pg_dump"), "-Fc", "-Z1", "-f", folder / "dump", name]
    try:
        run(command, env=environment)
        if (paths.FILESTORE / name).exists():
            store = paths.FILESTORE / name
            run(["tar", "-C", store, "-cf", folder / "filestore.tar", "."])
        shutil.rmtree(file, ignore_errors=True)
        folder.rename(file)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def restore(file, name):
    """Make a database from an archive of `dump`."""
    create(name)
    environment = {**os.environ, **postgres.parameters()}
    command = [postgres.program("pg_restore"), "-j2", "--no-owner", "-d", name]
    run([*command, file / "dump"], env=environment)
    if (file / "filestore.tar").exists():
        store = paths.FILESTORE / name
        store.mkdir(parents=True, exist_ok=True)
        run(["tar", "-C", store, "-xf", file / "filestore.tar"])


def comment(name):
    """Return what was noted about a database with `note`, or an empty dict."""
    rows = postgres.query(
        "postgres",
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
        " WHERE datname = %s",
        name,
    )
    return json.loads(rows[0][0]) if rows and rows[0][0] else {}


def note(name, content):
    """Note something about a database, in its comment."""
    postgres.query(
        "postgres", f'COMMENT ON DATABASE "{name}" IS %s', json.dumps(content)
    )
