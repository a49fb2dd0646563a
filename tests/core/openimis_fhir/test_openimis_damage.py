"""Captured resources damaged at random: read or named, never a crash."""

import copy
import random

import pytest

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
DAMAGE = (
    None,
    "",
    "x",
    7,
    -1,
    [],
    {},
    [[]],
    [None],
    {"value": "x"},
    True,
    "2026-99-99",
)


def places(value, path=()):
    """All paths into a JSON value."""
    items = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        yield (*path, key)
        yield from places(inner, (*path, key))


def damage(value, rng):
    """A copy with one to three places replaced or removed."""
    value = copy.deepcopy(value)
    for _time in range(rng.randint(1, 3)):
        *path, last = rng.choice(list(places(value)) or [(None,)])
        target = value
        for key in path:
            target = target[key]
        if last is None:
            return value
        if rng.random() < 0.3 and isinstance(target, dict):
            del target[last]
        else:
            target[last] = copy.deepcopy(rng.choice(DAMAGE))
    return value


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_resources_are_read_or_named(kind):
    rng = random.Random(kind)
    whole, answer = KINDS[kind](), sample("ClaimResponse_one")
    named = 0
    for _time in range(400):
        page = transport.Page()
        broken_answer = damage(answer, rng) if kind == "claim" else None
        transport.read_into(page, kind, damage(whole, rng), 0, DOLLAR, broken_answer)
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
        transport.read_into(page, kind, damage(whole, rng), position, DOLLAR)
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
        content = client.dumps(damage(whole, rng)).encode()
        try:
            groups, _ignored = bundle.split(content)
        except exceptions.UnreadableAnswer:
            continue
        for kind, lines in groups.items():
            bundle.read_resources(kind, b"\n".join(lines), DOLLAR)
