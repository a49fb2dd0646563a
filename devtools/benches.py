"""`./dev bench`: the benches of tests/bench, each in a database of its own."""

import json
import os
import subprocess

from . import addons, database, living, paths, templates
from .console import Problem, step

FOLDER = paths.TESTS / "bench"
#: Programs of plain Python that take long: no database, and not among all.
PLAIN = {"mutants"}
#: Line of a bench that wants the companies that have a year behind them.
LIVING = "LIVING = True"
CODE = """
import sys
sys.path.insert(0, {root!r})
from tests.bench.report import main
main(env, {name!r})
"""
LINE = "{bench:<24} {name:<40} {value:>12.1f} {unit:<8} {ratio}"


def run(source, names, file=None):
    """Run benches; print a line per result.

    :param Path source: folder that holds the package `odoo`
    :param names: of the benches, without `bench_`; none for all
    :param str file: where to write the results as JSON, too
    :raises Problem: when a bench is unknown or fails
    """
    results = []
    for name in names or [name for name in known() if name not in PLAIN]:
        for result in _run_one(source, name):
            ratio = f"× {result['ratio']:.2f}" if result["ratio"] else ""
            print(LINE.format(**{**result, "ratio": ratio}), flush=True)
            results.append(result)
    if file:
        with open(file, "w") as handle:
            json.dump(results, handle, indent=2)


def known():
    """Return the names of the benches."""
    return sorted(p.stem.removeprefix("bench_") for p in FOLDER.glob("bench_*.py"))


def _run_one(source, name):
    file = FOLDER / f"bench_{name}.py"
    if not file.exists():
        raise Problem(f"No bench is called {name}.", f"There are: {', '.join(known())}")
    output = _plain(file) if name in PLAIN else _in_odoo(source, file)
    lines = (x for x in output.splitlines() if x.startswith("RESULT "))
    return [json.loads(line.removeprefix("RESULT ")) for line in lines]


def _plain(file):
    with step(file.stem.replace("_", " ")):
        command = [str(paths.VENV_PYTHON), str(file)]
        done = subprocess.run(
            command, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode:
        raise Problem(f"{file.name} failed.", "See what it says above.")
    return done.stdout


def _in_odoo(source, file):
    needed = addons.of_path(str(file))
    if LIVING in file.read_text().splitlines():
        template = living.template(source)
    else:
        wanted = addons.standard() if needed is None else needed
        template = templates.layer(source, wanted)
    clone = f"bench-{os.getpid()}"
    templates.clone(template, clone)
    try:
        with step(file.stem.replace("_", " ")):
            return database.script(
                clone, CODE.format(root=str(paths.ROOT), name=file.stem)
            )
    finally:
        database.drop(clone)
