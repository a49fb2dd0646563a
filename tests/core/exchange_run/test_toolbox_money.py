"""Exact numbers: half up, largest remainder, no noise."""

import random
from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("exchange_run")
from exchange_run_core.money import (  # noqa: E402
    exact,
    plain,
    round_to,
    settle,
    share_of,
    split_by_largest_remainder,
    split_nearly,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "0"),
        (False, "0"),
        ("", "0"),
        (0.1, "0.1"),
        (297.7, "297.7"),
        (3, "3"),
        ("2.50", "2.50"),
        (D("1.005"), "1.005"),
        (12345678901234.56, "12345678901234.56"),
    ],
)
def test_exact_reads_what_is_written(value, expected):
    assert str(exact(value)) == expected


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (297.7, 2, "297.70"),
        (0, 2, "0.00"),
        (False, 4, "0.0000"),
        (0.1 + 0.2, 2, "0.30"),
        # the float is a hair less than what was typed
        (2.675, 2, "2.68"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (12.5, 0, "13"),
        (1e25, 2, "10000000000000000000000000.00"),
    ],
)
def test_exact_with_the_decimals_of_a_field(value, digits, expected):
    assert str(exact(value, digits)) == expected


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [
        ("10.004", "0.01", "10.00"),
        ("3.337", "0.01", "3.34"),
        ("0.005", "0.01", "0.01"),
        ("-0.005", "0.01", "-0.01"),
        ("2.675", "0.01", "2.68"),
        ("12.5", "1", "13.00"),
        ("1.03", "0.05", "1.05"),
        ("92.352", "0.05", "92.35"),
        ("84.576", "0.05", "84.60"),
        ("46.175", "0.05", "46.20"),
        ("39.3125", "0.05", "39.30"),
        ("634.2857", "0.01", "634.29"),
        ("1130.234375", "0.01", "1130.23"),
        ("0.025", "0.05", "0.05"),
        ("0.0249", "0.05", "0.00"),
        ("-0.025", "0.05", "-0.05"),
        ("1.23456", "0", "1.23456"),
        ("1.2345", "0.001", "1.235"),
        ("1234567890123456789012345.675", "0.01", "1234567890123456789012345.68"),
    ],
)
def test_half_up(amount, step, expected):
    assert str(round_to(D(amount), D(step))) == expected


def test_the_cent_is_the_usual_step():
    assert str(round_to(D("0.005"))) == "0.01"


@pytest.mark.parametrize(
    ("total", "parts", "of", "expected"),
    [
        # 0.015 and 6.825 but for the last of 28 digits
        (D(1), 3, D("0.045"), "0.02"),
        (D("20.475"), 3, D(1), "6.83"),
        (D(-1), 3, D("0.045"), "-0.02"),
    ],
)
def test_what_a_division_leaves_does_not_move_a_cent(total, parts, of, expected):
    assert round_to(total / parts * of) == D(expected)


def test_settled():
    assert settle(D(2) / 3 * 3) == 2
    assert settle(D("1.0000000000005")) == D("1.000000000001")


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        ("10.00", ["3.3333", "3.3333", "3.3334"], ["3.33", "3.33", "3.34"]),
        ("0.01", ["0.005", "0.005"], ["0.01", "0.00"]),
        ("0.00", [], []),
        ("82.19", ["32.876", "49.314"], ["32.88", "49.31"]),
        ("-0.01", ["-0.005", "-0.005"], ["0.00", "-0.01"]),
    ],
)
def test_largest_remainder(total, parts, expected):
    result = split_by_largest_remainder(D(total), map(D, parts))
    assert result == [D(part) for part in expected]


def test_largest_remainder_in_another_unit():
    parts = [D("33.3"), D("33.3"), D("33.4")]
    assert split_by_largest_remainder(D(100), parts, D(1)) == [33, 33, 34]


def test_a_whole_part_is_whole_in_spite_of_noise():
    third = D(1) / 3
    parts = [third * 3, D("0.005"), D("0.995")]
    assert split_by_largest_remainder(D(2), parts) == [1, D("0.01"), D("0.99")]


@pytest.mark.parametrize(
    ("total", "parts"),
    [("11.00", ["5", "5"]), ("9.99", ["5", "5"]), ("0.02", ["0.005"])],
)
def test_largest_remainder_refuses_another_total(total, parts):
    with pytest.raises(ValueError, match="add up"):
        split_by_largest_remainder(D(total), [D(part) for part in parts])


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
        ("1.00", ["0.30", "0.69"], ["0.30", "0.70"]),
    ],
)
def test_parts_that_nearly_add_up(total, parts, expected):
    result = split_nearly(D(total), list(map(D, parts)))
    assert result == [D(part) for part in expected]
    assert sum(result) == D(total)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1.50", "1.5"),
        ("4.00", "4"),
        ("100", "100"),
        ("0.10", "0.1"),
        ("1E+2", "100"),
        ("0", "0"),
    ],
)
def test_plain(number, text):
    assert plain(D(number)) == text


def test_share_of():
    assert share_of(30) == D("0.3")
