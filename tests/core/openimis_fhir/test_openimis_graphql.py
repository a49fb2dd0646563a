"""Texts of GraphQL queries, and nodes that are not as they should be."""

import re
from datetime import date, datetime
from decimal import Decimal as D

import pytest
from graphql import parse, validate

from tests.simulators.openimis import graphql

from .openimis_samples import exceptions, graphql_query, graphql_read, sample

UUID = "9ce6b6c1-0d8d-4974-8634-1bf80c99089b"


def test_cursors_are_openimis_own():
    captured = sample("graphql_bill")["data"]["bill"]["pageInfo"]["endCursor"]
    assert graphql_query.cursor(0) == captured


@pytest.mark.parametrize(
    "kind, start, size, since, expected",
    [
        ("batch_run", 0, 9, None, 'query{batchRuns(first:9,orderBy:["id"]){totalCount'),
        ("location", 0, 9, None, '(first:9,orderBy:["id"]){pageInfo'),
        ("location", 100, 50, None, f'(first:50,after:"{graphql_query.cursor(99)}",'),
        ("claim", 0, 9, None, '(first:9,orderBy:["id"])'),
        (
            "bill",
            0,
            10,
            datetime(2026, 11, 21, 22, 0),
            '(first:10,dateUpdated_Gte:"2026-11-21T22:00:00",orderBy:["id"],'
            "isDeleted:false)",
        ),
    ],
)
def test_pages_and_changes(kind, start, size, since, expected):
    assert expected in graphql_query.QUERIES[kind].text(start, size, since)


@pytest.mark.parametrize("kind", graphql_query.QUERIES)
def test_the_real_schema_takes_every_query(kind):
    text = graphql_query.QUERIES[kind].text(100, 100, datetime(2026, 1, 1))
    assert not validate(graphql.schema(), parse(text))


def test_the_real_schema_takes_the_queries_for_one_record():
    bill, item = graphql_query.QUERIES["bill"], graphql_query.QUERY_BILL_ITEM
    claim = graphql_query.QUERIES["claim"]
    for text in (
        bill.text(0, 1, None, f'id:"{UUID}"'),
        bill.text(0, 1, None, "isDeleted:true"),
        item.text(0, 1, None, f'bill_Id:"{UUID}"'),
        claim.text(0, 1, None, f'uuid:"{UUID}"'),
    ):
        assert not validate(graphql.schema(), parse(text))


@pytest.mark.parametrize("kind", graphql_query.QUERIES)
def test_any_field_can_be_left_out(kind):
    query = graphql_query.QUERIES[kind]
    text = query.text(200, 100)
    for match in re.finditer(r"\w+", query.fields):
        place = text.index(query.fields) + match.start()
        fields = query.without(match[0], text, place).fields
        assert fields.count("{") == fields.count("}")
        assert "  " not in fields
        left = re.findall(r"\w+", fields)
        assert len(left) < len(re.findall(r"\w+", query.fields))
        before = re.findall(r"\w+", query.fields[: match.start()])
        assert left[: len(before)] == before


def test_what_is_chosen_of_a_field_goes_with_it():
    query = graphql_query.QUERIES["batch_run"]
    text = query.text(0, 10)
    fields = query.without("location", text, text.index("location")).fields
    assert fields == "id runDate runYear runMonth"


def test_kinds_without_a_filter_for_changes_ask_for_all():
    text = graphql_query.QUERIES["claim"].text(0, 10, datetime(2026, 1, 1))
    assert "2026" not in text


def test_fields_captured_are_asked_for():
    asked = graphql_query.QUERIES["bill"].fields
    for name in sample("graphql_bill")["data"]["bill"]["edges"][0]["node"]:
        assert name in asked
    asked = graphql_query.QUERY_BILL_ITEM.fields
    for name in sample("graphql_billItem")["data"]["billItem"]["edges"][0]["node"]:
        assert name in asked


@pytest.mark.parametrize("value", ["", "%%%", "YWJj", None])
def test_ids_that_are_none(value):
    if value in ("", None, "YWJj"):
        assert graphql_read.global_id(value) == ""
    else:
        with pytest.raises(exceptions.UnreadableResource):
            graphql_read.global_id(value)


