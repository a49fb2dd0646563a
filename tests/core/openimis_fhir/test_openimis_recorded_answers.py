"""The simulator answers as the recorded openIMIS did, request by request.

Rows of one timestamp have no order of their own in openIMIS, so pages are compared by
the times at their positions, and each resource with the recorded one.
"""

import json
import re
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from tests.simulators.openimis import OpenimisServer, recorded_state
from tests.simulators.openimis import recorded_fhir as recorded
from tests.simulators.openimis.errors import ApiError
from tests.simulators.openimis.server import LOGIN

from .openimis_samples import DOLLAR, client, fhir_read

RESOURCES = (
    "Claim",
    "ClaimResponse",
    "Contract",
    "Coverage",
    "InsurancePlan",
    "Invoice",
    "Location",
    "Organization",
    "Patient",
)
#: what the simulator does not play: other lists of the same resource, what no client of
#: ours asks, and states changed on purpose
NOT_PLAYED = re.compile(
    r"POST|DELETE|not_a_uuid|type-(none|ins|bus|invoice)|no_resourceType|nonsense"
    r"|ties/|status8|changes/|count_cache/|after_rename|resourceType_bus|count_0"
    r"|^withdrawn_claim"
)


def playable():
    for resource in RESOURCES:
        for name, records in recorded.answers(resource).items():
            if not NOT_PLAYED.search(name):
                yield pytest.param(resource, name, records, id=f"{resource}/{name}")


@pytest.fixture(scope="module")
def server():
    with OpenimisServer(recorded_state.recorded_store()) as running:
        yield running


@pytest.fixture(scope="module")
def session(server):
    session = requests.Session()
    body = dict(zip(("username", "password"), LOGIN, strict=True))
    login = session.post(f"{server.url}/api/api_fhir_r4/login/", json=body)
    session.headers["Authorization"] = f"Bearer {login.json()['token']}"
    return session


@pytest.fixture(scope="module")
def ask(server, session):
    def get(path):
        server.listing.counts.clear()  # each was recorded with an empty cache
        return session.get(f"{server.url}{path}")

    return get


@pytest.mark.parametrize(("resource", "name", "records"), playable())
def test_answer(server, ask, resource, name, records):
    for record in records:
        path, expected = record["request"]["path"], record["response"]
        answer = ask(path)
        possible = statuses(server, resource, path) or {expected["status"]}
        assert answer.status_code in possible, answer.text
        assert expected["status"] in possible
        if answer.status_code == expected["status"]:
            compare(server, resource, answer.json(), expected)


def compare(server, resource, ours, expected):
    theirs = expected["body"]
    if expected["status"] != 200:
        assert words(ours) == words(theirs)
    elif theirs["resourceType"] != "Bundle":
        assert same(ours) == same(theirs)
    else:
        assert ours["total"] == theirs["total"]
        assert [link["relation"] for link in ours["link"]] == [
            link["relation"] for link in theirs["link"]
        ]
        entries, others = ours.get("entry") or [], theirs.get("entry") or []
        times = times_of(server, resource)
        assert [times[key_of(e)] for e in entries] == [times[key_of(e)] for e in others]
        assert [sorted(e) for e in entries] == [sorted(e) for e in others]
        source = "Claim" if resource == "ClaimResponse" else resource
        for entry in others:
            row = server.store.rows[source][key_of(entry)]
            played = server.listing.shown(resource, row)
            assert same(played) == same(entry["resource"])


