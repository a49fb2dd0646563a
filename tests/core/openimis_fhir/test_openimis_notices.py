"""Notices of payments: the simulator against recordings, and how they are found."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import requests

from tests.simulators.openimis import OpenimisServer, Store
from tests.simulators.openimis.server import LOGIN

from .openimis_samples import SAMPLES, client, exceptions, notices

RECORDED = json.loads((SAMPLES / "PaymentNotice_recorded.json").read_text())
MOMENT = datetime(2026, 11, 29, 12)


@pytest.fixture
def server():
    store = Store()
    for key, bill in RECORDED["bills"].items():
        store.put(
            "Invoice",
            {
                "id": key,
                "totalGross": {"value": bill["total"]},
                "lineItem": [{}] * bill["lines"],
            },
        )
    with OpenimisServer(store) as server:
        yield server


def ask(server, step, token):
    return requests.request(
        step["method"],
        server.url + step["path"],
        json=step.get("body"),
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=10,
    )


def essence(notice):
    """What tells one notice from another, as the recordings keep it."""
    if "reference" in (notice.get("request") or {}):
        notice = {
            **notice,
            "request": notice["request"]["reference"],
            "payment": notice["payment"]["reference"],
            "amount": notice["amount"]["value"],
            "paymentStatus": notice["paymentStatus"]["coding"][0]["code"],
        }
    return tuple(
        notice.get(name)
        for name in ("status", "request", "payment", "amount", "paymentStatus")
    )


@pytest.mark.parametrize("group", range(len(RECORDED["groups"])))
def test_the_simulator_answers_as_openimis_did(server, group):
    login = {"username": LOGIN[0], "password": LOGIN[1]}
    path = f"{server.url}/api/api_fhir_r4/login/"
    token = requests.post(path, json=login, timeout=10).json()["token"]
    # recorded between two days; the bounds of the recordings lie in the past of both
    server.store.now = lambda: MOMENT
    for step in RECORDED["groups"][group]:
        if "bill" in step:
            assert server.store.bill_status[step["bill"]] == step["bill_status"], step
            continue
        known = step["case"] != "errors/1_post_not_logged_in"
        answer = ask(server, step, token if known else None)
        assert answer.status_code == step["status"], step["case"]
        expected = step["answer"]
        if "entry" in expected:
            entries = answer.json().get("entry") or []
            found = Counter(essence(entry["resource"]) for entry in entries)
            assert found == Counter(map(essence, expected["entry"])), step["case"]
            assert answer.json()["total"] == expected["total"], step["case"]
        elif step["status"] == 201:
            assert essence(answer.json()) == essence(expected), step["case"]


def conversation(server):
    settings = client.Settings(
        url=server.url,
        login=LOGIN[0],
        password=LOGIN[1],
        internal=True,
        rate=10**6,
        retries=0,
    )
    return client.Client(settings)


def tell(server, reference, amount="141.37"):
    (key,) = [k for k, b in RECORDED["bills"].items() if b["total"] == 141.37]
    return server.store.pay(
        {
            "status": "active",
            "request": {"reference": f"Bill/{key}", "type": "Bill"},
            "created": "2026-11-29",
            "payment": {"reference": f"PaymentReconciliation/{reference}"},
            "paymentDate": "2026-11-29",
            "recipient": {"reference": "Organization/x"},
            "amount": {"value": float(amount), "currency": "$"},
            "paymentStatus": {"coding": [{"code": "cleared"}]},
        }
    )


def since():
    return datetime.now(UTC).replace(tzinfo=None)


def test_a_notice_is_found_whatever_was_asked_before(server):
    talk, asked = conversation(server), set()
    bound = notices.fresh_bound(since(), asked)
    assert notices.find_notices(talk, ["odoo-1"], bound) == {}
    tell(server, "odoo-1")
    # the same question gives the old answer, as with openIMIS
    assert notices.find_notices(talk, ["odoo-1"], bound) == {}
    other = notices.fresh_bound(since(), {bound})
    (found,) = notices.find_notices(talk, ["odoo-1"], other)["odoo-1"]
    assert found.reference == "odoo-1"


def test_a_notice_on_a_later_page_is_found(server):
    for number in range(250):
        tell(server, f"other-{number}")
    tell(server, "odoo-1")
    bound = notices.fresh_bound(since(), ())
    found = notices.find_notices(conversation(server), ["odoo-1", "x"], bound)
    assert list(found) == ["odoo-1"]


def test_a_notice_there_twice_is_told_as_two(server):
    for _time in range(2):
        tell(server, "odoo-1")
    bound = notices.fresh_bound(since(), ())
    found = notices.find_notices(conversation(server), ["odoo-1"], bound)
    assert len(found["odoo-1"]) == 2


def test_a_bound_is_never_asked_twice_and_lies_before():
    numbers = iter([5, 5, 6])
    first = notices.fresh_bound(MOMENT, (), lambda _below: next(numbers))
    second = notices.fresh_bound(MOMENT, {first}, lambda _below: next(numbers))
    assert first == "2026-11-28T11:59:55"
    assert second == "2026-11-28T11:59:54"
    earliest = MOMENT - timedelta(days=1)
    assert datetime.fromisoformat(notices.fresh_bound(MOMENT, ())) <= earliest


def test_a_list_whose_rows_come_twice_proves_nothing():
    """Rows of one moment come twice, others never: then nothing may be sent."""
    row = {"resource": {"id": "a", "payment": {"reference": "X/other"}}}

    class Twice:
        def get(self, _path, parameters):
            return {"entry": [row] if parameters["page-offset"] < 3 else []}

    with pytest.raises(exceptions.UnreadableAnswer):
        notices.find_notices(Twice(), ["odoo-1"], "2026-01-01T00:00:00")
    found = notices.find_notices(Twice(), ["other"], "2026-01-01T00:00:00")
    assert len(found["other"]) == 1


@pytest.mark.parametrize(
    ("bill", "amount", "expected"),
    [
        ("A1", "10", True),
        ("a1", "10.001", True),
        ("A1", "10.01", False),
        ("A2", "10", False),
    ],
)
def test_a_notice_is_compared_with_bill_and_amount(bill, amount, expected):
    found = notices.read_notice(
        {
            "id": "n",
            "status": "active",
            "payment": {"reference": "PaymentReconciliation/p"},
            "request": {"reference": "Invoice/A1"},
            "amount": {"value": 10, "currency": "$"},
        }
    )
    assert found.tells(bill, Decimal(amount)) is expected


@pytest.mark.parametrize("resource", [None, [], {"amount": {"value": "x"}}])
def test_what_is_no_notice_is_refused(resource):
    with pytest.raises(exceptions.UnreadableAnswer):
        notices.read_notice(resource)
