"""Labels, hours and runs of slots."""

import pytest

from tests_core_loader import load_core

load_core("daycare")

from daycare_core.hours import label, overlapping, to_minutes  # noqa: E402
from daycare_core.numbers import ranges, runs  # noqa: E402
from daycare_core.text import fold, label_index  # noqa: E402


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("À naître", "a naitre"),
        ("  À  NAÎTRE ", "a naitre"),
        ("français", "francais"),
        ("männlich", "mannlich"),
        ("lu.", "lu"),
        ("Straße", "strasse"),
        ("", ""),
        (None, ""),
        (False, ""),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected


def test_first_row_keeps_a_label():
    index = label_index([(["Français", "fr"], 1), (["FRANCAIS", ""], 2)])
    assert index == {"francais": 1, "fr": 1}


@pytest.mark.parametrize(
    ("hours", "minutes", "text"),
    [
        (0, 0, "00:00"),
        (7.5, 450, "07:30"),
        (7.1666667, 430, "07:10"),
        (18.25, 1095, "18:15"),
        (24, 1440, "24:00"),
        (False, 0, "00:00"),
    ],
)
def test_hours(hours, minutes, text):
    assert to_minutes(hours) == minutes
    assert label(hours) == text


def test_every_minute_of_a_day_survives_as_hours():
    assert all(to_minutes(minute / 60) == minute for minute in range(24 * 60 + 1))


@pytest.mark.parametrize(
    ("intervals", "expected"),
    [
        ([], False),
        ([(0, 10), (10, 20)], False),
        ([(10, 20), (0, 11)], True),
        ([(0, 100), (20, 30)], True),
    ],
)
def test_overlapping(intervals, expected):
    assert overlapping(intervals) is expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], ""),
        ([3], "3"),
        ([1, 2, 3], "1–3"),
        ([5, 1, 3, 2], "1–3, 5"),
        ([1, 3], "1, 3"),
    ],
)
def test_ranges(numbers, expected):
    assert ranges(numbers) == expected


def test_runs():
    assert runs({4, 5, 1}) == [(1, 1), (4, 5)]
