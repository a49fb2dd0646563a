"""The recorded state pulled by FHIR: all that is there comes, or is said to lack."""

import random
from collections import Counter
from decimal import Decimal as D

import pytest

from tests.simulators.openimis import Faults, OpenimisServer, Store
from tests.simulators.openimis import recorded_state as state
from tests.simulators.openimis.server import LOGIN

from .openimis_samples import DOLLAR, client, const, exceptions, transport

UNKNOWN = "11111111-2222-3333-4444-555555555555"


@pytest.fixture(scope="module")
def server():
    with OpenimisServer(state.recorded_store()) as running:
        yield running


def connect(server, **options):
    settings = client.Settings(
        server.url,
        *LOGIN,
        internal=True,
        rate=10**6,
        graphql_rate=10**6,
        **{"retries": 6, **options},
    )
    conversation = client.Client(settings, sleep=lambda seconds: None)
    return transport.FhirTransport(conversation, DOLLAR)


def pulled(route, kind, size=20, since=None):
    """As a pull does it: page by page, then the rest.

    :return: (pages, what the search for the rest found)
    """
    pages = transport.Page()
    total = route.count(kind, since)
    for start in range(0, total, size):
        pages.add(route.page(kind, start, size, since))
    found = route.rest(kind, pages.keys, (), since)
    pages.add(found.page)
    return pages, found


def by_uuid(page):
    return {record.uuid: record for record in page.records}


def test_locations(server):
    page, found = pulled(connect(server), "location")
    assert (found.total, found.lost, found.failing) == (43, 0, 0)
    assert {
        (r.uuid, r.code, r.name, r.level, r.parent_uuid or "") for r in page.records
    } == {
        (r["uuid"], r["code"], r["name"], r["type"], r["parent_uuid"])
        for r in state.valid("locations")
    }


def test_facilities(server):
    page, found = pulled(connect(server), "facility")
    assert (found.total, found.lost, found.failing) == (20, 0, 0)
    assert {
        (
            r.uuid,
            r.code,
            r.name,
            r.level,
            r.care_type,
            r.legal_form,
            r.district,
            r.region,
        )
        for r in page.records
    } == {
        (
            r["uuid"],
            r["code"],
            r["name"],
            r["level"],
            r["care_type"],
            r["legal_form"],
            r["district_name"],
            r["region_name"],
        )
        for r in state.valid("facilities")
    }
    assert {r.acc_code for r in page.records} == {None}  # FHIR has none


def test_products(server):
    page, found = pulled(connect(server), "product")
    assert (found.total, found.lost, found.failing) == (9, 0, 0)
    assert {
        (r.uuid, r.code, str(r.date_from), str(r.date_to), r.location_uuid or "")
        for r in page.records
    } == {
        (
            r["uuid"],
            r["code"],
            r["date_from"][:10],
            r["date_to"][:10],
            r["location_uuid"],
        )
        for r in state.valid("products")
    }


def test_insurees(server):
    page, found = pulled(connect(server), "insuree")
    assert (found.total, found.lost, found.failing) == (352, 0, 0)
    assert {(r.uuid, r.chf_id, r.is_head, r.family_uuid) for r in page.records} == {
        (r["uuid"], r["chf_id"], r["is_head"] == "t", r["family_uuid"])
        for r in state.valid("insurees")
    }


def test_policies_without_effective_date_are_named_all_others_come(server):
    page, found = pulled(connect(server), "policy")
    rows = {row["uuid"]: row for row in state.valid("policies")}
    idle = {key for key, row in rows.items() if not row["effective_date"]}
    assert (found.total, found.lost, found.failing) == (145, 0, 0)
    assert {problem.key for problem in page.problems if problem.key} == idle
    received = by_uuid(page)
    assert set(received) == set(rows) - idle
    for key, policy in received.items():
        row = rows[key]
        assert policy.product_code == row["product"]
        assert policy.holder_chf_id == row["head_chf_id"]
        assert str(policy.date_to) == row["expiry_date"]


def test_premiums_of_policies_paid_in_parts_are_named_all_others_come(server):
    route = connect(server)
    pulled(route, "policy")  # as a pull does before
    page, found = pulled(route, "premium")
    premiums = state.premiums_by_policy()
    parts = {key for key, rows in premiums.items() if len(rows) > 1}
    assert (found.total, found.lost, found.failing) == (145, 0, 0)
    assert {problem.key for problem in page.problems if problem.key} == parts
    amounts = Counter(
        (p.policy_uuid, p.amount, p.receipt) for p in by_uuid(page).values()
    )
    assert amounts == Counter(
        (key, D(row["amount"]), row["receipt"])
        for key, rows in premiums.items()
        if key not in parts
        for row in rows
    )
    assert len(amounts) == 112


def test_claims_also_the_one_its_page_fails_on(server):
    page, found = pulled(connect(server), "claim")
    assert (found.total, found.lost, found.failing) == (312, 0, 0)
    assert not [problem for problem in page.problems if problem.key]
    assert set(by_uuid(page)) == {row["uuid"] for row in state.valid("claims")}


