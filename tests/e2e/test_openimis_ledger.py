"""openIMIS' ledger sends entries to a real server, several at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from types import SimpleNamespace

import psycopg2
import pytest
import requests

from devtools import postgres

ADDONS = ["openimis_fhir"]
TOGETHER = 6
ADMIN = ("admin", "admin")


@pytest.fixture(scope="module")
def ledger(odoo):
    """A sender: `send(entry, key)` over HTTP, `entry`, and `call` of any method."""

    def call(model, method, *arguments, **options):
        login = {"service": "common", "method": "login"}
        user = rpc({**login, "args": [odoo.database, *ADMIN]})
        arguments = [odoo.database, user, ADMIN[1], model, method, arguments, options]
        return rpc({"service": "object", "method": "execute_kw", "args": arguments})

    def rpc(parameters):
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = requests.post(f"{odoo.url}/jsonrpc", json=body, timeout=60).json()
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def send(entry, key):
        return call("openimis.ledger.entry", "send", entry, key)

    def account(kind):
        domain = [("account_type", "=", kind)]
        (found,) = call(
            "account.account", "search_read", domain, fields=["code"], limit=1
        )
        return found["code"]

    entry = {
        "date": "2026-11-21",
        "reference": "CQ7",
        "lines": [
            {"account": account("expense"), "debit": "82.19"},
            {"account": account("liability_payable"), "credit": "82.19"},
        ],
    }
    return SimpleNamespace(call=call, send=send, entry=entry, database=odoo.database)


def booked(ledger, key):
    """Names of the journal entries of a key."""
    found = ledger.call(
        "openimis.ledger.entry", "search_read", [("key", "=", key)], fields=["move_id"]
    )
    moves = [row["move_id"][0] for row in found]
    return [row["name"] for row in ledger.call("account.move", "read", moves, ["name"])]


def test_the_same_key_at_once_is_booked_once(ledger):
    before = ledger.call("account.move", "search_count", [("ref", "=", "CQ7")])
    with ThreadPoolExecutor(TOGETHER) as pool:
        answers = list(
            pool.map(lambda _n: ledger.send(ledger.entry, "odoo:once"), range(TOGETHER))
        )
    assert {answer["status"] for answer in answers} <= {"success", "timeout"}
    references = {a["external_reference"] for a in answers if a["status"] == "success"}
    assert len(references) == 1
    again = ledger.send(ledger.entry, "odoo:once")
    assert (again["status"], {again["external_reference"]}) == ("success", references)
    assert len(booked(ledger, "odoo:once")) == 1
    after = ledger.call("account.move", "search_count", [("ref", "=", "CQ7")])
    assert after - before == 1


def test_different_keys_at_once_are_all_booked(ledger):
    keys = [f"odoo:many-{number}" for number in range(TOGETHER)]
    with ThreadPoolExecutor(TOGETHER) as pool:
        sent = pool.map(lambda key: ledger.send(ledger.entry, key), keys)
        answers = dict(zip(keys, sent, strict=True))
    for key, answer in answers.items():
        while answer["status"] == "timeout":
            answer = ledger.send(ledger.entry, key)
        assert answer["status"] == "success"
    assert sorted(len(booked(ledger, key)) for key in keys) == [1] * TOGETHER


def test_who_finds_the_key_taken_is_told_to_ask_again(ledger):
    connection = psycopg2.connect(
        dbname=ledger.database,
        **{
            option: value
            for name, value in postgres.parameters().items()
            if (option := name.removeprefix("PG").lower())
        },
    )
    with closing(connection), connection.cursor() as cursor:
        # somebody has written the key and not ended yet
        cursor.execute(
            "INSERT INTO openimis_ledger_entry (company_id, key)"
            " SELECT min(company_id), 'odoo:taken' FROM account_journal"
        )
        answer = ledger.send(ledger.entry, "odoo:taken")
        assert answer["status"] == "timeout"
        assert answer["external_reference"] is answer["rejection_reason"] is None
        connection.rollback()
    assert booked(ledger, "odoo:taken") == []
    answer = ledger.send(ledger.entry, "odoo:taken")
    assert answer["status"] == "success"
    assert booked(ledger, "odoo:taken") == [answer["external_reference"]]


def test_a_rejected_entry_says_why_and_leaves_nothing(ledger):
    wrong = {**ledger.entry, "lines": ledger.entry["lines"][:1]}
    answer = ledger.send(wrong, "odoo:wrong")
    assert answer["status"] == "rejected"
    assert "lines" in answer["rejection_reason"]
    assert booked(ledger, "odoo:wrong") == []
