"""Minutes, hours, spans."""

from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("exchange_run")

from exchange_run_core.clock import (  # noqa: E402
    hours_label,
    joined,
    label,
    overlapping,
    to_minutes,
)


@pytest.mark.parametrize(
    ("hours", "minutes", "text"),
    [
        (0, 0, "00:00"),
        (7.5, 450, "07:30"),
        (D("7.5"), 450, "07:30"),
        (7.1666667, 430, "07:10"),
        (18.25, 1095, "18:15"),
        (24, 1440, "24:00"),
        (False, 0, "00:00"),
        (None, 0, "00:00"),
    ],
)
def test_hours(hours, minutes, text):
    assert to_minutes(hours) == minutes
    assert label(minutes) == text
    assert hours_label(hours) == text


def test_every_minute_of_a_day_survives_as_hours():
    assert all(to_minutes(minute / 60) == minute for minute in range(24 * 60 + 1))


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], False),
        ([(0, 10), (10, 20)], False),
        ([(10, 20), (0, 11)], True),
        ([(0, 100), (20, 30)], True),
    ],
)
def test_overlapping(spans, expected):
    assert overlapping(spans) is expected


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], ()),
        ([(5, 7), (0, 5)], ((0, 7),)),
        ([(0, 9), (2, 3), (9, 10)], ((0, 10),)),
        ([(0, 1), (2, 3)], ((0, 1), (2, 3))),
        ([(4, 4), (6, 5)], ()),
    ],
)
def test_joined(spans, expected):
    assert joined(spans) == expected
