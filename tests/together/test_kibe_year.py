"""A centre's year: Kibé's deliveries with their accidents, to invoices and papers.

Four months are played by default. `KIBE_YEAR=12 ./dev test tests/together -k kibe_year`
plays all of it, beginning with a database in which nothing is but the addons, and sends
the invoices of every month.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from devtools import database, paths, server, venv
from devtools.console import Problem

from ..databases import cloned

ADDONS = ["daycare_billing", "kibe_import"]
HERE = Path(__file__).parent
MAILBOX = paths.ROOT / "addons" / "daycare_billing" / "tests" / "mailbox.py"
MONTHS = int(os.environ.get("KIBE_YEAR", "4"))
#: What the tests of the deliveries of a month say, beside much else.
ACCIDENTS = {
    2: {"P19", "E02", "V03"},
    3: {"P32", "P27"},
    4: {"P04", "U02"},
    5: {"U07"},
    7: {"Z15"},
    8: {"E16"},
    9: {"C19"},
    11: {"V02", "P34"},
    12: {"U04", "U06"},
}
#: The months whose first delivery must not be imported.
REFUSED = {4, 7, 9, 11, 12}


def play(name):
    """Play the year on a database, beside a server; return what was seen."""
    script = "".join(
        part.read_text(encoding="utf-8")
        for part in (HERE / "kibe_year_book.py", MAILBOX, HERE / "kibe_year.py")
    )
    log = paths.LOGS / f"{name}.log"
    options = ("--max-cron-threads=0",)
    with server.serving(name, server.free_port(), log, *options) as odoo:
        command = [paths.VENV_PYTHON, paths.ODOO_BIN, *database.shell_arguments(name)]
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            input=script,
            text=True,
            capture_output=True,
            env={**os.environ, "KIBE_YEAR_URL": odoo.url},
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("YEAR ")]
    if not lines:
        raise Problem(f"The year was not played to its end:\n{done.stderr[-3000:]}")
    return json.loads(lines[0].removeprefix("YEAR "))


@pytest.fixture(scope="module")
def seen():
    """What was seen, see `kibe_year.py`."""
    if MONTHS == 12:
        name = f"kibe-year-{os.getpid()}"
        venv.ensure()
        database.install(name, ADDONS, demo=False)
        try:
            yield play(name)
        finally:
            database.drop(name)
    else:
        with cloned("kibe-year") as name:
            yield play(name)


def test_checklist_leads_from_nothing_to_the_first_run(seen):
    first, fixed, last = seen["setup"]
    assert {"bank_account", "groups", "tariff"} <= set(first)
    assert set(fixed) == {"groups", "tariff"}
    assert last == []


def test_every_month_is_billed_to_the_centime(seen):
    assert [month["month"] for month in seen["months"]] == [*range(1, MONTHS + 1)]
    for month in seen["months"]:
        found = {who: float(amount) for who, amount in month["found"].items()}
        wanted = {who: float(amount) for who, amount in month["wanted"].items()}
        assert found == pytest.approx(wanted, abs=0.001), month["month"]
        assert month["currencies"] == ["CHF"]


def test_every_accident_is_said(seen):
    for month, codes in ACCIDENTS.items():
        if month <= MONTHS:
            assert codes <= set(seen["codes"][str(month)]), month
    if MONTHS >= 8:
        assert "P27" not in seen["codes"]["8"], "nothing billed changes"


def test_wrong_deliveries_are_refused_in_words(seen):
    refused = {month for month, _why in seen["refused"]}
    assert refused == {month for month in REFUSED if month <= MONTHS}
    assert all(why for _month, why in seen["refused"])


def test_every_invoice_arrives_or_is_printed(seen):
    mailed = [month for month in seen["months"] if "mail" in month]
    assert mailed
    for month in mailed:
        mail = month["mail"]
        assert len(mail["letters"]) == len(set(mail["letters"])), "nobody twice"
        assert len(mail["letters"]) + mail["after"][1] == mail["moves"], month["month"]
        assert mail["after"][0] == 0
        assert mail["printed"] == [0, 0]
        refused = month["month"] in (2, 3)
        assert mail["failed"] == int(refused)
        gets_one = "1005" in month["found"] and not refused
        assert ("john@smith.example" in mail["letters"]) is gets_one, month["month"]
        if mail["bounced"]:
            [before, after] = mail["bounced"]
            assert after == [before[0], before[1] + 1]


def test_attestations_say_what_is_posted(seen):
    paper = seen["attestation"]
    found = {(who, child): float(total) for who, child, total in paper["found"]}
    wanted = {(w, c): float(t) for w, c, t in paper["wanted"] if float(t)}
    assert found == pytest.approx(wanted, abs=0.001)
    assert float(seen["ledger"]) == pytest.approx(sum(wanted.values()), abs=0.001)
    # an invoice nobody paid, and what is given back of a place that ended early
    owing = {3: "John Smith", 11: "Eva Müller (divorcée)"}
    assert set(seen["left_out"]) == {w for month, w in owing.items() if month <= MONTHS}


def test_care_is_booked_as_a_service(seen):
    assert seen["accounts"] == ["3400"]
