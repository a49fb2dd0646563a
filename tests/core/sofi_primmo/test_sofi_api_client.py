"""The client against a real HTTP server: spec 3."""

import json
import socket
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import BoundedSemaphore
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sofi_primmo_core import exceptions as exc
from sofi_primmo_core import transport
from sofi_primmo_core.api_client import SofiClient
from sofi_primmo_core.api_profile import ApiProfile
from sofi_primmo_core.period import Period, read
from sofi_primmo_core.transport import check_peer, check_url
from sofi_samples import KEY, SECRET
from sofi_simulator import generate


def ids(listing):
    return [row["id"] for row in listing.rows]


def accepted(client, period=None):
    return client.accepted_charges(period or Period(), dict)


def big(simulator, charges):
    simulator.store.add_residence("big", generate.residence("big", charges))
    return {"path": "big", "key": generate.KEY, "secret": generate.SECRET}


def test_login_names_the_residence_and_its_rights(connect):
    client = connect(login=False)
    assert client.login()["name"] == "Résidence Les Érables"
    assert client.missing_rights() == []


def test_missing_rights_are_named(connect):
    client = connect(
        key="FEWRIGHTS000000000AA", secret="s1mulat0rS3cretWithFewRights000000000003"
    )
    assert client.missing_rights() == ["Admin/View", "General Information/View"]
    with pytest.raises(exc.SofiAuthError) as caught:
        client.read_all("services")
    assert caught.value.missing_right == "Admin/View"


@pytest.mark.parametrize(
    ("key", "secret", "status"),
    [
        (KEY, "wrong", 401),
        ("unknown", SECRET, 401),
        ("NOLOGIN00000000000AA", "s1mulat0rS3cretOfNobodyWithoutLogin00002", 403),
    ],
)
def test_refused_login(connect, key, secret, status):
    with pytest.raises(exc.SofiAuthError) as caught:
        connect(key=key, secret=secret)
    assert caught.value.status == status
    assert secret not in str(caught.value)


@pytest.mark.parametrize("auth", ["basic", "headers"])
def test_other_ways_to_log_in(connect, auth):
    client = connect(profile=ApiProfile(auth=auth))
    assert len(accepted(client).rows) == 6


@pytest.mark.parametrize("auth", ["basic", "headers"])
def test_other_ways_refused(connect, auth):
    with pytest.raises(exc.SofiAuthError):
        connect(secret="wrong", profile=ApiProfile(auth=auth))


def test_only_accepted_charges(connect):
    assert ids(accepted(connect())) == [
        f"9000{n}" for n in ("01", "03", "07", "08", "09", "10")
    ]


def test_period_is_sent(connect):
    period = read("2025-11-04", "2025-11-05", "America/Toronto")
    assert ids(accepted(connect(), period)) == ["900003", "900007", "900008"]


def test_all_pages(simulator, connect):
    client = connect(**big(simulator, 1250))
    assert len(accepted(client).rows) == 1250
    assert simulator.residence("big").requests["GET /charges"] == 3


def test_duplicates_across_pages_are_dropped(simulator, connect):
    client = connect(**big(simulator, 700))
    simulator.faults.add(
        {"path": "/charges", "kind": "duplicate_across_pages", "nth": 2}
    )
    found = ids(accepted(client))
    assert len(found) == len(set(found)) == 700


def test_changed_total_reads_once_more(simulator, connect):
    client = connect(**big(simulator, 700))
    simulator.faults.add({"path": "/charges", "kind": "total_drift", "nth": 2})
    listing = accepted(client)
    assert (len(listing.rows), listing.drifted) == (700, False)
    assert simulator.residence("big").requests["GET /charges"] == 4


def test_total_that_keeps_changing_is_told(simulator, connect):
    client = connect(**big(simulator, 700))
    for nth in (2, 4):
        simulator.faults.add({"path": "/charges", "kind": "total_drift", "nth": nth})
    listing = accepted(client)
    assert (len(listing.rows), listing.drifted) == (700, True)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_trouble_is_tried_again(simulator, connect, pauses, status):
    client = connect()
    simulator.faults.add({"path": "/charges", "status": status, "times": 2})
    assert len(accepted(client).rows) == 6
    assert pauses == [1, 2]


