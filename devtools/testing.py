"""`./dev test`: the right template, a clone of it, one pytest on the clone."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import addons, database, linting, paths, templates, tools
from .console import Problem, say, step

#: Tests that do not run inside Odoo's process, with databases and servers of their own:
#: when all tests run, these are a second pytest beside the first, about as long.
BESIDE = (
    "tests/tooling",
    "tests/install",
    "tests/fuzz",
    "tests/together",
    "tests/attack",
    "tests/kill",
    "tests/e2e",
)
#: What a change need not wait for: `./dev test --long`. Workers are killed in a short
#: way with all tests, too (`tests/kill/test_two_servers.py` and its neighbours).
LONG = (
    "tests/kill/test_billing_kill.py",
    "tests/kill/test_openimis_kill.py",
    "tests/kill/test_openimis_report_kill.py",
    "tests/kill/test_sofi_sync_kill.py",
    # glue to OCA's storages, which not everybody has
    "tests/kill/test_sofi_delivery_kill.py",
    "tests/kill/test_engines.py::test_what_a_killed_worker_was_at_is_taken_over",
    "tests/kill/test_engines.py::test_a_part_that_kills_its_workers_harms_nobody_else",
    # each builds the living demonstration, or stands on it
    "tests/demonstration/test_living.py",
    "tests/demonstration/test_tours.py",
    "tests/demonstration/test_screens.py",
    "tests/demonstration/test_beside.py",
    # `--oca` installs the glue to OCA's addons, all of it at once
    *(
        f"tests/install/test_install.py::test_installs_alone_and_uninstalls[{name}]"
        for name in addons.glue()
    ),
)


def run(source, arguments, keep=False):
    """Run pytest with the arguments and return its exit code.

    :param Path source: folder that holds the package `odoo`
    :param list arguments: for pytest, as given
    :param bool keep: keep the database to look at it afterwards
    :raises Problem: when Odoo warns of something while it installs the addons
    """
    arguments, wanted = resolve(arguments)
    command = [paths.VENV_PYTHON, "-m", "pytest", *arguments]
    if not wanted:
        # Plain Python only: Odoo's plugin would ask for a database.
        return _call([*command, "-p", "no:odoo"])
    for program in tools.PROGRAMS:
        tools.ensure(program)
    _ensure_npm(wanted)
    templates.sweep()
    template = templates.layer(source, wanted)
    _refuse_complaints(template)
    name = f"test-{os.getpid()}"
    with step(f"database {name} for {', '.join(sorted(wanted))}"):
        templates.clone(template, name)
    command += _odoo_options(name)
    call = _call if arguments else _call_both
    try:
        return call(command, template)
    finally:
        if keep:
            say(f"kept: ./dev shell -d {name}")
        else:
            database.drop(name)


def resolve(arguments):
    """Return the arguments with absolute paths, and the addons they need.

    :param list arguments: for pytest
    :rtype: tuple[list[str], set[str]]
    """
    resolved, wanted, found = [], set(), False
    for argument in arguments:
        path = Path(argument.split("::")[0])
        if argument.startswith("-") or not path.exists():
            resolved.append(argument)
            continue
        found = True
        needed = addons.of_path(argument)
        wanted |= set(addons.standard()) if needed is None else needed
        resolved.append(str(path.resolve()) + argument[len(str(path)) :])
    return resolved, wanted if found else set(addons.standard())


def _ensure_npm(wanted):
    """Install the FHIR client that lives on npm, where there is npm."""
    if "openimis_fhir" in wanted:
        try:
            linting.ensure_npm()
        except Problem as problem:
            say(f"  without the test of fhir-kit-client: {problem.what}")


def _refuse_complaints(template):
    """Let what Odoo said of the addons fail the tests before they begin."""
    if found := templates.complaints(template):
        raise Problem(
            "Odoo complains while it installs the addons:\n" + "\n".join(found),
            "The tests begin once it installs them in silence.",
        )


def _odoo_options(name, config=paths.CONFIG):
    return [
        f"--odoo-config={config}",
        f"--odoo-database={name}",
        "--odoo-log-level=warn",
        "--odoo-http",
    ]


def call_pytest(name, arguments, template, config=paths.CONFIG):
    """Run pytest on a database and return its exit code.

    :param str name: the database
    :param list arguments: for pytest
    :param str template: what the database is a clone of
    :param Path config: Odoo's configuration
    """
    options = _odoo_options(name, config)
    command = [paths.VENV_PYTHON, "-m", "pytest", *arguments, *options]
    return _call(command, template)


def _call(command, template=""):
    with _start(command, template) as process:
        return process.wait()


def _call_both(command, template):
    """Run all tests, in two processes of pytest; the second one's report comes last."""
    second = [paths.VENV_PYTHON, "-m", "pytest", "-p", "no:odoo", *BESIDE]
    second += [f"--deselect={test}" for test in LONG]
    others = [f"--deselect={folder}" for folder in BESIDE]
    # They need addons of others, which nobody has to have: tests of one's own.
    others += [f"--ignore={paths.ADDONS / name}" for name in addons.glue()]
    others.append(f"--ignore={paths.ROOT / 'tests' / 'oca'}")
    with tempfile.TemporaryFile() as report:
        beside = _start(second, template, stdout=report, stderr=report)
        try:
            code = _call([*command, *others], template)
            say("• tests outside Odoo's process, since the beginning …")
        finally:
            # Told to stop, it ends its servers before it ends itself.
            code_beside = beside.wait()
        report.seek(0)
        shutil.copyfileobj(report, sys.stdout.buffer)
    return code or code_beside


def _start(command, template, **options):
    # Odoo looks for the browser on the path.
    path = f"{os.environ['PATH']}:{tools.BIN}"
    environment = {**os.environ, "PATH": path, "PAYABLES_TEMPLATE": template}
    command = [str(part) for part in command]
    return subprocess.Popen(command, cwd=paths.ROOT, env=environment, **options)