def test_a_row_that_is_no_json_is_refused():
    with pytest.raises(exceptions.UnreadableResource):
        graphql_read.embedded_row("not json")


def test_a_row_encoded_once_is_read_too():
    assert graphql_read.embedded_row('{"a": 1}') == {"a": 1}
    assert graphql_read.embedded_row({"a": 1}) == {"a": 1}


def test_claim():
    line = {"qtyProvided": "3.00", "priceAsked": "100.00", "priceValuated": "9.13"}
    node = {
        "uuid": UUID.upper(),
        "code": "CQ6",
        "status": 16,
        "dateFrom": "2026-11-19",
        "claimed": "500.00",
        "valuated": "32.88",
        "healthFacility": {"uuid": UUID, "code": "Hq60"},
        "insuree": {"uuid": UUID, "chfId": "1"},
        "icd": {"code": "D-965", "name": "Diagnostic965"},
        "batchRun": {"id": "QmF0Y2hSdW5HUUxUeXBlOjQ0"},
        "items": [{**line, "item": {"code": "I1"}, "rejectionReason": 3}],
        "services": [{**line, "service": {"code": "S1"}, "priceOrigin": "R"}],
    }
    claim = graphql_read.read_claim(node)
    assert (claim.uuid, claim.status, claim.valuated) == (UUID, 16, D("32.88"))
    assert [line.price_valuated for line in claim.lines] == [D("9.13"), D("9.13")]
    assert [line.remunerated for line in claim.lines] == [None, None]
    assert claim.batch_run_uuid == "44"  # as `read_batch_run` keys it
    item, service = claim.lines
    assert (item.sequence, item.kind, item.rejection_reason) == (1, "item", 3)
    assert (service.sequence, service.kind, service.price_origin) == (2, "service", "R")


def test_a_claim_without_facility_is_refused():
    with pytest.raises(exceptions.UnreadableResource, match="healthFacility"):
        graphql_read.read_claim({"uuid": UUID, "code": "C"})


def test_batch_run():
    node = {
        "id": "QmF0Y2hSdW5HUUxUeXBlOjQ0",
        "runDate": "2026-11-21T22:06:37.082",
        "runYear": 2026,
        "runMonth": 11,
        "location": {"uuid": UUID, "code": "TST-R"},
    }
    run = graphql_read.read_batch_run(node)
    assert (run.uuid, run.year, run.month) == ("44", 2026, 11)
    assert (run.run_date, run.location_code) == (date(2026, 11, 21), "TST-R")


def test_master_data():
    place = {"uuid": UUID, "code": "R1", "name": "Region", "type": "R", "parent": None}
    assert graphql_read.read_location(place).level == "R"
    facility = graphql_read.read_facility(
        {"uuid": UUID, "code": "H1", "name": "H", "accCode": "401", "legalForm": None}
    )
    assert (facility.acc_code, facility.legal_form) == ("401", None)
    product = graphql_read.read_product(
        {
            "uuid": UUID,
            "code": "P",
            "name": "P",
            "lumpSum": "10000.00",
            "accCodeRemuneration": "611",
            "dateFrom": "2026-01-01T00:00:00",
        }
    )
    assert (product.lump_sum, product.acc_code_remuneration) == (10000, "611")
    assert product.date_from == date(2026, 1, 1)


@pytest.mark.parametrize("node", [{}, {"id": ""}, {"uuid": "x"}])
def test_a_node_without_key_is_refused(node):
    with pytest.raises(exceptions.UnreadableResource):
        graphql_read.read_location({"code": "x", **node})


def test_a_deleted_and_amended_bill_says_so():
    node = sample("graphql_bill")["data"]["bill"]["edges"][0]["node"]
    node |= {"isDeleted": True, "replacementUuid": UUID, "dateValidTo": "2026-11-22"}
    bill = graphql_read.read_bill(node | {"version": 3})
    assert (bill.deleted, bill.replaced_by, bill.version) == (True, UUID, 3)
    assert bill.valid_to == date(2026, 11, 22)
