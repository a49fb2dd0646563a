"""Random mutants of all cores: how many of them do the core tests notice?

A mutant is a core with one small fault: another comparison, a call less, a number one
higher. Those that no test notices show what is not tested; they are printed. The sample
is drawn by a seed (`MUTANTS_SEED`, `MUTANTS` tells how many): the same commit and seed
give the same mutants, another seed gives fresh ones.

Runs as a program of its own, on copies of the cores and their tests: it must not have
imported what it changes.
"""

import ast
import contextlib
import json
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("addons", "tests", "devtools", "conftest.py", "pyproject.toml")
SEED = 2026
SAMPLE = 200
#: Seconds after which a mutant that does not come to an end has been noticed.
PATIENCE = 120

COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
COMPUTED = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}


@dataclass(frozen=True)
class Spot:
    """A place in a core and what may be done to it.

    :ivar str file: relative to the repository
    :ivar int line: where it stands
    :ivar int node: its number in the order of `nodes`
    :ivar int choice: which of its `changes`
    """

    file: str
    line: int
    node: int
    choice: int


def nodes(tree):
    """Return all nodes of a module that a mutant may differ in, in a fixed order.

    Annotations, decorators and what is told to people are no behaviour; limits of size
    and time at the head of a module are tuned, one more or less is as right.
    """
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        for name, value in reversed(list(ast.iter_fields(node))):
            if name in {"annotation", "returns", "decorator_list"}:
                continue
            children = value if isinstance(value, list) else [value]
            waiting += [c for c in reversed(children) if _counts(node, name, c)]
    return found


def _counts(parent, name, child):
    if not isinstance(child, ast.AST):
        return False
    if isinstance(parent, ast.Raise) and isinstance(child, ast.Call):
        return bool(child.args or child.keywords)
    if isinstance(parent, ast.Module) and isinstance(child, ast.Assign):
        names = [getattr(target, "id", "") for target in child.targets]
        return not (all(map(str.isupper, names)) and _is_number(child.value))
    return not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant))


def _is_number(node):
    parts = (ast.BinOp, ast.Constant, ast.operator, ast.UnaryOp, ast.unaryop)
    return all(isinstance(part, parts) for part in ast.walk(node))


