"""Windows of months, quarters, years and periodicities."""

from datetime import date

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core import periods  # noqa: E402


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 8, 31), 4, date(2024, 5, 1)),
        (date(2024, 4, 30), 4, date(2024, 1, 1)),
        (date(2024, 2, 29), 3, date(2023, 12, 1)),
        (date(2024, 12, 31), 12, date(2024, 1, 1)),
        (date(2024, 1, 31), 1, date(2024, 1, 1)),
    ],
)
def test_window_start(day, months, expected):
    assert periods.window_start(day, months) == expected


@pytest.mark.parametrize(
    ("start", "end", "kind", "expected"),
    [
        (
            date(2024, 1, 1),
            date(2024, 1, 31),
            "M",
            [(date(2024, 1, 1), date(2024, 1, 31))],
        ),
        (date(2024, 1, 1), date(2024, 1, 31), "Q", []),
        (
            date(2024, 3, 1),
            date(2024, 3, 31),
            "Q",
            [(date(2024, 1, 1), date(2024, 3, 31))],
        ),
        (
            date(2024, 12, 1),
            date(2024, 12, 31),
            "Y",
            [(date(2024, 1, 1), date(2024, 12, 31))],
        ),
        (
            date(2024, 1, 1),
            date(2024, 3, 31),
            "M",
            [
                (date(2024, 1, 1), date(2024, 1, 31)),
                (date(2024, 2, 1), date(2024, 2, 29)),
                (date(2024, 3, 1), date(2024, 3, 31)),
            ],
        ),
        (date(2024, 1, 1), date(2024, 1, 30), "M", []),
    ],
)
def test_relative_periods(start, end, kind, expected):
    assert periods.relative_periods(start, end, kind) == expected


@pytest.mark.parametrize(
    ("month", "periodicity", "expected"),
    [(3, 1, True), (3, 3, True), (4, 3, False), (12, 12, True), (6, 12, False)],
)
def test_is_due(month, periodicity, expected):
    assert periods.is_due(date(2024, month, 28), periodicity) is expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2024, 1, 1), date(2024, 12, 31), 30),
        (date(2024, 11, 30), date(2025, 1, 1), 1),
        (date(2024, 12, 1), date(2024, 12, 31), 0),
        (date(2024, 10, 1), date(2024, 11, 1), 1),
    ],
)
def test_overlap_days(start, end, expected):
    days = periods.overlap_days(start, end, date(2024, 11, 1), date(2024, 11, 30))
    assert days == expected


def test_periods_that_are_days_apart_share_none():
    window = date(2024, 11, 1), date(2024, 11, 30)
    assert periods.overlap_days(date(2024, 12, 5), date(2024, 12, 9), *window) == 0
    assert periods.overlap_days(date(2024, 10, 1), date(2024, 10, 20), *window) == 0
