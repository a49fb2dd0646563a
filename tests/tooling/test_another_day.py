"""Tests on another day: all of their processes, PostgreSQL included, live on it."""

import os
import subprocess
from contextlib import closing
from datetime import date

import psycopg2
import pytest

from devtools import another_day, paths, postgres
from devtools.console import Problem

NEW_YEAR = date(2031, 1, 1)


@pytest.fixture
def cluster(tmp_path_factory, monkeypatch):
    """A private cluster of its own: the one of these tests goes on."""
    for name in postgres.parameters():
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, folder.parent, folder.parents[1]):
        parent.chmod(0o711)
    monkeypatch.setattr(paths, "PG_HOME", folder)
    monkeypatch.setattr(postgres, "DATA", folder / "data")


def test_python_and_postgresql_agree_on_the_day(cluster):
    with another_day.pretended(NEW_YEAR):
        told = subprocess.check_output(["date", "+%F"], text=True)
        with closing(psycopg2.connect(dbname="postgres", **_named())) as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT now()::date")
            assert cursor.fetchone()[0] == NEW_YEAR
    assert told.strip() == str(NEW_YEAR)
    assert "FAKETIME" not in os.environ


def test_a_server_of_somebody_else_is_not_moved(monkeypatch):
    monkeypatch.setenv("PGHOST", "elsewhere")
    with pytest.raises(Problem, match="PGHOST"), another_day.pretended(NEW_YEAR):
        pytest.fail("moved")


def _named():
    names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
    return {names[name]: value for name, value in postgres.parameters().items()}