def changes(node):
    """Return what may be done to a node, as functions that do it in place."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        others = COMPARED[type(node.ops[0])]
        return [lambda n, o=o: n.ops.__setitem__(0, o()) for o in others]
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        others = COMPUTED.get(type(node.op), ())
        return [lambda n, o=o: setattr(n, "op", o()) for o in others]
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        negated = ast.UnaryOp(ast.Not(), node.test)
        return [lambda n: setattr(n, "test", negated)]
    if isinstance(node, ast.comprehension) and node.ifs:
        return [lambda n: n.ifs.clear()]
    if isinstance(node, ast.Constant):
        return _other_constants(node)
    if isinstance(node, ast.Return) and not _is_none(node.value):
        return [lambda n: setattr(n, "value", ast.Constant(None))]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return [lambda n: setattr(n, "value", ast.Constant(None))]
    return []


def _other_constants(node):
    if isinstance(node.value, bool):
        return [lambda n: setattr(n, "value", not n.value)]
    if isinstance(node.value, int | float):
        return [
            lambda n: setattr(n, "value", n.value + 1),
            lambda n: setattr(n, "value", n.value - 1),
        ]
    return []


def _is_none(node):
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def spots(root, file):
    """Return all mutants of a file.

    :param Path root: of the repository
    :param Path file: a module of a core
    :rtype: list[Spot]
    """
    name, line = str(file.relative_to(root)), 1
    found = []
    for number, node in enumerate(nodes(ast.parse(file.read_text()))):
        line = getattr(node, "lineno", line)
        found += [Spot(name, line, number, c) for c, _do in enumerate(changes(node))]
    return found


def mutate(source, spot):
    """Return the source of a module with one fault in it.

    :param str source: of the module
    :param Spot spot: of the fault
    """
    tree = ast.parse(source)
    node = nodes(tree)[spot.node]
    changes(node)[spot.choice](node)
    return ast.unparse(ast.fix_missing_locations(tree))


def shown(source, spot):
    """Return the line of a mutant as it was and as it is, to look at."""
    before = ast.unparse(ast.parse(source)).splitlines()
    after = mutate(source, spot).splitlines()
    pairs = [(a, b) for a, b in zip(before, after, strict=False) if a != b]
    old, new = pairs[0] if pairs else ("", after[-1])
    same = len(os.path.commonprefix([old, new]))
    # a long line is cut to what is around the fault
    old, new = (line[max(0, same - 60) : same + 60].strip() for line in (old, new))
    return f"{spot.file}:{spot.line}\n    - {old}\n    + {new}"


# === RUNNING ===


class _Selected:
    """Plugin of pytest: only some tests."""

    def __init__(self, wanted):
        self._wanted = wanted

    def pytest_collection_modifyitems(self, items):
        """Leave the others out."""
        items[:] = [item for item in items if item.nodeid in self._wanted]


def _start(do):
    """Run a function in a process of its own; return the number of the process."""
    if pid := os.fork():
        return pid
    code = 99
    try:
        code = do()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _wait(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _in_child(do):
    """Run a function in a process of its own and return its exit code."""
    return _wait(_start(do))


def _pytest(tree, arguments, plugins=()):
    """Run pytest in a copy of the repository, silently."""
    import pytest

    os.chdir(tree)
    sys.path[:] = [p for p in sys.path if not p.startswith(str(ROOT / "tests"))]
    options = ["-p", "no:odoo", "-p", "no:cacheprovider", "-q", "--no-header"]
    with open(os.devnull, "w") as nowhere, contextlib.ExitStack() as quiet:
        for number in (1, 2):
            os.dup2(nowhere.fileno(), number)
        quiet.enter_context(contextlib.redirect_stdout(nowhere))
        return int(pytest.main([*options, *arguments], plugins=list(plugins)))


def covering_tests(tree, file):
    """Write which test runs which line of the cores, {file: {line: tests}}.

    :param Path tree: a copy of the repository
    :param Path file: to write to
    :return: exit code of the tests
    """
    import coverage
    import pytest

    measured = coverage.Coverage(
        data_file=None, include=[f"{tree}/addons/*/core/*"], config_file=False
    )

    class Contexts:
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_protocol(self, item):
            measured.switch_context(item.nodeid)
            yield
            measured.switch_context("")

    measured.start()
    code = _pytest(tree, ["tests/core"], [Contexts()])
    measured.stop()
    data = measured.get_data()
    found = {
        str(Path(name).relative_to(tree)): data.contexts_by_lineno(name)
        for name in data.measured_files()
    }
    file.write_bytes(pickle.dumps(found))
    return code


def tests_of(covered, spot):
    """Return the tests that can notice a mutant: those of its own addon first.

    What runs when the module is imported concerns all tests that use the module; a part
    of a longer statement, which has no line of its own, those of the line before.
    """
    lines = covered.get(spot.file, {})
    line = max((line for line in lines if line <= spot.line), default=0)
    found = set(lines.get(line, ())) - {""}
    if not found:
        found = {test for tests in lines.values() for test in tests} - {""}
    addon = spot.file.split("/")[1]
    own = {test for test in found if test.startswith(f"tests/core/{addon}/")}
    return own or found


def survives(tree, spot, tests):
    """Tell whether no test notices a mutant.

    :param Path tree: a copy of the repository that is this process's own
    :param Spot spot: the mutant
    :param set tests: those that may notice it
    """
    if not tests:
        return True
    file = tree / spot.file
    source = file.read_text()
    file.write_text(mutate(source, spot))

    def run():
        signal.alarm(PATIENCE)
        files = sorted({test.split("::")[0] for test in tests})
        return _pytest(tree, ["-x", *files], [_Selected(tests)])

    try:
        return _in_child(run) == 0
    finally:
        file.write_text(source)


def _copy(folder):
    leave = shutil.ignore_patterns("__pycache__", "static", "i18n", "recordings_raw")
    for name in COPIED:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, folder / name, ignore=leave)
        else:
            shutil.copy(place, folder / name)
    return folder


def _work(folder, number, sample, covered):
    """Try a share of the sample; write a line per survivor."""
    tree = _copy(folder / f"tree{number}")
    with open(folder / f"survivors{number}", "w") as survivors:
        for spot in sample:
            if survives(tree, spot, tests_of(covered, spot)):
                print(json.dumps(vars(spot)), file=survivors, flush=True)
                said = shown((tree / spot.file).read_text(), spot)
                print(f"not noticed: {said}", file=sys.stderr, flush=True)
    return 0


def draw(seed, size):
    """Return a random sample of all mutants of all cores.

    :param int seed: the same seed gives the same mutants
    :param int size: how many
    """
    files = sorted(ROOT.glob("addons/*/core/*.py"))
    everything = [spot for file in files for spot in spots(ROOT, file)]
    return random.Random(seed).sample(everything, size)


def run(seed, size, workers):
    """Try a sample; print what is not noticed, and the share of what is.

    :param int workers: processes at once
    :return: exit code
    """
    sys.dont_write_bytecode = True
    import lxml.etree  # noqa: F401 once, before the processes part
    import openpyxl  # noqa: F401
    import pytest  # noqa: F401
    import requests  # noqa: F401
    import xlrd  # noqa: F401

    sample = draw(seed, size)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        tree, file = _copy(folder / "measured"), folder / "covered"
        if code := _in_child(lambda: covering_tests(tree, file)):
            print("The tests fail without any mutant.", file=sys.stderr)
            return code
        covered = pickle.loads(file.read_bytes())
        shares = [sample[number::workers] for number in range(workers)]
        pids = [
            _start(lambda n=number, s=share: _work(folder, n, s, covered))
            for number, share in enumerate(shares)
        ]
        if any([_wait(pid) for pid in pids]):
            return 1
        found = [
            line
            for number in range(workers)
            for line in (folder / f"survivors{number}").read_text().splitlines()
        ]
    value = 100 * (1 - len(found) / len(sample))
    result = {"name": f"noticed of {size} (seed {seed})", "value": value, "unit": "%"}
    print("RESULT " + json.dumps({"bench": "mutants", **result, "ratio": None}))
    return 0


if __name__ == "__main__":
    sys.exit(
        run(
            int(os.environ.get("MUTANTS_SEED", SEED)),
            int(os.environ.get("MUTANTS", SAMPLE)),
            os.cpu_count() or 1,
        )
    )
