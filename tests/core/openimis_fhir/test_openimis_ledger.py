"""Ledger entries of openIMIS (section 8): read whole or refused with the reason."""

from datetime import date
from decimal import Decimal as D

import pytest

from .openimis_samples import ledger

LINES = [
    {"account": "611000", "debit": "82.19", "label": "Claim"},
    {"account": "401100", "credit": 82.19, "party": "HF1"},
]


def entry(**values):
    return {"date": "2026-11-21", "lines": LINES, **values}


def test_an_entry_is_read_exactly():
    read = ledger.read_entry(entry(journal="BILL", currency="USD", reference=7))
    assert (read.date, read.journal, read.reference) == (
        date(2026, 11, 21),
        "BILL",
        "7",
    )
    first, second = read.lines
    assert (first.debit, first.credit, first.label) == (D("82.19"), 0, "Claim")
    assert (second.credit, second.party) == (D("82.19"), "HF1")


def test_many_lines_may_share_a_side():
    lines = [
        LINES[0],
        {"account": "1", "credit": "80"},
        {"account": "2", "credit": "2.19"},
    ]
    assert len(ledger.read_entry(entry(lines=lines)).lines) == 3


@pytest.mark.parametrize(
    "values",
    [
        {"date": None},
        {"date": "21.11.2026"},
        {"date": "2026-11"},
        {"date": 20261121},
        {"date": ["2026-11-21"]},
        {"lines": None},
        {"lines": []},
        {"lines": 7},
        {"lines": {"account": "1"}},
        {"journal": ["BILL"]},
        {"reference": {"a": 1}},
        {"lines": [{**LINES[0], "party": ["HF1"]}, LINES[1]]},
        {"lines": [{**LINES[0], "account": ["611000"]}, LINES[1]]},
        {"lines": [{**LINES[0], "debit": "1E+30"}, {**LINES[1], "credit": "1E+30"}]},
        {"lines": [{**LINES[0], "debit": [82.19]}, LINES[1]]},
        {"lines": LINES[:1]},
        {"lines": [LINES[0], LINES[0]]},
        {"lines": [LINES[0], {**LINES[1], "credit": "82.18"}]},
        {"lines": [LINES[0], {**LINES[1], "account": ""}]},
        {"lines": [LINES[0], {**LINES[1], "credit": "-82.19"}]},
        {"lines": [LINES[0], {**LINES[1], "credit": "0"}]},
        {"lines": [{**LINES[0], "credit": "82.19"}, LINES[1]]},
        {"lines": [{**LINES[0], "debit": "82.191"}, {**LINES[1], "credit": "82.191"}]},
        {"lines": [{**LINES[0], "debit": "much"}, LINES[1]]},
        {"lines": [{**LINES[0], "debit": "NaN"}, LINES[1]]},
        {"lines": ["x", "y"]},
        {"lines": [{"account": "1", "debit": "0"}, {"account": "2", "credit": "0"}]},
    ],
)
def test_what_cannot_be_booked_is_refused(values):
    with pytest.raises(ledger.LedgerRefused) as caught:
        ledger.read_entry(entry(**values))
    assert str(caught.value)


@pytest.mark.parametrize(
    ("amount", "digits", "good"),
    [
        ("100.000", 2, True),
        ("100", 0, True),
        ("10.5", 0, False),
        ("10.125", 3, True),
        ("10.1255", 3, False),
    ],
)
def test_amounts_are_no_finer_than_the_currency_of_the_books(amount, digits, good):
    value = entry(lines=[{**LINES[0], "debit": amount}, {**LINES[1], "credit": amount}])
    if good:
        assert ledger.read_entry(value, digits).lines[0].debit == D(amount)
        return
    with pytest.raises(ledger.LedgerRefused, match=amount):
        ledger.read_entry(value, digits)


@pytest.mark.parametrize("value", [None, "x", 7, []])
def test_what_is_no_entry_is_refused(value):
    with pytest.raises(ledger.LedgerRefused):
        ledger.read_entry(value)


@pytest.mark.parametrize("key", ["k", "k" * 255, "é"])
def test_keys_of_entries(key):
    ledger.check_key(key)


@pytest.mark.parametrize("key", [None, "", 7, ["k"], "k" * 256, "a\0b", "\ud800"])
def test_what_is_no_key_is_refused(key):
    with pytest.raises(ledger.LedgerRefused):
        ledger.check_key(key)
