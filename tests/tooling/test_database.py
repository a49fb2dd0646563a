"""Databases: made, copied, kept in the cache, dropped. On the real server."""

import os
import subprocess
import sys

import psycopg2
import pytest

from devtools import (
    config,
    database,
    locks,
    odoo_source,
    paths,
    postgres,
    templates,
    testing,
)
from devtools.console import Problem

CARELESS = """
from odoo import fields, models


class Careless(models.Model):
    _name = "careless"
    _description = "Careless"

    name = fields.Char(precompute=True)
"""


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Names for databases, which are dropped in the end; one exists, with a row."""
    monkeypatch.setattr(paths, "FILESTORE", tmp_path / "filestore")
    names = [f"tooling-{os.getpid()}-{n}" for n in "abc"]
    database.create(names[0])
    postgres.query(names[0], "CREATE TABLE thing AS SELECT 'here' AS name")
    store = paths.FILESTORE / names[0] / "ab"
    store.mkdir(parents=True)
    (store / "abcd").write_text("content")
    yield names
    for name in names:
        database.drop(name)


def content(name):
    file = paths.FILESTORE / name / "ab" / "abcd"
    return postgres.query(name, "SELECT name FROM thing"), file.read_text()


def test_a_clone_has_rows_and_files_and_is_independent(made):
    source, target, _ = made
    database.clone(source, target)
    assert content(target) == ([("here",)], "content")
    postgres.query(target, "DELETE FROM thing")
    database.drop(target)
    assert not database.exists(target)
    assert not (paths.FILESTORE / target).exists()
    assert content(source) == ([("here",)], "content")


def test_an_archive_brings_everything_back(made, tmp_path):
    source, _, target = made
    database.dump(source, tmp_path / "archive")
    database.restore(tmp_path / "archive", target)
    assert content(target) == ([("here",)], "content")
    assert [p.name for p in tmp_path.iterdir() if "partial" in p.name] == []


def test_a_server_newer_than_pg_dump_only_costs_the_cache(
    made, tmp_path, monkeypatch, capsys
):
    refusing = tmp_path / "bin" / "pg_dump"
    refusing.parent.mkdir()
    refusing.write_text("#!/bin/sh\necho server version mismatch; exit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PG_BINDIR", str(refusing.parent))
    templates.keep(made[0], tmp_path / "cache" / "archive")
    assert "server version mismatch" in capsys.readouterr().err
    assert list((tmp_path / "cache").iterdir()) == []


def test_notes_stay_with_a_database(made):
    name = made[0]
    assert database.comment(name) == {}
    database.note(name, {"complete": True, "text": "it's 100 %"})
    assert database.comment(name) == {"complete": True, "text": "it's 100 %"}
    assert database.comment("no-such-database") == {}


def test_drop_ends_those_who_are_connected(made):
    connection = psycopg2.connect(dbname=made[0], **postgres.connection_options())
    database.drop(made[0])
    assert not database.exists(made[0])
    with pytest.raises(psycopg2.OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_what_a_killed_run_left_is_swept(made):
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    dead, alive = f"test-{process.pid}", f"test-{os.getppid()}"
    database.create(dead)
    existed = database.exists(alive)
    if not existed:
        database.create(alive)
    templates.sweep()
    # A server of somebody else's may hold the databases of other machines.
    assert database.exists(dead) == postgres.is_external()
    assert database.exists(alive)
    database.drop(dead)
    if not existed:
        database.drop(alive)


@pytest.fixture
def careless(tmp_path, monkeypatch):
    """A template with an addon that Odoo warns of."""
    source = odoo_source.locate()
    below = templates.base(source)
    (tmp_path / "careless").mkdir()
    manifest = {"name": "Careless", "author": "Nobody", "license": "LGPL-3"}
    (tmp_path / "careless" / "__manifest__.py").write_text(repr(manifest))
    (tmp_path / "careless" / "__init__.py").write_text(CARELESS)
    monkeypatch.setattr(paths, "ADDONS", tmp_path)
    monkeypatch.setattr(paths, "CONFIG", tmp_path / "odoo.conf")
    config.write(source)
    name = templates._layer(below, ["careless"])
    yield name
    database.drop(name)


def test_what_odoo_warns_of_fails_before_the_tests_begin(careless, monkeypatch):
    monkeypatch.setattr(templates, "layer", lambda source, wanted: careless)
    with pytest.raises(Problem, match="Odoo complains") as caught:
        testing.run(None, ["addons"])
    lines = caught.value.what.splitlines()[1:]
    assert any("precompute attribute" in line for line in lines), lines
    assert any("no access rules" in line for line in lines), lines


def test_complaints_are_found_in_a_log():
    head = "2026-01-31 12:00:00,000 1"
    warning = f"{head} WARNING suite py.warnings: a.py:3: UserWarning: no sense"
    error = f"{head} ERROR suite odoo.modules: missing"
    harmless = f"{head} INFO suite odoo.modules: 1 module loaded, no WARNING"
    log = "\n".join([harmless, warning, "  File a.py, line 3", error])
    assert database.complaints(log) == [warning, error]
    assert database.complaints("") == []


def test_a_lock_keeps_a_second_dev_waiting(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "LOCKS", tmp_path)
    code = (
        "import sys; from pathlib import Path; from devtools import paths, locks;"
        f"paths.LOCKS = Path({str(tmp_path)!r});"
        "context = locks.lock('thing'); context.__enter__(); print('got it')"
    )
    with locks.lock("thing"):
        other = subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=paths.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert "waiting" in other.stderr.readline()
        assert other.poll() is None
    out, _ = other.communicate(timeout=20)
    assert out == "got it\n"
