"""Captured resources damaged at random: read or named, never a crash."""

import random

import pytest

from tests.fuzz.damage import damaged

from .openimis_samples import (
    DOLLAR,
    bundle,
    client,
    exceptions,
    resources,
    sample,
    transport,
)

KINDS = {
    "facility": lambda: sample("Organization_hf"),
    "insuree": lambda: sample("Patient_one"),
    "policy": lambda: resources("Coverage_list")[0],
    "premium": lambda: resources("Contract_list")[0],
    "claim": lambda: sample("Claim_one"),
    "bill": lambda: resources("Invoice_bill_list")[0],
}


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_resources_are_read_or_named(kind):
    rng = random.Random(kind)
    whole, answer = KINDS[kind](), sample("ClaimResponse_one")
    named = 0
    for _time in range(400):
        page = transport.Page()
        broken_answer = damaged(rng, answer) if kind == "claim" else None
        transport.read_into(page, kind, damaged(rng, whole), 0, DOLLAR, broken_answer)
        for problem in page.problems:
            named += 1
            assert problem.code == "resource"
            assert problem.detail
    assert named > 20  # the damage is real


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_neighbour_changes_nothing(kind):
    rng = random.Random(kind)
    whole = KINDS[kind]()
    page = transport.Page()
    for position in range(20):
        transport.read_into(page, kind, damaged(rng, whole), position, DOLLAR)
    before = len(page.records)
    transport.read_into(page, kind, whole, 20, DOLLAR)
    assert len(page.records) == before + 1


def test_damaged_files_are_read_or_refused():
    rng = random.Random(5)
    content = client.dumps(
        {
            "resourceType": "Bundle",
            "entry": [{"resource": make()} for make in KINDS.values()],
        }
    ).encode()
    for _time in range(300):
        broken = bytearray(content)
        for _place in range(rng.randint(1, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        try:
            groups, _ignored = bundle.split(bytes(broken))
        except exceptions.UnreadableAnswer:
            continue
        for kind, lines in groups.items():
            bundle.read_resources(kind, b"\n".join(lines), DOLLAR)


def test_damaged_structures_of_files_are_read_or_refused():
    rng = random.Random(6)
    whole = {
        "resourceType": "Bundle",
        "entry": [{"resource": make()} for make in KINDS.values()],
    }
    for _time in range(300):
        content = client.dumps(damaged(rng, whole)).encode(errors="surrogatepass")
        try:
            groups, _ignored = bundle.split(content)
        except exceptions.UnreadableAnswer:
            continue
        for kind, lines in groups.items():
            bundle.read_resources(kind, b"\n".join(lines), DOLLAR)
