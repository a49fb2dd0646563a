"""A database of what was published, with jobs of every kind that came to every end, is
updated to what lies here: nothing is lost, what was half done is done exactly once.

    ./dev test tests/upgrade

It takes some minutes and is not among all tests. `UPGRADE_FROM` in the environment
names another commit to come from.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from devtools import addons, config, database, odoo_source, paths, postgres, templates
from devtools.locks import lock

from ..simulators.openimis import OpenimisServer, Store
from ..simulators.openimis.server import LOGIN

sys.path.insert(0, str(Path(__file__).parents[1] / "simulators" / "sofi"))
sys.path.insert(0, str(Path(__file__).parents[1] / "kill"))

import every_kind  # noqa: E402
from sofi_simulator import Simulator, generate  # noqa: E402

HERE = Path(__file__).parent
#: The last release, 19.0.1.4.0.
PUBLISHED = "bb4b5d4f97e9ec358df032ad80d9b1639b819293"
COMMIT = os.environ.get("UPGRADE_FROM", PUBLISHED)
FATES = ("done", "planned", "half", "cancelled", "partial")
#: Tables whose rows are looked at one by one, beside those of relations between them.
OURS = ("exchange_", "account_billing_", "openimis_", "sofi_", "primmo_", "daycare_")
OURS += ("kibe_",)
ODOOS = ("account_move", "account_move_line", "account_payment", "ir_attachment")
ODOOS += ("mail_message", "mail_activity", "mail_followers", "res_partner")
#: Columns that an update writes anew, each with why.
WRITTEN = {
    "write_date": "the update itself writes",
    "write_uid": "the update itself writes",
}
#: (table, column): why its values are others after the update
CHANGED = {}
#: tables: why rows of them are gone after the update
GONE = {}
#: {table: which of its rows are looked at}
WHICH = {
    "ir_attachment": "b.url IS NULL",  # Odoo makes its style sheets anew
}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """(name of the updated database, what was before, what the update lost, what came
    of the jobs after it, simulator)."""
    source = odoo_source.locate()
    old = tmp_path_factory.mktemp("published")
    _unpack(old)
    config.write(source, old / "odoo.conf", ours=old / "addons")
    name = f"upgrade-{os.getpid()}"
    templates.clone(_published(source, old), name)
    codes = [f"{k}-{f}" for k in ("export", "tenants") for f in FATES]
    residences = {c: generate.residence(c, every_kind.CHARGES) for c in codes}
    simulator = Simulator(fixture=residences).start()
    try:
        with OpenimisServer(every_kind.fill_openimis(Store())) as openimis:
            place = {
                "root": str(old),
                "sofi": simulator.url,
                "openimis": openimis.url,
                "login": LOGIN,
                "folder": str(tmp_path_factory.mktemp("sofi")),
            }
            place = json.dumps(place)
            *before, _place = _run("before.py", old, old / "odoo.conf", name, place)
            _remember(name)
            database.install(name, [], ["all"], what="updating")
            lost = [line for table in _tables(name) for line in _lost(name, table)]
            after = _run("after.py", paths.ROOT, paths.CONFIG, name, json.dumps(before))
            yield name, before, lost, after, simulator
    finally:
        simulator.close()
        database.drop(name)


def _unpack(folder):
    git = ["git", "-C", paths.ROOT]
    known = subprocess.run([*git, "cat-file", "-e", COMMIT], check=False)
    if known.returncode:
        pytest.skip(f"This clone has no commit {COMMIT}: git fetch --unshallow")
    archive = subprocess.Popen([*git, "archive", COMMIT], stdout=subprocess.PIPE)
    subprocess.run(["tar", "-x", "-C", folder], stdin=archive.stdout, check=True)
    assert not archive.wait()


def _published(source, old):
    """Return the template with what was published; it is kept for the next time."""
    group = f"{templates.PREFIX}published"
    below = templates.base(source)
    name = f"{group}-{COMMIT[:12]}-{below.rpartition('-')[2]}"
    with lock(group):
        if not database.comment(name).get("complete"):
            templates.clone(below, name)
            wanted = addons.standard(old / "addons")
            database.install(name, wanted, odoo_config=old / "odoo.conf")
            database.note(name, {"complete": True, "used": time.time()})
        templates.forget_old(group, name, count=1)
    return name


def _run(script, folder, *arguments):
    command = [str(part) for part in (paths.VENV_PYTHON, HERE / script, *arguments)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder
    )
    assert not done.returncode, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]


# === ROWS ===


def _remember(name):
    """Copy every row of the tables that matter, before the update."""
    postgres.query(name, "CREATE SCHEMA before")
    for table in _tables(name):
        postgres.query(name, f'CREATE TABLE before."{table}" AS TABLE public."{table}"')


def _tables(name):
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    rows = [row[0] for row in postgres.query(name, query)]
    own = [t for t in rows if t in ODOOS or t.startswith(OURS)]
    return sorted(t for t in own if not _is_transient(name, t))


def _is_transient(name, table):
    query = "SELECT transient FROM ir_model WHERE replace(model, '.', '_') = %s"
    rows = postgres.query(name, query, table)
    return bool(rows and rows[0][0])


def _columns(name, schema, table):
    query = """
        SELECT column_name FROM information_schema.columns
         WHERE table_schema = %s AND table_name = %s
    """
    return {row[0] for row in postgres.query(name, query, schema, table)}


def _lost(name, table):
    """Yield what of a table is gone or has changed since the copy was made."""
    then, now = (_columns(name, schema, table) for schema in ("before", "public"))
    if not then:
        return  # it is new
    if gone := then - now:
        yield f"{table}: columns {sorted(gone)} are gone"
    if "id" not in then:
        both = ", ".join(f'"{column}"' for column in sorted(then & now))
        query = (
            f'SELECT count(*) FROM (SELECT {both} FROM before."{table}" EXCEPT '
            f'SELECT {both} FROM public."{table}") x'
        )
        if count := postgres.query(name, query)[0][0]:
            yield f"{table}: {count} rows are gone"
        return
    joined = f'before."{table}" b LEFT JOIN public."{table}" a USING (id)'
    joined += f" WHERE {WHICH.get(table, 'TRUE')}"
    query = f"SELECT count(*) FROM {joined} AND a.id IS NULL"
    if (count := postgres.query(name, query)[0][0]) and table not in GONE:
        yield f"{table}: {count} rows are gone"
    for column in sorted((then & now) - {"id", *WRITTEN}):
        if (table, column) in CHANGED:
            continue
        query = (
            f'SELECT count(*), min(id), min(b."{column}"::text),'
            f' min(a."{column}"::text) FROM {joined} AND a.id IS NOT NULL'
            f' AND b."{column}"::text IS DISTINCT FROM a."{column}"::text'
        )
        [(count, first, was, is_now)] = postgres.query(name, query)
        if count:
            yield f"{table}.{column}: {count} rows, first {first}: {was!r} → {is_now!r}"


def test_validated_bills_know_since_when(story):
    query = (
        "SELECT count(*), count(openimis_date_validated) FROM account_move"
        " WHERE openimis_type IS NOT NULL AND state = 'posted'"
    )
    [(bills, dated)] = postgres.query(story[0], query)
    assert bills == dated > 0


def test_no_row_is_lost_and_none_says_something_else(story):
    name, lost = story[0], story[2]
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'before'"
    tables = {row[0] for row in postgres.query(name, query)}
    assert len(tables) > 100
    gone = sorted(tables - set(_tables(name)) - set(GONE))
    assert not gone, gone
    assert not lost, "\n".join(lost)


def test_files_are_where_they_were(story):
    name = story[0]
    query = "SELECT DISTINCT store_fname FROM before.ir_attachment"
    query += " WHERE store_fname IS NOT NULL"
    files = [row[0] for row in postgres.query(name, query)]
    assert files
    missing = [f for f in files if not (paths.FILESTORE / name / f).exists()]
    assert not missing


# === JOBS ===


@pytest.fixture
def jobs(story):
    """{(kind, fate): (before, found, then)}."""
    _name, before, _lost, after, _simulator = story
    assert len(before) == len(after) == len(every_kind.KINDS) * len(FATES)
    return {
        (old["kind"], old["fate"]): (old, new["found"], new["then"])
        for old, new in zip(before, after, strict=True)
    }


def test_jobs_came_to_every_end(jobs):
    states = {
        "done": {"done"},
        "planned": {"planned"},
        "half": {"running"},
        "cancelled": {"cancelled"},
        "partial": {"partial", "failed"},
    }
    for (kind, fate), (before, _found, _then) in jobs.items():
        assert before["state"] in states[fate], (kind, fate, before)


def test_each_is_found_as_it_was(jobs):
    for key, (before, found, _then) in jobs.items():
        for what in ("state", "books"):
            assert found[what] == before[what], key
        assert sorted(found["findings"]) == sorted(before["findings"]), key


def test_each_has_a_job_in_its_history(jobs):
    # the published version told its jobs what was counted when they were over
    unfinished = ("planned", "running")
    for key, (before, found, _then) in jobs.items():
        assert found["is_current"] and found["jobs"] == before["jobs"] > 0, key
        state, has_counted = found["job"]
        assert state == found["state"] and (has_counted or state in unfinished), key
        assert sorted(found["of_job"]) == sorted(found["findings"]), key


def test_what_was_over_stays_as_it_was(jobs):
    for fate in ("done", "cancelled"):
        for kind in every_kind.KINDS:
            _before, found, then = jobs[kind, fate]
            assert then == found, (kind, fate)


def test_what_was_not_over_is_done_exactly_once(jobs):
    for fate in ("planned", "half", "partial"):
        for kind in every_kind.KINDS:
            _before, _found, then = jobs[kind, fate]
            assert then["state"] == "done", (kind, fate, then)
            assert then["books"] == jobs[kind, "done"][0]["books"], (kind, fate)


def test_sofi_has_every_charge_archived_exactly_once(story):
    simulator = story[4]
    for fate in FATES:
        times = Counter(simulator.residence(f"export-{fate}").archived_times)
        assert set(times.values()) <= {1}, fate
        if fate != "cancelled":
            assert len(times) == every_kind.CHARGES, fate
