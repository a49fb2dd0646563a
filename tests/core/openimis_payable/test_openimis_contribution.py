"""Allocated contribution and relative index: openimis.md sections 3.1, 3.2 and 4."""

from datetime import date
from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.contribution import (  # noqa: E402
    Premium,
    allocated_contribution,
    relative_index,
)

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def premium(amount, paid, effective, expiry):
    return Premium(D(amount), paid, effective, expiry)


YEAR = premium(1000, date(2026, 1, 1), date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("premiums", "expected"),
    [
        ([YEAR], D(1000) * 30 / 365),
        ([YEAR, YEAR], D(2000) * 30 / 365),
        ([], D(0)),
        # paid within the month: from that day on
        (
            [premium(100, date(2026, 11, 21), date(2026, 1, 1), date(2026, 12, 21))],
            D(100) * 10 / 30,
        ),
        # expired before, or begins after: nothing
        ([premium(100, date(2026, 1, 1), date(2026, 1, 1), date(2026, 10, 31))], D(0)),
        ([premium(100, date(2026, 12, 1), date(2026, 1, 1), date(2027, 10, 31))], D(0)),
        # paid after the policy expired: nothing
        ([premium(100, date(2026, 11, 5), date(2026, 1, 1), date(2026, 11, 4))], D(0)),
        # one single day counts as one
        (
            [premium(100, date(2026, 11, 5), date(2026, 1, 1), date(2026, 11, 5))],
            D(100),
        ),
    ],
)
def test_allocated(premiums, expected):
    assert allocated_contribution(premiums, *NOVEMBER) == expected


def test_index_of_the_example():
    allocated = allocated_contribution([YEAR], *NOVEMBER)
    index = relative_index(allocated, D(500))
    assert round(index, 4) == D("0.1644")
    assert round(index * 500, 2) == D("82.19")


@pytest.mark.parametrize(
    ("allocated", "base", "distribution", "weight", "expected"),
    [
        (1000, 500, 100, 100, "2"),
        (1000, 500, 25, 100, "0.5"),
        (1000, 500, 50, 50, "0.5"),
        (0, 500, 100, 100, "1"),
        (1000, 0, 100, 100, "1"),
        (1000, 2000, "12.5", 100, "0.0625"),
    ],
)
def test_relative_index(allocated, base, distribution, weight, expected):
    result = relative_index(D(allocated), D(base), D(distribution), D(weight))
    assert result == D(expected)
