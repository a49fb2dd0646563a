"""Commission and payment fees: openimis.md sections 3.3 and 3.4."""

from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.rates import rate_amount  # noqa: E402


@pytest.mark.parametrize(
    ("base", "rate", "expected"),
    [
        ("1000", "10", "100.00"),
        ("333.33", "10", "33.33"),
        ("1000", "2", "20.00"),
        ("1000", "2.5", "25.00"),
        ("0.05", "10", "0.01"),
        ("1000", "0", "0"),
    ],
)
def test_rate_amount(base, rate, expected):
    assert rate_amount(D(base), D(rate)) == D(expected)


def test_commission_bill_of_the_example():
    lines = [rate_amount(D(amount), D(10)) for amount in ("1000", "333.33")]
    assert sum(lines) == D("133.33")
