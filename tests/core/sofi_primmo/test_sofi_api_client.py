"""The client against a real HTTP server: spec 3."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import BoundedSemaphore
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sofi_primmo_core import exceptions as exc
from sofi_primmo_core.api_profile import ApiProfile
from sofi_primmo_core.period import read
from sofi_samples import KEY, SECRET, accepted, ids
from sofi_simulator import generate


def big(simulator, charges):
    simulator.store.add_residence("big", generate.residence("big", charges))
    return {"path": "big", "key": generate.KEY, "secret": generate.SECRET}


def test_login_names_the_residence_and_its_rights(connect):
    client = connect(login=False)
    assert client.login()["name"] == "Résidence Les Érables"
    assert client.missing_rights() == []


def test_missing_rights_are_found_whatever_the_login_tells(connect):
    client = connect(
        key="FEWRIGHTS000000000AA", secret="s1mulat0rS3cretWithFewRights000000000003"
    )
    for scope in ("", "admin:view bill:view general:view"):
        client.scope = scope
        assert client.missing_rights() == ["Admin/View", "General Information/View"]


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


def page(*rows, total, pages=1):
    meta = {"total": total, "total_pages": pages}
    return {"kind": "body", "body": json.dumps({"data": rows, "meta": meta})}


@pytest.mark.parametrize("total", [450, 4])
def test_a_list_shorter_than_announced_is_an_error(simulator, connect, total):
    client = connect()
    rows = [{"id": str(n)} for n in range(3)]
    fault = page(*rows, total=total)
    simulator.faults.add({"path": "/charges", "times": 2, **fault})
    with pytest.raises(exc.SofiShortList) as caught:
        accepted(client)
    assert (caught.value.found, caught.value.total) == (3, total)


def test_an_empty_page_before_the_end_is_an_error(simulator, connect):
    client = connect(**big(simulator, 1250))
    fault = page(total=1250, pages=3)
    for nth in (2, 4):
        simulator.faults.add({"path": "/charges", "nth": nth, **fault})
    with pytest.raises(exc.SofiShortList):
        accepted(client)


def test_a_list_short_by_a_passing_fault_is_read_again(simulator, connect):
    client = connect(**big(simulator, 1250))
    simulator.faults.add({"path": "/charges", "nth": 2, **page(total=1250, pages=3)})
    assert len(accepted(client).rows) == 1250


def test_an_id_is_the_same_as_number_and_as_text(simulator, connect):
    client = connect()
    fault = page({"id": 900001}, {"id": "900001"}, total=1)
    simulator.faults.add({"path": "/charges", **fault})
    assert len(client.read_all("charges").rows) == 1


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": ""}, {"id": True}, None, 5])
def test_a_record_without_id_is_kept_by_its_place_or_refused(simulator, connect, row):
    client = connect()
    fault = page({"id": "1"}, row, total=2)
    simulator.faults.add({"path": "/charges", "times": 2, **fault})
    found = client.read_all("charges", dict, lambda _row, place: place)
    assert found.rows == [{"id": "1"}, "1.2"]
    with pytest.raises(exc.SofiProtocolError, match="without id"):
        client.read_all("charges")


#: Not reckoned from now: between collection and this test an hour may pass.
FAR = format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        ("7", 7),
        ("3600", 60),
        ("soon", 1),
        ("-5", 1),
        ("\xb2", 1),
        (FAR, 60),
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


def test_expired_token_is_renewed_once(simulator, connect):
    client = connect()
    simulator.store.offset += 3601
    assert len(accepted(client).rows) == 6
    assert simulator.residence("erables").requests["POST /oauth/token"] == 2


@pytest.mark.parametrize(
    "fault", [{"status": 429}, {"status": 503}, {"kind": "drop_after_commit"}]
)
def test_a_login_is_tried_again_like_any_request(simulator, connect, pauses, fault):
    simulator.faults.add({"path": "/oauth/token", "times": 2, **fault})
    assert len(accepted(connect()).rows) == 6
    assert pauses == [1, 2]


def test_archive(simulator, connect):
    found = connect().archive(["900001", "900011"], "x.csv", "run-1")
    assert found.done == {"900001"}
    assert found.rejected == {"900011": "status_changed"}


def test_lost_reply_has_its_effect_once(simulator, connect, pauses):
    client = connect()
    simulator.faults.add({"path": "/charges/archive", "kind": "drop_after_commit"})
    found = client.archive(["900001"], "x.csv", "run-1")
    assert (found.done, found.repeated) == ({"900001"}, True)
    assert pauses == [1]
    assert simulator.residence("erables").archived_times == {"900001": 1}


@pytest.mark.parametrize("mode", ["batch", "single"])
def test_what_was_archived_before_is_told_apart(connect, mode):
    client = connect(profile=ApiProfile(archive_mode=mode))
    client.archive(["900001"], "x.csv", "run-1")
    found = client.archive(["900001", "900003"], "x.csv", "run-2")
    assert (found.done, found.already) == ({"900003"}, {"900001"})
    assert not found.repeated


def test_a_request_that_sofi_certainly_did_not_act_on_is_no_repetition(
    simulator, connect
):
    client = connect()
    simulator.faults.add({"path": "/charges/archive", "status": 429, "times": 2})
    assert not client.archive(["900001"], "x.csv", "run-1").repeated
    simulator.faults.add({"path": "/charges/archive", "status": 503})
    assert client.archive(["900003"], "x.csv", "run-2").repeated


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
    assert client.create_resident({"last_name": "Nouveau"}, "k1")["id"] == "558"
    assert client.create_resident({"last_name": "Nouveau"}, "k1")["id"] == "558"


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


@pytest.mark.parametrize("status", [300, 302])
def test_redirects_are_not_followed(simulator, connect, pauses, status):
    client = connect()
    simulator.faults.add({"path": "/charges", "status": status, "times": 9})
    with pytest.raises(exc.SofiProtocolError) as caught:
        accepted(client)
    assert not isinstance(caught.value, exc.SofiGarbled)
    assert not pauses


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
