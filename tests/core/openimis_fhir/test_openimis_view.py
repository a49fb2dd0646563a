"""`_summary` and `_elements`: the tables are those of the published models of R4."""

from importlib import import_module

import pytest
from fhir.resources.R4B import get_fhir_model_class

from .openimis_samples import fhir_search, fhir_served, fhir_view

INVOICE = {
    "resourceType": "Invoice",
    "id": "1",
    "meta": {"versionId": "3", "profile": ["p"]},
    "status": "issued",
    "date": "2026-11-21",
    "lineItem": [{}],
}


@pytest.mark.parametrize("name", fhir_served.SERVED)
def test_tables_agree_with_the_standard(name):
    model = get_fhir_model_class(name)
    assert fhir_view.ELEMENTS[name] == set(model.elements_sequence())
    common = {"id", "meta", "implicitRules"}
    assert fhir_view.SUMMARY[name] == set(model.summary_elements_sequence()) - common
    r4 = getattr(import_module(f"fhirclient.models.{name.lower()}"), name)()
    mandatory = {
        json for _n, json, _t, _l, _o, needed in r4.elementProperties() if needed
    }
    assert fhir_view.MANDATORY[name] == mandatory


def view(**parameters):
    return fhir_search.parse_view("Invoice", list(parameters.items()))


@pytest.mark.parametrize(
    ("parameters", "kept"),
    [
        ({"_summary": "true"}, {"status", "date"}),
        ({"_summary": "text"}, {"status"}),
        ({"_elements": "lineItem"}, {"status", "lineItem"}),
        ({"_elements": "id"}, {"status"}),
        ({"_elements": "date,lineItem", "_summary": "true"}, {"status", "date"}),
    ],
)
def test_parts_are_marked(parameters, kept):
    part = view(**parameters).of(INVOICE)
    assert set(part) == kept | {"resourceType", "id", "meta"}
    assert part["meta"] == {"versionId": "3", "tag": [fhir_view.SUBSETTED]}
    assert "tag" not in INVOICE["meta"]


@pytest.mark.parametrize("summary", ["false", "data", "count"])
def test_the_whole_stays_as_it_is(summary):
    assert view(_summary=summary).of(INVOICE) is INVOICE


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        ("_summary", "", ""),
        ("_summary", "True", "True"),
        ("_elements", "", ""),
        ("_elements", "date,", ""),
        ("_elements", "Invoice.date", "Invoice.date"),
        ("_format", "xml", "xml"),
    ],
)
def test_what_is_not_understood_is_refused(parameter, value, told):
    with pytest.raises(fhir_search.BadSearch) as caught:
        view(**{parameter: value})
    assert (caught.value.parameter, caught.value.value) == (parameter, told)


def test_counting_wins_over_the_size_of_a_page():
    parameters = [("_summary", "count"), ("_count", "7")]
    assert fhir_search.parse_search("Invoice", parameters).count == 0
    assert fhir_search.parse_history(parameters).count == 0
