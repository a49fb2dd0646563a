"""Rounding: half up, and largest remainder."""

import random
from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.money import (  # noqa: E402
    exact,
    round_money,
    split_by_largest_remainder,
    split_nearly,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "0"), (False, "0"), ("", "0"), (0.1, "0.1"), (3, "3"), ("2.50", "2.50")],
)
def test_exact_reads_what_is_written(value, expected):
    assert exact(value) == D(expected)


@pytest.mark.parametrize(
    ("amount", "quantum", "expected"),
    [
        ("10.004", "0.01", "10.00"),
        ("3.337", "0.01", "3.34"),
        ("0.005", "0.01", "0.01"),
        ("-0.005", "0.01", "-0.01"),
        ("2.675", "0.01", "2.68"),
        ("12.5", "1", "13"),
        ("1.03", "0.05", "1.05"),
    ],
)
def test_round_half_up(amount, quantum, expected):
    assert round_money(D(amount), D(quantum)) == D(expected)


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        ("10.00", ["3.3333", "3.3333", "3.3334"], ["3.33", "3.33", "3.34"]),
        ("0.01", ["0.005", "0.005"], ["0.01", "0.00"]),
        ("0.00", [], []),
        ("82.19", ["32.876", "49.314"], ["32.88", "49.31"]),
    ],
)
def test_largest_remainder(total, parts, expected):
    result = split_by_largest_remainder(D(total), map(D, parts))
    assert result == [D(part) for part in expected]


def test_largest_remainder_refuses_another_total():
    with pytest.raises(ValueError, match="add up"):
        split_by_largest_remainder(D("11.00"), [D("5"), D("5")])


@pytest.mark.parametrize("seed", range(20))
def test_largest_remainder_always_adds_up(seed):
    rng = random.Random(seed)
    weights = [D(rng.randint(1, 10**6)) for _ in range(rng.randint(1, 60))]
    total = D(rng.randint(0, 10**8)) / 100
    parts = [total * weight / sum(weights) for weight in weights]
    result = split_by_largest_remainder(total, parts)
    assert sum(result) == total
    assert all(abs(a - b) < D("0.01") for a, b in zip(result, parts, strict=True))


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        ("0.30", ["0.104", "0.104", "0.104"], ["0.10", "0.10", "0.10"]),
        ("-5.00", ["-2.504", "-2.504"], ["-2.49", "-2.51"]),
        ("0.00", ["10", "-10"], ["10", "-10"]),
        ("0.01", ["0", "0"], ["0.01", "0"]),
    ],
)
def test_parts_that_nearly_add_up(total, parts, expected):
    result = split_nearly(D(total), list(map(D, parts)))
    assert result == [D(part) for part in expected]
    assert sum(result) == D(total)
