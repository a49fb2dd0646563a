"""Answers that are not what SOFI's interface promises alter nothing: spec 3."""

import pytest
from exchange_run_core import http
from sofi_primmo_core import exceptions as exc
from sofi_primmo_core.api_profile import ApiProfile
from sofi_samples import accepted


@pytest.mark.parametrize("kind", ["bad_json", "truncated"])
def test_a_garbled_answer_is_asked_for_again(simulator, connect, pauses, kind):
    client = connect()
    simulator.faults.add({"path": "/charges", "kind": kind})
    assert len(accepted(client).rows) == 6
    assert pauses == [1]


def test_an_answer_that_stays_garbled_is_an_error(simulator, connect):
    client = connect()
    simulator.faults.add({"path": "/charges", "kind": "bad_json", "times": 4})
    with pytest.raises(exc.SofiProtocolError):
        accepted(client)


DEEP = '{"data":' + "[" * 100_000
LISTED = '{"data":[%s],"meta":{"total":1,"total_pages":1}}'


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        '"text"',
        DEEP,
        "{}",
        '{"data":{},"meta":{}}',
        '{"data":[],"meta":[]}',
        '{"data":[],"meta":{"total":"many"}}',
        '{"data":[],"meta":{"total_pages":[1]}}',
        LISTED % "null",
        LISTED % "7",
        LISTED % '{"id":null}',
        LISTED % '{"id":true}',
        LISTED % '{"id":["1"]}',
        "\xff\xfe{",
        '{"data":"\xed\xa0\x80"}',
    ],
)
def test_an_answer_that_is_no_list(simulator, connect, body):
    client = connect()
    simulator.faults.add({"path": "/charges", "kind": "body", "body": body, "times": 4})
    with pytest.raises(exc.SofiProtocolError):
        accepted(client)


def test_an_endless_answer_is_cut_off(simulator, connect, monkeypatch):
    monkeypatch.setattr(http, "LARGEST", 1000)
    client = connect()
    with pytest.raises(exc.SofiProtocolError, match="too large"):
        accepted(client)


def test_characters_no_database_keeps_are_replaced(simulator, connect):
    body = LISTED % r'{"id":"a\u0000b","n":["\ud800",{"\uDFFF":1}],"e":"\ud83d\ude00"}'
    client = connect()
    simulator.faults.add({"path": "/charges", "kind": "body", "body": body})
    assert accepted(client).rows == [
        {"id": "a\ufffdb", "n": ["\ufffd", {"\ufffd": 1}], "e": "\U0001f600"}
    ]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, exc.SofiAuthError),
        (403, exc.SofiAuthError),
        (404, exc.SofiProtocolError),
        (409, exc.SofiProtocolError),
        (429, exc.SofiTransient),
        (502, exc.SofiTransient),
    ],
)
def test_a_page_instead_of_an_error(simulator, connect, status, error):
    """A gateway speaks in pages; above all it does not say that a charge is gone."""
    client = connect()
    page = {"kind": "body", "body": "<html>", "status": status, "times": 4}
    simulator.faults.add({"path": "/charges/900001", **page})
    with pytest.raises(error) as caught:
        client.charge("900001")
    assert not isinstance(caught.value, exc.SofiNotFound | exc.SofiConflict)
    assert caught.value.status == status


@pytest.mark.parametrize(
    "body",
    ["{}", '{"id":"900001"}', '{"data":{"id":"900001","status":"accepted"}}']
    + ['{"id":"900002","status":"accepted"}'],
)
def test_what_is_not_the_charge_is_never_taken_for_its_status(simulator, connect, body):
    client = connect()
    simulator.faults.add({"path": "/charges/900001", "kind": "body", "body": body})
    with pytest.raises(exc.SofiProtocolError):
        client.charge("900001")


@pytest.mark.parametrize(
    ("body", "done", "rejected"),
    [
        ("{}", set(), {"900001": "no_answer", "900003": "no_answer"}),
        ('{"archived":null}', set(), {"900001": "no_answer", "900003": "no_answer"}),
        ('{"archived":[900001,900003]}', {"900001", "900003"}, {}),
        ('{"archived":["7","900001"]}', {"900001"}, {"900003": "no_answer"}),
        (
            '{"archived":["900001","900003"],"rejected":[{"id":"900003"},7]}',
            {"900001"},
            {"900003": ""},
        ),
    ],
)
def test_only_what_is_confirmed_is_archived(simulator, connect, body, done, rejected):
    client = connect()
    simulator.faults.add({"path": "/charges/archive", "kind": "body", "body": body})
    found = client.archive(["900001", "900003"], "x.csv", "run-1")
    assert (found.done, found.rejected) == (done, rejected)


def test_an_archive_answer_of_another_shape(simulator, connect):
    client = connect()
    fault = {"path": "/charges/archive", "kind": "body", "body": '{"archived":{"a":1}}'}
    simulator.faults.add(fault)
    with pytest.raises(exc.SofiProtocolError):
        client.archive(["900001"], "x.csv", "run-1")


@pytest.mark.parametrize("token", ["null", "7", '""', '"a\\nb"', '"\\u00e9"'])
def test_a_token_no_header_carries(simulator, connect, token):
    body = f'{{"access_token":{token}}}'
    simulator.faults.add({"path": "/oauth/token", "kind": "body", "body": body})
    with pytest.raises(exc.SofiProtocolError):
        connect()


@pytest.mark.parametrize("auth", ["oauth", "basic", "headers"])
@pytest.mark.parametrize("key", ["clé", "AAAA\n0000", "\U0001f600"])
def test_a_key_with_characters_no_key_has(simulator, connect, auth, key):
    with pytest.raises(exc.SofiAuthError):
        connect(key=key, profile=ApiProfile(auth=auth))
    assert not simulator.residence("erables").requests


def test_an_id_stays_within_its_path(simulator, connect):
    with pytest.raises(exc.SofiError):
        connect().charge("../residents/551?x=")
    assert "GET /residents/551" not in simulator.residence("erables").requests


def test_a_description_of_the_residence_of_another_shape(simulator, connect):
    body = '{"access_token":"t","residence":"Les Érables"}'.encode().decode("latin-1")
    simulator.faults.add({"path": "/oauth/token", "kind": "body", "body": body})
    assert connect(login=False).login() == {}
