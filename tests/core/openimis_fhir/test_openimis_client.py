"""The client against the simulator, on real sockets."""

import re

import pytest
from exchange_run_core.http import Answer

from tests.simulators.openimis import Faults, OpenimisServer, Store
from tests.simulators.openimis.errors import ApiError
from tests.simulators.openimis.server import LOGIN
from tests.simulators.openimis.store import make_uuid

from .openimis_samples import (
    DOLLAR,
    address,
    client,
    exceptions,
    fhir_transport,
    graphql_transport,
    transport,
)


class Sleeper:
    """Remembers how long was waited, and does not wait."""

    def __init__(self):
        self.naps = []

    def __call__(self, seconds):
        self.naps.append(seconds)


def connect(server, **options):
    options = {"login": LOGIN[0], "password": LOGIN[1], **options}
    options = {"rate": 10**6, "graphql_rate": 10**6, **options}
    settings = client.Settings(server.url, internal=True, **options)
    return client.Client(settings, sleep=Sleeper())


@pytest.fixture
def store():
    return Store().load_captured()


def test_login_and_count(store):
    with OpenimisServer(store) as server:
        assert connect(server).test() == 11
        assert server.logins == 1


def test_wrong_password_is_tried_once(store):
    with OpenimisServer(store) as server:
        with pytest.raises(exceptions.AuthenticationFailed):
            connect(server, password="wrong").test()
        assert len(server.requests) == 1


def test_token_is_renewed_when_it_expires(store):
    with OpenimisServer(store, token_life=2) as server:
        conversation = connect(server)
        for _ in range(5):
            conversation.get("Claim/")
        assert server.logins == 3


def test_ready_made_token_needs_no_login(store):
    with OpenimisServer(store) as server:
        server.tokens["abc"] = 10
        assert connect(server, login="", password="", token="abc").test() == 11
        assert server.logins == 0


def test_a_login_refused_as_recorded_is_not_tried_again(store):
    """Always 401 with a bare text; after five of them everybody is refused."""
    with OpenimisServer(store) as server:
        for _attempt in range(5):
            with pytest.raises(exceptions.AuthenticationFailed) as caught:
                connect(server, password="wrong").test()
            assert "INCORRECT_CREDENTIALS" in caught.value.detail
        with pytest.raises(exceptions.AuthenticationFailed):
            connect(server).test()
        assert len(server.requests) == 6


@pytest.mark.parametrize(
    "fault",
    ["busy_503", "gateway_502", "too_many_429", "drop", "drop_after", "truncate"],
)
def test_passing_faults_are_waited_out(store, fault):
    with OpenimisServer(store, Faults(planned={2: fault, 3: fault})) as server:
        conversation = connect(server)
        assert conversation.get("Claim/")["total"] == 1
        assert len(conversation._sleep.naps) == 2


def test_retry_after_is_respected(store):
    with OpenimisServer(store, Faults(planned={2: "too_many_429_told"})) as server:
        conversation = connect(server)
        conversation.get("Claim/")
        assert conversation._sleep.naps == [0.01]


def test_the_rate_limit_names_no_time_so_the_minute_is_waited_for(store):
    faults = Faults(planned=dict.fromkeys((2, 3, 4), "too_many_429"))
    with OpenimisServer(store, faults) as server:
        conversation = connect(server, graphql_rate=140)
        conversation._clock = lambda: sum(conversation._sleep.naps)
        conversation.get("Claim/")
        conversation.get("Claim/")  # and from now on within what openIMIS allows
        naps = [nap for nap in conversation._sleep.naps if nap > 0.1]
        assert naps == [20.0, 40.0, 60.0, pytest.approx(60 / 140)]


def test_retries_end(store):
    faults = Faults(planned=dict.fromkeys(range(2, 20), "busy_503"))
    with OpenimisServer(store, faults) as server:
        with pytest.raises(exceptions.ServerUnavailable) as caught:
            connect(server, retries=2).get("Claim/")
        assert caught.value.status == 503
        assert len(server.requests) == 4


def test_no_answer_is_no_json(store):
    with OpenimisServer(store, Faults(planned={2: "not_json"})) as server:
        with pytest.raises(exceptions.UnreadableAnswer):
            connect(server).get("Claim/")


