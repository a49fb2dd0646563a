"""Captured openIMIS responses -> records, quirk by quirk (spec section 5)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from .openimis_samples import (
    DOLLAR,
    exceptions,
    fhir_read,
    fhir_read_bill,
    fhir_read_claim,
    fhir_values,
    graphql_read,
    records,
    resources,
    sample,
)

FACILITY = "4eda211d-a596-4c55-9eb3-a11f136adeaf"
CLAIM = "51890a20-84c9-468e-8eda-b43929563614"


def claim():
    return fhir_read_claim.read_claim(
        sample("Claim_one"), sample("ClaimResponse_one"), DOLLAR
    )


def test_facility():
    facility = fhir_read.read_facility(sample("Organization_hf"))
    assert facility == records.Facility(
        uuid=FACILITY,
        code="Hq70",
        name="Test location Hq70",
        legal_form="C",
        level="H",
        care_type="B",
        district="Test location D",
        region="Test location R",
    )


def test_extensions_with_double_slash_and_relative_system_are_found():
    urls = [e["url"] for e in sample("Organization_hf")["extension"]]
    assert any("r4_ig//StructureDefinition" in url for url in urls)
    facility = fhir_read.read_facility(sample("Organization_hf"))
    assert (facility.level, facility.legal_form) == ("H", "C")


def test_facility_address_does_not_take_itself_for_its_location():
    assert fhir_read.read_facility(sample("Organization_hf")).location_uuid is None


def test_facility_list_has_all_codes_and_readable_streets():
    facilities = [fhir_read.read_facility(r) for r in resources("Organization_list")]
    assert [f.code for f in facilities[:3]] == ["JMHOS001", "RAHOS001", "UPHOS001"]
    assert facilities[0].street == "Lantern Road 21, P.O.Box 3425"
    assert {f.level for f in facilities} == {"H", "C"}


def test_facility_without_code_is_refused_by_name():
    resource = sample("Organization_hf")
    resource["identifier"] = resource["identifier"][:1]
    with pytest.raises(exceptions.UnreadableResource) as caught:
        fhir_read.read_facility(resource)
    assert caught.value.path == "Organization.identifier"


def test_a_facility_that_names_its_location_keeps_it():
    resource = sample("Organization_hf")
    (address,) = resource["address"]
    place = "b62dc9ea-40a9-4a4b-a2d2-6b1d0c7e8f10"
    address["extension"] = [
        {
            "url": "https://x//StructureDefinition/address-location-reference",
            "valueReference": {"type": "Location", "reference": f"Location/{place}"},
        }
    ]
    assert fhir_read.read_facility(resource).location_uuid == place


def test_the_lump_sum_of_a_product_is_one_of_its_costs():
    costs = [
        {"type": {"coding": [{"code": code}]}, "cost": {"value": value}}
        for code, value in (("premiumAdult", 4000), ("lumpsum", 10000))
    ]
    product = {
        "resourceType": "InsurancePlan",
        "id": "b62dc9ea-40a9-4a4b-a2d2-6b1d0c7e8f10",
        "identifier": [{"type": {"coding": [{"code": "Code"}]}, "value": "BCUL0001"}],
        "plan": [{"generalCost": costs}],
    }
    assert fhir_read.read_product(product).lump_sum == D(10000)
    product["plan"][0]["generalCost"].pop()
    assert fhir_read.read_product(product).lump_sum is None


def test_claim_joins_what_was_asked_and_what_was_decided():
    read = claim()
    assert (read.uuid, read.code, read.status) == (CLAIM, "CQ7", 16)
    assert (read.facility_uuid, read.facility_code) == (FACILITY, "Hq70")
    assert (read.claimed, read.currency) == (D("500.0"), "USD")
    # sums of what FHIR shows, and the day of the request: no information
    assert (read.approved, read.valuated, read.remunerated) == (None, None, None)
    assert read.date_from == date(2026, 11, 19)
    assert read.date_processed is None
    item, service = read.lines
    assert (item.kind, item.code, item.qty_provided) == ("item", "Iq70", 3)
    assert (service.kind, service.code, service.qty_provided) == ("service", "Sq70", 2)
    assert {line.price_valuated for line in read.lines} == {D("9.13")}


def test_price_origin_comes_from_the_note_the_line_points_at():
    item, service = claim().lines
    assert (item.price_origin, service.price_origin) == (None, "R")


def test_response_points_at_claim_v2_and_lacks_the_facility():
    response = sample("ClaimResponse_one")
    assert response["request"]["reference"].startswith("ClaimV2/")
    assert fhir_read_claim.claim_uuid_of_response(response) == CLAIM
    assert "provider" not in response
    assert claim().facility_uuid == FACILITY  # from the Claim


def test_dollar_sign_is_no_currency_until_it_is_mapped():
    with pytest.raises(exceptions.UnreadableResource, match="currency"):
        fhir_read_claim.read_claim(sample("Claim_one"))
    assert claim().currency == "USD"


def test_claim_without_response_was_only_entered():
    read = fhir_read_claim.read_claim(sample("Claim_one"), None, DOLLAR)
    assert read.status == 2
    assert {line.price_valuated for line in read.lines} == {None}


def test_response_of_another_claim_is_refused():
    response = sample("ClaimResponse_one")
    response["request"] = {"reference": "ClaimV2/00000000-0000-0000-0000-000000000001"}
    with pytest.raises(exceptions.UnreadableResource):
        fhir_read_claim.read_claim(sample("Claim_one"), response)


def test_rejected_claim():
    response = sample("ClaimResponse_one")
    del response["total"]  # as recorded: only a rejected claim has none
    for item in response["item"]:
        item["adjudication"] = item["adjudication"][:1]
        item["adjudication"][0]["category"]["coding"][0]["code"] = "1"
        item["adjudication"][0]["reason"]["coding"][0]["code"] = "3"
    read = fhir_read_claim.read_claim(sample("Claim_one"), response, DOLLAR)
    assert read.status == 1
    assert {line.rejection_reason for line in read.lines} == {3}


def test_an_adjudication_of_no_stage_is_that_of_the_claim_as_entered():
    response = sample("ClaimResponse_one")
    del response["total"]
    for item in response["item"]:
        for adjudication in item["adjudication"]:
            del adjudication["category"]
    read = fhir_read_claim.read_claim(sample("Claim_one"), response, DOLLAR)
    assert read.status == 2


def test_claim_without_provider_is_refused_by_name():
    resource = sample("Claim_one")
    del resource["provider"]
    with pytest.raises(exceptions.UnreadableResource, match=r"Claim\.provider"):
        fhir_read_claim.read_claim(resource)


def test_coverage_has_no_id_and_names_the_holder_by_number():
    first = resources("Coverage_list")[0]
    assert "id" not in first
    policy = fhir_read.read_policy(first)
    assert policy == records.Policy(
        uuid="a3df066b-3e23-429a-92ad-cd1ef46daa2f",
        status=2,
        number="1",
        product_code="BCUL0001",
        holder_chf_id="070707070",
        date_from=date(2019, 8, 20),
        date_to=date(2020, 8, 19),
    )


def test_contract_gives_premiums_of_the_same_policy():
    (premium,) = fhir_read.read_premiums(resources("Contract_list")[0], DOLLAR)
    assert premium.policy_uuid == "a3df066b-3e23-429a-92ad-cd1ef46daa2f"
    assert (premium.amount, premium.currency) == (D("10000.0"), "USD")
    assert (premium.officer_code, premium.product_code) == ("E00005", "BCUL0001")
    assert (premium.receipt, premium.pay_type) == ("555", "B")
    assert premium.pay_date == date(2019, 8, 20)


def test_all_captured_contracts_and_coverages_are_read():
    assert all(fhir_read.read_premiums(r, DOLLAR) for r in resources("Contract_list"))
    assert (
        len({fhir_read.read_policy(r).uuid for r in resources("Coverage_list")}) == 10
    )


def test_patient():
    insuree = fhir_read.read_insuree(sample("Patient_one"))
    assert (insuree.chf_id, insuree.is_head) == ("27589342", False)
    assert insuree.family_uuid == "4effd76e-c9c2-47b2-9043-d9284f52f3fc"
    assert insuree.location_uuid == "4de754e5-5f6c-4573-b6dd-c79a811e3f48"


def test_bill_from_fhir():
    (resource,) = resources("Invoice_bill_list")
    bill = fhir_read_bill.read_bill(resource)
    assert (bill.code, bill.bill_type) == ("IV-Pq7-Hq70-2026-11", "claim-batch")
    assert bill.status == 1  # "active" is no FHIR status; a bill is born validated
    assert (bill.net, bill.total, bill.currency) == (610, 610, "USD")
    assert [(line.code, line.net) for line in bill.lines] == [
        ("CQ7", 500),
        ("CQ8", 110),
    ]
    assert sum(line.net for line in bill.lines) == bill.net


@pytest.mark.parametrize(
    ("missing", "net", "total"),
    [("totalNet", 0, 610), ("totalGross", 610, 610), ("both", 0, 0)],
)
def test_bill_that_lacks_a_total(missing, net, total):
    (resource,) = resources("Invoice_bill_list")
    for name in ("totalNet", "totalGross") if missing == "both" else (missing,):
        del resource[name]
    bill = fhir_read_bill.read_bill(resource)
    assert (bill.net, bill.total) == (net, total)


def test_bill_discount_and_deduction_components():
    (resource,) = resources("Invoice_bill_list")
    resource["lineItem"][0]["priceComponent"] += [
        {"type": "discount", "factor": D("0.1"), "amount": {"value": D("-50.00")}},
        {"type": "deduction", "factor": 1, "amount": {"value": D("-17.81")}},
    ]
    line = fhir_read_bill.read_bill(resource).lines[0]
    assert (line.discount, line.deduction, line.net) == (50, D("17.81"), D("432.19"))


def test_bill_from_graphql_has_what_fhir_lacks():
    node = sample("graphql_bill")["data"]["bill"]["edges"][0]["node"]
    lines = [e["node"] for e in sample("graphql_billItem")["data"]["billItem"]["edges"]]
    bill = graphql_read.read_bill(node, lines)
    assert bill.uuid == "01a20025-a651-7ca5-be01-a5dc8b870a7e"
    assert (bill.status, bill.date_due) == (1, date(2026, 12, 21))
    assert (bill.third_party_code, bill.third_party_acc_code) == ("Hq60", None)
    assert bill.third_party_uuid == "ca746581-208a-4a0a-ae3f-d550142f52ee"
    (line,) = bill.lines
    assert (line.code, line.net) == ("CQ6", D("500.00"))
    assert line.source_uuid == "9ce6b6c1-0d8d-4974-8634-1bf80c99089b"


def test_embedded_rows_are_encoded_twice():
    node = sample("graphql_bill")["data"]["bill"]["edges"][0]["node"]
    assert node["thirdparty"].startswith('"{')
    assert graphql_read.embedded_row(node["subject"])["runMonth"] == 11
    assert graphql_read.embedded_row(None) == {}


@pytest.mark.parametrize(
    "text, number", [("A_1", 1), ("A_16", 16), (8, 8), ("2", 2), (None, None)]
)
def test_enums(text, number):
    assert graphql_read.enum_number(text) == number


@pytest.mark.parametrize(
    "text, tail",
    [
        ("https://x//StructureDefinition/unit-price", "unit-price"),
        ("https://x/StructureDefinition/unit-price/", "unit-price"),
        ("CodeSystem/organization-legal-form", "organization-legal-form"),
        ("payer", "payer"),
        (None, ""),
    ],
)
def test_urls_are_told_by_their_tail(text, tail):
    assert fhir_values.tail(text) == tail


@pytest.mark.parametrize(
    "reference, uuid",
    [
        ({"reference": f"ClaimV2/{CLAIM}"}, CLAIM),
        ({"reference": f"https://x/api/Claim/{CLAIM.upper()}"}, CLAIM),
        ({"reference": f"urn:uuid:{CLAIM}"}, CLAIM),
        ({"identifier": {"value": CLAIM}}, CLAIM),
        ({"reference": "Patient/070707070"}, None),
        ({"reference": "openIMIS"}, None),
        (None, None),
    ],
)
def test_references(reference, uuid):
    assert fhir_values.reference_id(reference) == uuid


@pytest.mark.parametrize(
    "value, expected",
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-21T22:00:11.629248", date(2026, 11, 21)),
        ("2026-11", date(2026, 11, 1)),
        ("2026", date(2026, 1, 1)),
        (None, None),
        ("", None),
    ],
)
def test_dates(value, expected):
    assert fhir_values.to_date(value) == expected


@pytest.mark.parametrize("value", ["21.11.2026", "2026-13-01", "soon"])
def test_dates_that_are_none_are_refused(value):
    with pytest.raises(exceptions.UnreadableResource):
        fhir_values.to_date(value, "Claim.created")


@pytest.mark.parametrize("value", ["abc", "NaN", "Infinity", "1,5"])
def test_amounts_that_are_none_are_refused(value):
    with pytest.raises(exceptions.UnreadableResource):
        fhir_values.to_decimal(value)


@pytest.mark.parametrize(
    "code, expected", [("USD", "USD"), ("$", "USD"), (None, None), ("", None)]
)
def test_currencies(code, expected):
    assert fhir_values.iso_currency(code, DOLLAR) == expected


@pytest.mark.parametrize("code", ["Fr", "eur", "€", "US"])
def test_currency_signs_nobody_explained_are_refused(code):
    with pytest.raises(exceptions.UnreadableResource):
        fhir_values.iso_currency(code, DOLLAR)


def test_fingerprint_tells_content_not_notation():
    first = claim()
    assert records.fingerprint(first) == records.fingerprint(claim())
    same = replace(first, claimed=D("500.00"))
    assert records.fingerprint(same) == records.fingerprint(first)
    other = replace(first, valuated=D("45.66"))
    assert records.fingerprint(other) != records.fingerprint(first)


@pytest.mark.parametrize(
    ("status", "number"),
    [
        ("draft", 0),
        ("active", 1),
        ("issued", 1),
        ("balanced", 2),
        ("cancelled", 3),
        ("entered-in-error", 4),
        ("unheard", None),
    ],
)
def test_statuses_of_bills(status, number):
    (resource,) = resources("Invoice_bill_list")
    resource["status"] = status
    assert fhir_read_bill.read_bill(resource).status == number


def test_a_claimed_line_without_price_and_quantity_has_none():
    resource = sample("Claim_one")
    for item in resource["item"]:
        item.pop("unitPrice", None)
        item.pop("quantity", None)
    read = fhir_read_claim.read_claim(resource, None, DOLLAR)
    assert [(line.qty_provided, line.price_asked) for line in read.lines] == [
        (0, 0)
    ] * len(resource["item"])
