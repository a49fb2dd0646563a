"""Damaged answers of openIMIS and entries of its ledger are read or refused in words.

500 of each kind by default; `OPENIMIS_FUZZ=10000` asks for more, `OPENIMIS_FUZZ_FROM`
says where to begin.
"""

import json
import os
import random

import pytest

from tests.core.openimis_fhir.openimis_samples import (
    DOLLAR,
    bundle,
    client,
    exceptions,
    resources,
    sample,
    transport,
)
from tests.core.tests_core_loader import load_core

from .damage import damaged, scramble

load_core("openimis_fhir")

from openimis_fhir_core.ledger import (  # noqa: E402
    LedgerRefused,
    check_key,
    read_entry,
)

COUNT = int(os.environ.get("OPENIMIS_FUZZ", "500"))
START = int(os.environ.get("OPENIMIS_FUZZ_FROM", "0"))
KINDS = {
    "facility": lambda: sample("Organization_hf"),
    "insuree": lambda: sample("Patient_one"),
    "policy": lambda: resources("Coverage_list")[0],
    "premium": lambda: resources("Contract_list")[0],
    "claim": lambda: sample("Claim_one"),
    "bill": lambda: resources("Invoice_bill_list")[0],
}
ENTRY = {
    "date": "2026-11-21",
    "journal": "MISC",
    "reference": "CQ7",
    "description": "Claim valuated",
    "currency": "USD",
    "lines": [
        {"account": "600", "debit": "82.19", "label": "A"},
        {"account": "400", "credit": 82.19, "party": "HF1", "funder": "MOH"},
    ],
}


def numbers(kind):
    for number in range(START, START + COUNT):
        yield random.Random(f"{kind} {number}"), f"{kind} {number}"


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_resources_are_read_or_named(kind):
    whole, answer = KINDS[kind](), sample("ClaimResponse_one")
    named = 0
    for rng, name in numbers(kind):
        page = transport.Page()
        other = damaged(rng, answer) if kind == "claim" else None
        try:
            transport.read_into(page, kind, damaged(rng, whole), 0, DOLLAR, other)
        except Exception as error:
            pytest.fail(f"{name}: {error!r}")
        for problem in page.problems:
            named += 1
            assert problem.code and problem.detail, name
    assert named


def test_damaged_files_are_read_or_refused():
    whole = {
        "resourceType": "Bundle",
        "entry": [{"resource": make()} for make in KINDS.values()],
    }
    refused = 0
    for rng, name in numbers("file"):
        content = client.dumps(damaged(rng, whole)).encode(errors="surrogatepass")
        if rng.random() < 0.5:
            content = scramble(rng, content, rng.randint(1, 8))
        try:
            groups, _ignored = bundle.split(content)
            for kind, lines in groups.items():
                bundle.read_resources(kind, b"\n".join(lines), DOLLAR)
        except exceptions.UnreadableAnswer:
            refused += 1
        except Exception as error:
            pytest.fail(f"{name}: {error!r}")
    assert refused


def test_damaged_entries_of_the_ledger_are_read_or_refused():
    read = refused = 0
    for rng, name in numbers("ledger"):
        content = json.dumps(damaged(rng, ENTRY)).encode()
        if rng.random() < 0.4:
            content = scramble(rng, content, rng.randint(1, 4))
        try:
            asked = json.loads(content)
        except ValueError:
            continue
        try:
            check_key(name if rng.random() < 0.9 else name + rng.choice("\0\ud800"))
            entry = read_entry(asked)
        except LedgerRefused:
            refused += 1
            continue
        except Exception as error:
            pytest.fail(f"{name}: {error!r}")
        read += 1
        assert sum(line.debit - line.credit for line in entry.lines) == 0, name
        repr(entry).encode()
    assert read and refused
