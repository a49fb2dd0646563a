"""`./dev test`: the right template, a clone of it, one pytest on the clone."""

import os
import subprocess
from pathlib import Path

from . import addons, database, paths, templates, tools
from .console import say, step


def run(source, arguments, keep=False):
    """Run pytest with the arguments and return its exit code.

    :param Path source: folder that holds the package `odoo`
    :param list arguments: for pytest, as given
    :param bool keep: keep the database to look at it afterwards
    """
    arguments, wanted = resolve(arguments)
    command = [paths.VENV_PYTHON, "-m", "pytest", *arguments]
    if not wanted:
        # Plain Python only: Odoo's plugin would ask for a database.
        return _call([*command, "-p", "no:odoo"])
    for program in tools.PROGRAMS:
        tools.ensure(program)
    templates.sweep()
    template = templates.layer(source, wanted)
    name = f"test-{os.getpid()}"
    with step(f"database {name} for {', '.join(sorted(wanted))}"):
        templates.clone(template, name)
    try:
        return _call([*command, *_odoo_options(name)], template)
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
        wanted |= set(addons.names()) if needed is None else needed
        resolved.append(str(path.resolve()) + argument[len(str(path)) :])
    return resolved, wanted if found else set(addons.names())


def _odoo_options(name):
    return [
        f"--odoo-config={paths.CONFIG}",
        f"--odoo-database={name}",
        "--odoo-log-level=warn",
        "--odoo-http",
    ]


def _call(command, template=""):
    # Odoo looks for the browser on the path.
    path = f"{os.environ['PATH']}:{tools.BIN}"
    environment = {**os.environ, "PATH": path, "PAYABLES_TEMPLATE": template}
    return subprocess.run(
        [str(c) for c in command], check=False, cwd=paths.ROOT, env=environment
    ).returncode
