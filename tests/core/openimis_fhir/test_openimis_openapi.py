"""The OpenAPI document is valid, and says what the CapabilityStatement says."""

import json
import os
from pathlib import Path

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


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("published_openapi.json", DOCUMENT),
        (
            "published_capability.json",
            fhir_server.capability_statement(BASE, "2026-11-22", "19.0.1.0.0"),
        ),
    ],
)
def test_what_is_published_is_what_was_read_over(name, document):
    """Programs are built on it: no word of it changes unseen.

    With `UPDATE_SAMPLES=1` the file is written anew, to be read over.
    """
    file = Path(__file__).with_name("samples") / name
    text = json.dumps(document, indent=1, ensure_ascii=False, default=str) + "\n"
    if os.environ.get("UPDATE_SAMPLES"):
        file.write_text(text)
    assert text == file.read_text()