def test_bills_openimis_fails_on_are_counted_all_others_come(server):
    page, found = pulled(connect(server), "bill", size=4)
    assert (found.total, found.lost, found.failing) == (32, 0, 13)
    assert found.reasons == {"premium is missing"}
    rows = {row["uuid"]: row for row in state.recorded.truth("bills")}
    received = by_uuid(page)
    assert len(received) == 19
    for key, bill in received.items():
        assert (bill.code, bill.total) == (
            rows[key]["code"],
            D(rows[key]["amount_total"]),
        )


# === TIES === #


def tied(number, moments=1):
    """A store whose claims share as few times of change as wanted."""
    store = Store()
    facility = store.add_facility(1)
    now = store.now()
    for place in range(number):
        key = store.add_claim(place, facility)
        store.rows["Claim"][key].updated = now.replace(microsecond=place % moments)
    return store


@pytest.mark.parametrize("number", [127, 600])
def test_claims_of_one_moment_all_come(number):
    store = tied(number)
    with OpenimisServer(store) as running:
        route = connect(running)
        pages = transport.Page()
        for start in range(0, number, 20):
            pages.add(route.page("claim", start, 20))
        assert len(set(pages.keys)) < number  # as recorded: some twice, others never
        found = route.rest("claim", pages.keys)
        assert found.lost == found.failing == 0
        assert set(pages.keys) | set(found.page.keys) == set(store.rows["Claim"])


@pytest.mark.parametrize("seed", range(12))
def test_received_is_there_or_the_pull_says_how_much_is_missing(seed):
    """Random ties, page sizes, entries that fail and faults on the way."""
    chance = random.Random(seed)
    number, kind = chance.randint(1, 90), chance.choice(("claim", "bill", "policy"))
    store = Store()
    facility = store.add_facility(1)
    add = {
        "claim": lambda n: store.add_claim(n, facility),
        "bill": lambda n: store.add_bill(n, facility),
        "policy": lambda n: store.add_policy(n, "P001"),
    }[kind]
    keys = [add(place) for place in range(number)]
    name, now = const.RESOURCE_OF_KIND[kind], store.now()
    for key in keys:
        row = store.rows[name][key]
        row.updated = row.created = now.replace(second=chance.randint(0, 3))
    bad = set(chance.sample(keys, chance.randint(0, min(5, number - 1))))
    for key in bad:
        store.rows[name][key].error = "'NoneType' object has no attribute 'x'"
    faults = Faults(
        rate=0.1, limit=40, seed=seed, kinds=("busy_503", "drop", "truncate")
    )
    with OpenimisServer(store, faults) as running:
        page, found = pulled(
            connect(running), kind, size=chance.choice((3, 10, 20, 50))
        )
    received = {record.uuid for record in page.records}
    named = {problem.key for problem in page.problems if problem.key}
    assert received <= set(keys) - bad
    assert named <= bad
    missing = len(set(keys) - received - named)
    assert found.failing + found.lost == missing
    if kind != "bill" or not bad:
        assert received == set(keys) - bad


# === WHAT IS ASKED === #


def test_no_list_is_asked_twice_in_the_same_words(server):
    """Its count would be an hour old."""
    bounds = []
    for _attempt in range(2):
        before = len(server.requests)
        connect(server).count("claim")
        (path,) = [p for _m, p in server.requests[before:] if "/Claim/" in p]
        bounds.append(path)
    assert bounds[0] != bounds[1]


def test_a_new_record_comes_with_the_next_pull_within_the_hour(server):
    before = connect(server).count("location")
    key = server.store.add_location(9999)
    after = connect(server).count("location")
    del server.store.rows["Location"][key]
    assert after == before + 1


def test_facilities_are_asked_for_without_a_bound_which_openimis_fails_on(server):
    before = len(server.requests)
    assert connect(server).count("facility", server.store.now()) == 20
    asked = [path for _method, path in server.requests[before:]]
    assert not [path for path in asked if "_lastUpdated" in path]


def test_gone_is_what_openimis_does_not_find_and_nothing_else(server):
    route = connect(server)
    assert route.bill(UNKNOWN) is None
    assert route.claim(UNKNOWN) is None
    known = next(iter(server.store.rows["Claim"]))
    assert route.claim(known).uuid == known
    broken = next(k for k, r in server.store.rows["Invoice"].items() if r.error)
    with pytest.raises(exceptions.ServerFailed) as caught:
        route.bill(broken)
    assert not exceptions.is_gone(caught.value)
    for kind in ("policy", "facility"):
        with pytest.raises(exceptions.NotFound) as caught:
            route.one(kind, UNKNOWN)
        assert exceptions.is_gone(caught.value)


def test_what_takes_too_long_is_asked_for_in_smaller_pages():
    store = tied(40, moments=40)
    with OpenimisServer(store) as running:
        page_of = running.listing.page
        asked = []

        def slow(name, parameters):
            asked.append((name, int(parameters["_count"])))
            if int(parameters["_count"]) > 4:
                raise_504()
            return page_of(name, parameters)

        running.listing.page = slow
        route = connect(running)
        page = transport.Page()
        for start in range(0, 40, 20):
            page.add(route.page("claim", start, 20))
        assert set(page.keys) == set(store.rows["Claim"])
        assert asked.count(("Claim", 20)) == 1  # not again, and not for the next page


def raise_504():
    from tests.simulators.openimis.errors import ApiError

    raise ApiError(504, "proxy")
