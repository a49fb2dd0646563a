"""`./dev lint`: formatting and rules, for Python, XML, scripts and the container."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import paths, venv
from .console import Problem, run, say, step
from .locks import lock

PYTHON_PLACES = ["addons", "devtools", "tests", "docker", "conftest.py", "dev"]
PRETTIER_SUFFIXES = {".xml", ".js", ".scss", ".css"}
NPM = paths.HOME / "npm"
#: Checks of the OCA's hooks that contradict a choice of ours, with the reason.
HOOKS_OFF = {
    "weblate-component-too-long": "we translate in the repository",
}
TRANSLATIONS_OFF = {
    "po-pretty-format": "it blanks terms that are the same in French: not complete",
}


def lint(places, fix=False):
    """Run all linters.

    :param places: files or folders; default: the whole repository
    :param bool fix: format and repair what can be repaired
    :return: exit code
    """
    venv.ensure_lint()
    ensure_npm()
    places = [Path(p).resolve() for p in places] or [
        paths.ROOT / p for p in PYTHON_PLACES if (paths.ROOT / p).exists()
    ]
    failed = [
        name for name, command in _checks(places, fix) if not _passes(name, command)
    ]
    say(f"\nto repair: {', '.join(failed)}" if failed else "\nclean")
    return 1 if failed else 0


def _checks(places, fix):
    """Yield the name and the command of each check."""
    ruff = paths.LINT_VENV / "bin" / "ruff"
    # Formatting first: it repairs most of what the rules complain of.
    yield "ruff format", [ruff, "format", *([] if fix else ["--diff"]), *places]
    yield "ruff", [ruff, "check", *(["--fix"] if fix else []), *places]
    modules = _modules(places)
    if modules:
        program = paths.LINT_VENV / "bin" / "pylint"
        yield "pylint-odoo", [program, f"--rcfile={paths.ROOT / '.pylintrc'}", *modules]
        hooks = paths.LINT_VENV / "bin" / "oca-checks-odoo-module"
        off = f"--disable={','.join(HOOKS_OFF)}"
        yield "OCA hooks", [hooks, off, *(["--fix"] if fix else []), *modules]
    translations = [f for place in places for f in _files(place, {".po", ".pot"})]
    if translations:
        yield (
            "OCA translations",
            [
                paths.LINT_VENV / "bin" / "oca-checks-po",
                f"--disable={','.join(TRANSLATIONS_OFF)}",
                *translations,
            ],
        )
    marked = [f for place in places for f in _files(place, PRETTIER_SUFFIXES)]
    if marked:
        yield "prettier", _prettier(marked, fix)
    containers = [f for place in places for f in _files(place, {""}, "Dockerfile")]
    if containers:
        yield "hadolint", [paths.LINT_VENV / "bin" / "hadolint", *containers]


def _passes(name, command):
    with step(name):
        done = subprocess.run([str(c) for c in command], check=False, cwd=paths.ROOT)
    return done.returncode == 0


def _modules(places):
    """Return the folders of the addons that the places lie in, or hold."""
    found = {
        m.parent for place in places for m in _files(place, {".py"}, "__manifest__")
    }
    for place in places:
        found |= {p for p in place.parents if (p / "__manifest__.py").exists()}
    return sorted(found)


def _files(place, suffixes, stem=None):
    """Return the files of a place that have one of the suffixes, samples left out."""
    candidates = [place] if place.is_file() else place.rglob("*")
    return sorted(
        path
        for path in candidates
        if path.suffix in suffixes
        and (stem is None or path.stem == stem)
        and not {"samples", "node_modules", "lib"} & set(path.parts)
        and path.is_file()
    )


def _prettier(files, fix):
    modules = NPM / "node_modules"
    plugin = modules / "@prettier" / "plugin-xml" / "src" / "plugin.js"
    mode = ["--write", "--list-different"] if fix else ["--check"]
    command = [
        "node",
        modules / "prettier" / "bin" / "prettier.cjs",
        f"--plugin={plugin}",
    ]
    return [*command, "--log-level=warn", *mode, *files]


def ensure_npm():
    """Install prettier, and a client that tests use, as pinned in package-lock.json.

    :raises Problem: when this machine has no npm
    """
    with lock("npm"):
        pinned = (paths.ROOT / "package-lock.json").read_text()
        stamp = NPM / "package-lock.json"
        done = NPM / "node_modules" / ".package-lock.json"
        if done.exists() and stamp.exists() and stamp.read_text() == pinned:
            return
        if not shutil.which("npm"):
            raise Problem(
                "XML and scripts are formatted by prettier, which needs Node.js.",
                "apt-get install nodejs npm",
            )
        NPM.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(paths.ROOT / name, NPM / name)
        with step(f"prettier {_version(pinned)}"):
            environment = {**os.environ, "NODE_ENV": "development"}
            command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
            run(command, "npm could not fetch prettier.", cwd=NPM, env=environment)


def _version(pinned):
    return json.loads(pinned)["packages"]["node_modules/prettier"]["version"]