def test_a_payment_is_never_sent_twice_by_itself(store):
    with OpenimisServer(store, Faults(planned={2: "drop_after"})) as server:
        with pytest.raises(exceptions.ServerUnavailable):
            connect(server).post("PaymentNotice/", _notice(store))
        assert len(store.rows["PaymentNotice"]) == 1


def _notice(store):
    (bill,) = store.rows["Invoice"]
    return {
        "resourceType": "PaymentNotice",
        "status": "active",
        "request": {"reference": f"Bill/{bill}", "type": "Bill"},
        "payment": {"reference": "PaymentReconciliation/rec-1"},
        "paymentDate": "2026-11-21",
        "created": "2026-11-21",
        "recipient": {"reference": "Organization/openIMIS-Implementation"},
        "paymentStatus": {"coding": [{"code": "cleared"}]},
        "amount": {"value": 610.0, "currency": "USD"},
    }


def test_rate_limit_spreads_requests():
    now = [0.0]
    with OpenimisServer(Store().load_captured()) as server:
        conversation = connect(server, rate=60)
        conversation._clock = lambda: now[0]
        conversation._sleep = lambda seconds: now.__setitem__(0, now[0] + seconds)
        for _ in range(5):
            conversation.get("Claim/")
    assert now[0] == pytest.approx(5.0)  # login and five requests, one a second


def test_graphql_is_asked_less_often_than_openimis_refuses(store):
    now = [0.0]
    with OpenimisServer(store) as server:
        conversation = connect(server, rate=6000, graphql_rate=60)
        conversation._clock = lambda: now[0]
        conversation._sleep = lambda seconds: now.__setitem__(0, now[0] + seconds)
        for _ in range(5):
            conversation.graphql("query{bill(first:1){totalCount edges{node{id}}}}")
        asked = now[0]
        for _ in range(5):
            conversation.get("Claim/")
    assert asked == pytest.approx(5.0, abs=0.1)  # the token and five queries
    assert now[0] - asked < 1.2


def test_a_field_of_another_version_is_left_out_and_told(store):
    store.unknown_fields = {"batchRuns": {"location"}, "billItem": {"ledgerAccount"}}
    store.batch_runs = [
        {"id": "QmF0Y2hSdW5HUUxUeXBlOjQ0", "runYear": 2026, "runMonth": 11}
    ]
    with OpenimisServer(store) as server:
        route = graphql_transport.GraphqlTransport(connect(server), DOLLAR)
        assert route.count("batch_run") == 1
        page = route.page("batch_run", 0, 10)
        assert ([run.uuid for run in page.records], page.missing) == (
            ["44"],
            ["location"],
        )
        asked = len(server.requests)
        assert route.page("batch_run", 0, 10).missing == []
        assert len(server.requests) - asked == 1  # it is not tried again
        page = route.page("bill", 0, 10)
        assert page.missing == ["ledgerAccount"]
        assert [len(bill.lines) for bill in page.records] == [2]


def test_without_a_needed_field_nothing_is_kept(store):
    store.unknown_fields = {"claims": {"status"}}
    with OpenimisServer(store) as server:
        route = graphql_transport.GraphqlTransport(connect(server), DOLLAR)
        with pytest.raises(exceptions.UnknownField, match="status"):
            route.page("claim", 0, 10)


def test_graphql_sends_the_csrf_token(store):
    with OpenimisServer(store) as server:
        data = connect(server).graphql(
            "query{bill(first:1){totalCount edges{node{id}}}}"
        )
    assert data["bill"]["totalCount"] == 1


def test_a_csrf_token_that_expired_is_renewed(store):
    query = "query{bill(first:1){totalCount edges{node{id}}}}"
    with OpenimisServer(store) as server:
        conversation = connect(server)
        assert conversation.graphql(query)["bill"]["totalCount"] == 1
        server.csrf = "another"
        assert conversation.graphql(query)["bill"]["totalCount"] == 1
        conversation._token, asked = "", len(server.requests)
        server.csrf = ""  # none is accepted
        with pytest.raises(exceptions.ServerUnavailable, match="csrf"):
            conversation.graphql(query)
        assert len(server.requests) - asked < 6


@pytest.mark.parametrize(
    "message, error",
    [
        ("unauthorized", exceptions.AccessRefused),
        ("You do not have Permission", exceptions.AccessRefused),
        ("'NoneType' object has no attribute 'id'", exceptions.ServerFailed),
        ("Cannot query field 'x' on type 'Y'.", exceptions.UnknownField),
    ],
)
def test_what_graphql_complains_of_is_told_apart(store, message, error):
    with OpenimisServer(store) as server:
        with pytest.raises(error) as caught:
            connect(server)._raise_graphql([{"message": message}])
    assert message in caught.value.detail