def statuses(server, resource, path):
    """Statuses a page may have, by where its failing rows may stand among their ties.

    None for what has no ties: one resource, or a question that is wrong in itself.
    """
    url = urlsplit(path)
    parameters = dict(parse_qsl(url.query))
    if not path.split("?")[0].endswith(f"{resource}/"):
        return None
    listing = server.listing
    try:
        rows = listing._rows(resource, parameters)
    except ApiError:
        return None
    count = max(int(parameters.get("_count", 10)), 0) or 10
    start = (int(parameters.get("page-offset", 1)) - 1) * count
    if start < 0 or (start and start >= len(rows)):
        return {404}
    field = "created" if resource == "Invoice" else "updated"
    times = sorted(getattr(row, field) for row in rows)
    allowed = {200}
    for row in rows:
        if not listing.error_of(resource, row):
            continue
        first = times.index(getattr(row, field))
        last = len(times) - 1 - times[::-1].index(getattr(row, field))
        if start <= first and last < start + count:
            return {500}
        if last >= start and first < start + count:
            allowed = {200, 500}
    return allowed


def times_of(server, resource):
    source = "Claim" if resource == "ClaimResponse" else resource
    field = "created" if resource == "Invoice" else "updated"
    rows = server.store.rows[source]
    return {key: getattr(row, field) for key, row in rows.items()}


def key_of(entry):
    return recorded.uuid_of(entry["resource"])


def same(resource):
    """Without what differs from day to day and host to host."""
    plain = {**resource}
    if plain["resourceType"] == "ClaimResponse":
        plain.pop("created")
    return json.dumps(plain, sort_keys=True)


def words(body):
    """What an error says; Django lists all its fields after a wrong one."""
    if not isinstance(body, dict):
        return body
    return body["issue"][0]["details"]["text"].partition(" Choices are")[0]


def test_made_records_are_read_as_the_recorded_ones():
    """What ties lost was made from the tables: the makers agree with what came."""
    plans = {"Location": fhir_read.read_location}
    for row in recorded_state.valid("locations"):
        if theirs := recorded.fresh("Location").get(row["uuid"]):
            ours = recorded_state.make_location(row)
            assert plans["Location"](ours) == plans["Location"](theirs)
    premiums = recorded_state.premiums_by_policy()
    compared = 0
    for row in recorded_state.valid("policies"):
        key = row["uuid"]
        if theirs := recorded.fresh("Coverage").get(key):
            ours = recorded_state.make_coverage(row)
            assert fhir_read.read_policy(ours) == fhir_read.read_policy(theirs)
        if theirs := recorded.fresh("Contract").get(key):
            ours = recorded_state.make_contract(row, premiums[key])
            assert told(ours) == told(theirs)
            compared += 1
    assert compared > 100


def told(contract):
    """What is read of a contract's premiums, without the names of things."""
    exact = client.loads(client.dumps(contract).encode())
    names = ("amount", "receipt", "pay_date", "pay_type", "officer_code", "category")
    return [
        tuple(getattr(premium, name) for name in names)
        for premium in fhir_read.read_premiums(exact, DOLLAR)
    ]


def test_the_count_of_a_list_stays_for_an_hour(server, session):
    """As recorded: 315, 315 after a claim more, 316 for a bound not asked before."""
    bodies = [
        records[0]["response"]["body"]["total"]
        for name, records in sorted(recorded.answers("Claim").items())
        if name.startswith("count_cache/")
    ]
    assert bodies == [315, 315, 316]

    def total(bound=""):
        path = "/api/api_fhir_r4/Claim/?_count=1&page-offset=1"
        return session.get(f"{server.url}{path}{bound}").json()["total"]

    facility = next(iter(server.store.rows["Organization"]))
    before = total()
    key = server.store.add_claim(1, facility)
    again, other = total(), total("&_lastUpdated=ge2016-01-01T00:00:07")
    del server.store.rows["Claim"][key]
    assert (again, other) == (before, before + 1)


@pytest.mark.parametrize("resource", ["Claim", "ClaimResponse"])
def test_a_withdrawn_claim_is_unknown(server, ask, resource):
    (record,) = recorded.answers(resource)["withdrawn_claim_get"]
    path = record["request"]["path"]
    row = server.store.rows["Claim"][path.rstrip("/").rpartition("/")[2]]
    row.deleted = True
    answer = ask(path)
    row.deleted = False
    assert answer.status_code == record["response"]["status"]
    assert answer.json()["issue"] == record["response"]["body"]["issue"]
