"""The simulator's GraphQL answers what a real openIMIS answered, word by word."""

import json

import pytest
import requests

from tests.simulators.openimis import OpenimisServer, Recorded, Store, recordings

#: What the pull never asks for: not simulated, and the simulator says so itself.
NOT_SIMULATED = (
    "batchRuns/batchRunsSummaries",
    "errors/tokenAuth",
    "errors/missing_rights",  # the account differs: compared below
)
COMPARED = [
    recording
    for recording in recordings.fresh()
    if not recording["name"].startswith(NOT_SIMULATED)
]
REFUSED = [
    recording
    for recording in recordings.fresh()
    if recording["name"].startswith("errors/missing_rights")
]
DENIED = {
    recording["name"].rpartition("_")[2]
    for recording in REFUSED
    if "errors" in recording["answer"] or recording["name"].endswith("Facilities")
}


@pytest.fixture(scope="module")
def server():
    store = Store()
    store.recorded = Recorded()
    with OpenimisServer(store) as server:
        yield server


def ask(server, recording):
    """Ask what was asked, with the same kind of token; (status, body)."""
    tokens = {"Bearer TOKEN": "jwt-good", "Bearer nonsense": "nonsense"}
    if recording["name"] == "errors/token_expired":
        tokens["Bearer TOKEN"] = "jwt-expired"
    server.tokens.update({"jwt-good": 10**6})
    headers = {"Content-Type": "application/json"}
    if recording["authorization"]:
        headers["Authorization"] = f"Bearer {tokens[recording['authorization']]}"
    if recording["csrf"]:
        headers["X-CSRFToken"] = server.csrf
    answer = requests.request(
        recording["method"],
        server.url + recording["path"],
        data=json.dumps(recording["request"]),
        headers=headers,
        timeout=60,
    )
    return answer.status_code, answer.json()


@pytest.mark.parametrize("recording", COMPARED, ids=lambda r: r["name"])
def test_answers_are_the_recorded_ones(server, recording):
    server.store.denied = set()
    status, body = ask(server, recording)
    assert status == recording["status"]
    if recording["name"].startswith("claims/filter"):
        # without `orderBy` PostgreSQL chose another way, and with it other rows first
        expected, given = (b["data"]["claims"] for b in (recording["answer"], body))
        assert given["totalCount"] == expected["totalCount"]
        assert len(given["edges"]) == len(expected["edges"])
        claims = server.store.recorded.nodes["claims"].values()
        known = {claim["code"]: claim for claim in claims}
        for edge in expected["edges"]:
            assert edge["node"].items() <= known[edge["node"]["code"]].items()
    else:
        assert body == recording["answer"]


@pytest.mark.parametrize("recording", REFUSED, ids=lambda r: r["name"])
def test_missing_rights_are_told_as_recorded(server, recording):
    server.store.denied = DENIED
    status, body = ask(server, recording)
    assert status == recording["status"]
    if "errors" in recording["answer"]:
        assert body == recording["answer"]
    else:  # this account sees some other rows
        assert "errors" not in body


def test_the_recordings_are_those_of_the_tables():
    recorded = Recorded()
    tables = {"claims": "claims", "policies": "policies", "premiums": "premiums"}
    for connection, table in tables.items():
        valid = {row["uuid"] for row in recordings.truth(table)}
        listed = {node["uuid"] for node in recorded.rows(connection)}
        assert listed <= valid
