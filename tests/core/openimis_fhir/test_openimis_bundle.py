"""Files: a bundle, a resource or NDJSON, sorted by what depends on what."""

import json

import pytest

from .openimis_samples import bundle, exceptions, resources, sample

ORGANIZATION = {
    "resourceType": "Organization",
    "type": [{"coding": [{"code": "prov"}]}],
    "id": "x",
}


def text(*values):
    """Resources as NDJSON."""
    return b"\n".join(json.dumps(value, default=float).encode() for value in values)


def wrap(*values):
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": value} for value in values],
    }


def claim_and_answer():
    return sample("Claim_one"), sample("ClaimResponse_one")


def test_a_bundle_is_sorted_by_kind():
    claim, answer = claim_and_answer()
    groups, ignored = bundle.split(
        text(wrap(answer, claim, sample("Patient_one"), sample("Organization_hf")))
    )
    assert list(groups) == ["facility", "insuree", "claim"]
    assert not ignored


def test_claims_find_their_answer_in_any_order():
    for pair in (claim_and_answer(), claim_and_answer()[::-1]):
        groups, _ignored = bundle.split(text(*pair))
        (line,) = groups["claim"]
        assert json.loads(line)["response"]["resourceType"] == "ClaimResponse"
        page = bundle.read_resources("claim", line, {"$": "USD"})
        assert page.records[0].status == 16


def test_an_answer_without_its_claim_is_left_out_and_counted():
    _claim, answer = claim_and_answer()
    groups, ignored = bundle.split(text(answer))
    assert (groups, ignored) == ({}, {"ClaimResponse": 1})


def test_a_bundle_in_a_bundle_and_a_bundle_per_line():
    patient = sample("Patient_one")
    for content in (wrap(wrap(patient)), wrap(patient)):
        groups, _ignored = bundle.split(text(content, wrap(patient)))
        assert len(groups["insuree"]) == 2


def test_captured_lists_are_read_whole():
    contracts, coverages = resources("Contract_list"), resources("Coverage_list")
    groups, _ignored = bundle.split(text(*contracts, *coverages))
    assert {kind: len(lines) for kind, lines in groups.items()} == {
        "policy": 10,
        "premium": 10,
    }
    page = bundle.read_resources("premium", b"\n".join(groups["premium"]), {"$": "USD"})
    assert (page.seen, len(page.records), page.problems) == (10, 10, [])


@pytest.mark.parametrize(
    "resource, used",
    [
        (ORGANIZATION, True),
        ({**ORGANIZATION, "type": [{"coding": [{"code": "bus"}]}]}, False),
        ({**ORGANIZATION, "type": [{"coding": [{"code": "ins"}]}]}, False),
        (
            {"resourceType": "Invoice", "type": {"coding": [{"code": "claim-batch"}]}},
            True,
        ),
        (
            {"resourceType": "Invoice", "type": {"coding": [{"code": "contribution"}]}},
            False,
        ),
        (
            {"resourceType": "Invoice", "type": {"coding": [{"code": "contract"}]}},
            False,
        ),
        ({"resourceType": "Medication"}, False),
        ({"resourceType": "Coverage"}, True),
    ],
)
def test_what_is_of_use(resource, used):
    groups, ignored = bundle.split(text(resource))
    assert bool(groups) == used
    assert bool(ignored) != used


@pytest.mark.parametrize(
    "content, row",
    [
        (b"", None),
        (b"nonsense", None),
        (b"[]", 1),
        (b"42", 1),
        (b'{"a": 1}', 1),
        (b'{"resourceType": 7}', 1),
        (b'{"resourceType": "Patient"}\nnonsense', 2),
        (b'{"resourceType": "Patient"}\n\n{"a": 1}', 3),
        (b"\x00\x01\x02", None),
    ],
)
def test_what_is_no_fhir_is_refused_with_its_line(content, row):
    with pytest.raises(exceptions.UnreadableAnswer) as caught:
        bundle.split(content)
    assert getattr(caught.value, "row", None) == row


def test_a_byte_order_mark_and_empty_lines_do_no_harm():
    groups, _ignored = bundle.split(
        b"\xef\xbb\xbf" + text(sample("Patient_one")) + b"\n\n"
    )
    assert len(groups["insuree"]) == 1


def test_files_too_large_are_refused(monkeypatch):
    monkeypatch.setattr(bundle, "MAX_BYTES", 10)
    with pytest.raises(exceptions.UnreadableAnswer) as caught:
        bundle.split(b"x" * 11)
    assert caught.value.code == "too_large"


def test_deep_nesting_is_refused_not_crashed_on():
    content = (
        b'{"resourceType":"Bundle","entry":' + b"[" * 100000 + b"]" * 100000 + b"}"
    )
    with pytest.raises(exceptions.UnreadableAnswer):
        bundle.split(content)


def test_one_bad_resource_does_not_spoil_its_neighbours():
    bad = sample("Patient_one")
    bad["identifier"] = []
    groups, _ignored = bundle.split(text(bad, sample("Patient_one")))
    page = bundle.read_resources("insuree", b"\n".join(groups["insuree"]))
    assert (len(page.records), len(page.problems)) == (1, 1)
    assert page.problems[0].position == 0
