"""The bench of mutants: what it changes, what it leaves, what tests it chooses."""

import random

import pytest

from devtools import paths
from tests.bench import bench_mutants as bench


def mutants(source, tmp_path):
    """Return all mutants of a source, as sources."""
    file = tmp_path / "core.py"
    file.write_text(source)
    return [bench.mutate(source, spot) for spot in bench.spots(tmp_path, file)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a == b", {"a != b"}),
        ("a in b", {"a not in b"}),
        ("a * b", {"a / b"}),
        ("a += b", {"a -= b"}),
        ("a or b", {"a and b"}),
        ("x = 1", {"x = 2", "x = 0"}),
        ("x = True", {"x = False"}),
        ("X = {1: y}", {"X = {2: y}", "X = {0: y}"}),
        ("f()", {"None"}),
        ("x = y if z else w", {"x = y if not z else w"}),
        ("x = [y for y in z if w]", {"x = [y for y in z]"}),
        (
            "def f():\n    return a",
            {"def f():\n    return None"},
        ),
        ("if a:\n    b = c", {"if not a:\n    b = c"}),
    ],
)
def test_changes(source, expected, tmp_path):
    assert set(mutants(source, tmp_path)) == expected


@pytest.mark.parametrize(
    "source",
    [
        '"""Says 1 + 1."""',
        "@lru_cache(maxsize=10)\nclass A:\n    pass",
        "x: int | None = y",
        "def f(a: b | c) -> d | e:\n    return None",
        "raise error",
        "x = 'text'",
        "x = None",
        "LIMIT = 20 * 1024**2",
        "_PATIENCE = -1",
    ],
)
def test_what_is_no_behaviour_is_left(source, tmp_path):
    assert mutants(source, tmp_path) == []


def test_a_seed_gives_the_same_mutants():
    drawn = bench.draw(7, 20)
    assert drawn == bench.draw(7, 20) != bench.draw(8, 20)
    for spot in drawn:
        source = (paths.ROOT / spot.file).read_text()
        compile(bench.mutate(source, spot), spot.file, "exec")
        assert bench.shown(source, spot).startswith(f"{spot.file}:{spot.line}\n")


def test_only_tests_that_can_notice_are_run():
    own, other = "tests/core/a/test_x.py::test", "tests/core/b/test_y.py::test"
    file = "addons/a/core/x.py"
    covered = {file: {1: [""], 2: [own, other], 3: [other]}}
    spot = [bench.Spot(file, line, 0, 0) for line in range(5)]
    assert bench.tests_of(covered, spot[2]) == {own}
    assert bench.tests_of(covered, spot[3]) == {other}
    # run when the module is imported: whoever uses the module
    assert bench.tests_of(covered, spot[1]) == {own}
    # a part of a longer statement
    assert bench.tests_of(covered, spot[4]) == {other}
    assert bench.tests_of({}, spot[1]) == set()


def test_every_mutant_differs(tmp_path):
    files = sorted((paths.ADDONS / "daycare" / "core").glob("*.py"))
    rng = random.Random(1)
    for file in files:
        source = file.read_text()
        found = bench.spots(paths.ROOT, file)
        for spot in rng.sample(found, min(5, len(found))):
            assert "    - " in bench.shown(source, spot)
            assert bench.shown(source, spot).count("\n") == 2
