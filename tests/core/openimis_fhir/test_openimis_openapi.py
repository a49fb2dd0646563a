"""The OpenAPI document is valid, and says what the CapabilityStatement says."""

import pytest
from openapi_spec_validator import validate

from .openimis_samples import fhir_served, fhir_server, openapi

BASE = "https://imis.example.org/fhir/R4"
DOCUMENT = openapi.openapi_document(BASE, "19.0.1.0.0")
RESOURCES = fhir_server.capability_statement(BASE, "2026-11-22", "19.0.1.0.0")["rest"][
    0
]["resource"]
PLACES = {
    "read": ("/{}/{{id}}", "get"),
    "vread": ("/{}/{{id}}/_history/{{version}}", "get"),
    "search-type": ("/{}", "get"),
    "create": ("/{}", "post"),
    "history-type": ("/{}/_history", "get"),
    "history-instance": ("/{}/{{id}}/_history", "get"),
}


def test_a_published_validator_accepts_it():
    validate(DOCUMENT)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r["type"])
def test_every_interaction_is_an_operation(resource):
    told = {
        (path.format(resource["type"]), method)
        for path, method in (PLACES[i["code"]] for i in resource["interaction"])
    }
    found = {
        (path, method)
        for path, operations in DOCUMENT["paths"].items()
        for method in operations
        if path.split("/")[1] == resource["type"]
    }
    assert found == told


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r["type"])
def test_every_search_parameter_is_a_parameter(resource):
    operation = DOCUMENT["paths"][f"/{resource['type']}"]["get"]
    found = {parameter["name"] for parameter in operation["parameters"]}
    told = {parameter["name"] for parameter in resource["searchParam"]}
    results = {"_count", "_sort", "_cursor", "_summary", "_elements"}
    results |= {"_include"} if resource.get("searchInclude") else set()
    results |= {"_revinclude"} if resource.get("searchRevInclude") else set()
    assert {name for name in found - told if ":" not in name} == results
    assert told <= found
    # what is told of a parameter is what the parser takes
    known = fhir_served.SERVED[resource["type"]].parameters
    for parameter in resource["searchParam"]:
        modified = {n for n in found if n.startswith(f"{parameter['name']}:")}
        modifiers = known[parameter["name"]].modifiers
        assert modified == {f"{parameter['name']}:{m}" for m in modifiers}


def test_every_operation_but_the_public_ones_needs_a_key():
    assert DOCUMENT["security"] == [{"apiKey": []}]
    public = {
        path
        for path, operations in DOCUMENT["paths"].items()
        for operation in operations.values()
        if operation.get("security") == []
    }
    assert public == {"/metadata", "/openapi.json"}
    for path, operations in DOCUMENT["paths"].items():
        for operation in operations.values():
            assert path in public or "401" in operation["responses"]


def test_operations_have_names_of_their_own():
    names = [
        operation["operationId"]
        for operations in DOCUMENT["paths"].values()
        for operation in operations.values()
    ]
    assert len(names) == len(set(names))