def test_a_letter_no_database_keeps_is_replaced():
    """Neither in an answer nor in what is written down of an error."""
    read = client.loads(b'{"code": "A\\u0000\\ud800B"}')
    assert read == {"code": "A\ufffd\ufffdB"}
    assert exceptions.ServerFailed("A\0B").detail == "A\ufffdB"


def test_redirects_are_refused(store):
    error = exceptions.UnsafeAddress
    with OpenimisServer(store) as server:
        conversation = connect(server)
        with pytest.raises(error):
            conversation._check(Answer(302, {}))


def test_secrets_are_not_shown():
    settings = client.Settings("https://x", login="a", password="hush", token="hush")
    assert "hush" not in repr(settings)


# === ADDRESSES ===


@pytest.mark.parametrize(
    "url, code",
    [
        ("http://imis.example.org", "scheme"),
        ("ftp://imis.example.org", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("https://", "host"),
        ("https://user:pw@imis.example.org", "credentials_in_url"),
        ("https://imis.example.org/?x=1", "query"),
        ("https://127.0.0.1", "private"),
        ("https://10.1.2.3", "private"),
        ("https://[::1]", "private"),
        ("https://[::ffff:127.0.0.1]", "private"),
        ("https://169.254.169.254", "private"),
        ("", "scheme"),
    ],
)
def test_addresses_refused(url, code):
    with pytest.raises(exceptions.UnsafeAddress) as caught:
        address.check_url(url)
    assert caught.value.code == code


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1"])
def test_numbers_that_mean_this_machine_are_addresses(host):
    with pytest.raises(exceptions.UnsafeAddress):
        address.check_url(f"https://{host}/")
    assert address.check_url(f"http://{host}/", internal=True)


def test_the_connected_peer_of_an_internal_server_is_checked_too(store, monkeypatch):
    """A name of the local network may lead to a forbidden address all the same."""
    with OpenimisServer(store) as server:
        port = server.url.rpartition(":")[2]
        settings = client.Settings(
            f"http://localhost:{port}", retries=0, token="x", internal=True
        )
        forbidden = ("169.254.169.254", int(port))
        monkeypatch.setattr("socket.socket.getpeername", lambda self: forbidden)
        with pytest.raises(exceptions.UnsafeAddress):
            client.Client(settings).get("Claim/")
        assert server.requests == []


def test_internal_address_is_accepted_where_allowed():
    assert (
        address.check_url("http://10.0.0.5:8000/", internal=True)
        == "http://10.0.0.5:8000"
    )


def test_a_name_that_leads_home_is_refused_before_anything_is_sent(store):
    """`localhost` passes the form check; the connected peer gives it away."""
    with OpenimisServer(store) as server:
        port = server.url.rpartition(":")[2]
        settings = client.Settings(f"https://localhost:{port}", retries=0, token="x")
        with pytest.raises(exceptions.ExchangeError) as caught:
            client.Client(settings).get("Claim/")
        assert caught.value.code == "private"
        assert server.requests == []


# === TRANSPORTS ===


def read_all(server, kind, name="fhir", size=10, since=None):
    route = transport.TRANSPORTS[name](connect(server, retries=6), DOLLAR)
    total = route.count(kind, since)
    page = transport.Page()
    for start in range(0, total, size):
        page.add(route.page(kind, start, size, since))
    return page


def test_pages_are_numbers_not_offsets(store):
    facility = store.add_facility(1)
    for number in range(25):
        store.add_claim(number, facility)
    with OpenimisServer(store) as server:
        page = read_all(server, "claim")
        assert len({claim.uuid for claim in page.records}) == 26
        asked = [path for _, path in server.requests if "/Claim/" in path]
        numbers = [re.search(r"page-offset=(\d+)", path)[1] for path in asked]
        assert numbers == ["1", "1", "2", "3"]


@pytest.mark.parametrize("name", ["fhir", "graphql"])
def test_both_transports_tell_the_same_claims(store, name):
    facility = store.add_facility(1)
    for number in range(12):
        store.add_claim(number, facility)
    with OpenimisServer(store) as server:
        page = read_all(server, "claim", name)
    assert len(page.records) == 13
    assert not page.problems
    assert {claim.status for claim in page.records} == {16}
    assert sum(len(claim.lines) for claim in page.records) == 26


def test_a_broken_entry_does_not_take_its_page_along(store):
    facility = store.add_facility(1)
    keys = [store.add_bill(number, facility) for number in range(25)]
    store.broken = {keys[3], keys[17]}
    with OpenimisServer(store) as server:
        page = read_all(server, "bill")
    assert len(page.records) == 24
    assert [problem.position for problem in page.problems] == [4, 18]
    assert {problem.detail for problem in page.problems} == {"premium is missing"}


def test_a_list_whose_first_entries_are_broken_is_still_counted(store):
    facility = store.add_facility(1)
    store.broken = {next(iter(store.rows["Invoice"]))}
    store.add_bill(1, facility)
    with OpenimisServer(store) as server:
        page = read_all(server, "bill")
    assert (len(page.records), len(page.problems)) == (1, 1)


def test_bills_are_never_asked_for_without_their_type(store):
    (key,) = store.rows["Invoice"]
    with OpenimisServer(store) as server:
        for path in ("Invoice/", f"Invoice/{key}/"):
            with pytest.raises(exceptions.ServerFailed):
                connect(server).get(path)
        assert len(read_all(server, "bill").records) == 1
        assert transport.FhirTransport(connect(server)).bill(key).uuid == key


def test_an_unreadable_entry_is_named_and_the_others_are_read(store):
    facility = store.add_facility(1)
    key = store.add_claim(1, facility)
    store.add_claim(2, facility)
    del store.rows["Claim"][key].resource["provider"]
    with OpenimisServer(store) as server:
        page = read_all(server, "claim")
    assert len(page.records) == 2
    assert [(p.key, p.code) for p in page.problems] == [("C000001", "resource")]


def test_without_its_response_a_claim_is_left_out_and_not_called_entered(store):
    facility = store.add_facility(1)
    key = store.add_claim(1, facility)
    store.rows["Claim"][key].response = {  # of another claim, the ties' doing
        "resourceType": "ClaimResponse",
        "id": make_uuid("claim", 99),
        "identifier": [],
        "request": {},
    }
    other = store.add_claim(2, facility)
    store.rows["Claim"][other].response["outcome"] = "queued"
    store.rows["Claim"][other].response["total"] = []
    store.rows["Claim"][other].response["item"] = []
    with OpenimisServer(store) as server:
        server.listing.one = refuse_responses(server.listing.one)
        page = read_all(server, "claim")
    status = {claim.uuid: claim.status for claim in page.records}
    assert status[other] == 2
    assert key not in status
    assert [problem.key for problem in page.problems] == [key]


def refuse_responses(one):
    def only_others(name, key, parameters):
        if name == "ClaimResponse":
            raise ApiError(500, "Converter init need a valid user")
        return one(name, key, parameters)

    return only_others


def test_only_changes_are_asked_for(store):
    facility = store.add_facility(1)
    store.add_claim(1, facility)
    moment = store.now().replace(year=2030)
    with OpenimisServer(store) as server:
        assert read_all(server, "claim", since=moment).records == []
        assert "_lastUpdated=ge2030-" in server.requests[1][1].replace("%3A", ":")


def test_graphql_tells_deleted_bills_fhir_does_not(store):
    (key,) = store.rows["Invoice"]
    store.delete("Invoice", key)
    with OpenimisServer(store) as server:
        conversation = connect(server)
        assert graphql_transport.GraphqlTransport(conversation).deleted_bills() == [key]
        assert transport.FhirTransport(conversation).deleted_bills() is None
        assert transport.FhirTransport(conversation).bill(key) is None
        assert graphql_transport.GraphqlTransport(conversation).bill(key).deleted


def test_graphql_bill_with_many_lines(store):
    facility = store.add_facility(1)
    key = store.add_bill(1, facility, [1.0] * 250)
    with OpenimisServer(store) as server:
        bill = graphql_transport.GraphqlTransport(connect(server)).bill(key)
    assert (len(bill.lines), bill.net) == (250, 250)
    assert bill.third_party_acc_code == "401100"


@pytest.mark.parametrize(
    "size, smaller", [(100, 10), (10, 1), (50, 5), (2, 1), (3, 1), (200, 20)]
)
def test_smaller_pages_divide_the_larger(size, smaller):
    assert fhir_transport._smaller(size) == smaller