def test_lasting_trouble_gives_up_after_three_retries(simulator, connect, pauses):
    client = connect()
    simulator.faults.add({"path": "/charges", "status": 503, "times": 9})
    with pytest.raises(exc.SofiTransient) as caught:
        accepted(client)
    assert caught.value.status == 503
    assert pauses == [1, 2, 4]


IN_AN_HOUR = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7),
        ("3600", 60),
        ("soon", 1),
        ("-5", 1),
        ("\xb2", 1),
        (IN_AN_HOUR, 60),
        ("Mon, 03 Nov 2025 14:05:00 GMT", 0),
    ],
)
def test_retry_after(simulator, connect, pauses, asked, waited):
    client = connect()
    fault = {"path": "/charges", "status": 429, "retry_after": asked}
    simulator.faults.add(fault)
    accepted(client)
    assert pauses == [waited]


def test_timeout_is_tried_again(simulator, connect, pauses):
    client = connect()
    simulator.faults.add({"path": "/charges", "kind": "timeout", "delay": 1.5})
    assert len(accepted(client).rows) == 6
    assert pauses == [1]


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
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 1000)
    client = connect()
    with pytest.raises(exc.SofiProtocolError, match="too large"):
        accepted(client)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32-be"])
def test_json_in_its_other_encodings(simulator, connect, encoding):
    content = (LISTED % '{"id":"é"}').encode(encoding).decode("latin-1")
    client = connect()
    simulator.faults.add({"path": "/charges", "kind": "body", "body": content})
    assert ids(accepted(client)) == ["é"]


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


def test_expired_token_is_renewed_once(simulator, connect):
    client = connect()
    simulator.store.offset += 3601
    assert len(accepted(client).rows) == 6
    assert simulator.residence("erables").requests["POST /oauth/token"] == 2


def test_login_itself_is_not_retried(simulator, connect, pauses):
    simulator.faults.add({"path": "/oauth/token", "status": 503})
    with pytest.raises(exc.SofiTransient):
        connect()
    assert pauses == []


def test_archive(simulator, connect):
    found = connect().archive(["900001", "900011"], "x.csv", "run-1")
    assert found.done == {"900001"}
    assert found.rejected == {"900011": "status_changed"}


def test_lost_reply_has_its_effect_once(simulator, connect, pauses):
    client = connect()
    simulator.faults.add({"path": "/charges/archive", "kind": "drop_after_commit"})
    found = client.archive(["900001"], "x.csv", "run-1")
    assert found.done == {"900001"}
    assert pauses == [1]
    assert simulator.residence("erables").archived_times == {"900001": 1}


def test_already_archived_counts_as_done(connect):
    client = connect()
    client.archive(["900001"], "x.csv", "run-1")
    assert client.archive(["900001"], "x.csv", "run-2").done == {"900001"}


def test_idempotency_conflict(connect):
    client = connect()
    client.archive(["900001"], "x.csv", "run-1")
    with pytest.raises(exc.SofiConflict) as caught:
        client.archive(["900003"], "x.csv", "run-1")
    assert caught.value.code == "idempotency_conflict"


def test_archive_one_by_one(simulator, connect):
    client = connect(profile=ApiProfile(archive_mode="single"))
    found = client.archive(["900001", "900011", "none"], "x.csv", "run-1")
    assert found.done == {"900001"}
    assert found.rejected == {"900011": "status_changed", "none": "not_found"}


def test_archive_right_may_be_another_one(simulator, connect):
    simulator.residence("erables").archive_right = "bill:edit"
    with pytest.raises(exc.SofiAuthError) as caught:
        connect().archive(["900001"], "x.csv", "run-1")
    assert caught.value.missing_right == "Bill/Edit"


def test_batches_are_limited(connect):
    with pytest.raises(ValueError):
        connect().archive([str(n) for n in range(201)], "x.csv", "run-1")


def test_names_of_the_interface_are_data(connect):
    profile = ApiProfile(names={("path", "charges"): "/nowhere"})
    with pytest.raises(exc.SofiNotFound):
        accepted(connect(profile=profile))


def test_residents_can_be_written(simulator, connect):
    client = connect()
    assert client.update_resident("553", {"external_id": "T9"})["external_id"] == "T9"
    assert client.create_resident({"last_name": "Nouveau"})["id"] == "558"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.com", "url_scheme"),
        ("ftp://example.com", "url_scheme"),
        ("file:///etc/passwd", "url"),
        ("https://user:pw@example.com", "url"),
        ("https://example.com/?x=1", "url"),
        ("https://example.com:99999", "url"),
        ("https://[::1", "url"),
        (f"https://{'a' * 70}.com", "url"),
        ("https://10.0.0.1", "url_private"),
        ("https://169.254.169.254", "url_private"),
        ("https://[::ffff:10.0.0.1]", "url_private"),
        ("", "url"),
        (None, "url"),
    ],
)
def test_hostile_addresses(url, code):
    with pytest.raises(exc.SofiConfigError) as caught:
        check_url(url)
    assert caught.value.code == code


def test_internal_addresses_can_be_allowed():
    check_url("https://10.0.0.1", allow_private=True)
    check_url("http://127.0.0.1:8766/erables")


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({"path": "/charges", "tims": 2}, "tims"),
        ({"path": "/charges", "kind": "meteor"}, "meteor"),
        ({"kind": "status"}, "path"),
        ([], "object"),
    ],
)
def test_the_simulator_names_what_it_does_not_understand(simulator, order, named):
    request = Request(f"{simulator.url}/__sim__/faults", json.dumps(order).encode())
    with pytest.raises(HTTPError) as caught:
        urlopen(request)
    with caught.value as answer:
        assert answer.status == 400
        assert named in json.load(answer)["error"]["message"]


def resolve_to(monkeypatch, address):
    """Let every name lead to an address, as its owner may decide at any moment."""

    def getaddrinfo(_host, port, *_args, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port)))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.mark.parametrize(
    ("allow_private", "error"),
    [(False, exc.SofiConfigError), (True, exc.SofiTransient)],
)
def test_a_name_that_leads_home_later_is_refused_before_anything_is_sent(
    simulator, monkeypatch, allow_private, error
):
    port = simulator.url.rpartition(":")[2]
    url = f"https://sofi.example.com:{port}/erables"
    resolve_to(monkeypatch, "93.184.215.14")
    check_url(url)  # public when the residence was set up
    resolve_to(monkeypatch, "127.0.0.1")
    client = SofiClient(url, KEY, SECRET, pauses=(), allow_private=allow_private)
    # where it is allowed, the simulator answers without TLS
    with client, pytest.raises(error) as caught:
        client.login()
    if not allow_private:
        assert caught.value.code == "url_private"
    assert not simulator.residence("erables").requests


@pytest.mark.parametrize(
    "peer", ["10.0.0.1", "::1", "fe80::1%eth0", "::ffff:127.0.0.1"]
)
def test_peers_of_the_internal_network(peer):
    with pytest.raises(exc.SofiConfigError):
        check_peer(peer)


def test_redirects_are_not_followed(simulator, connect):
    client = connect()
    simulator.faults.add({"path": "/charges", "status": 302, "times": 9})
    with pytest.raises(exc.SofiProtocolError):
        accepted(client)


def test_two_at_once(simulator, connect):
    clients = [connect(), connect()]
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda c: c.archive(["900001"], "x.csv", "run-1"), clients)
    assert [answer.done for answer in answers] == [{"900001"}, {"900001"}]
    assert simulator.residence("erables").archived_times == {"900001": 1}


def test_gate_is_passed_by_every_request_and_free_while_pausing(connect, simulator):
    gate = BoundedSemaphore(1)
    free = []

    def sleep(_seconds):
        free.append(gate.acquire(blocking=False))
        gate.release()

    simulator.faults.add({"path": "/ping", "status": 503, "times": 2})
    assert connect(gate=gate, sleep=sleep).ping()["status"] == "ok"
    assert free == [True, True]
    gate.acquire()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(connect, gate=gate)
        assert not wait([waiting], timeout=0.1).done
        gate.release()
        assert waiting.result().scope
