"""How a residence's last nights went, in one word."""

from datetime import date, timedelta

import pytest
from sofi_primmo_core import morning

TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({}, "fine"),
        ({"simulated": True, "served": False, "failed": True}, "simulated"),
        ({"served": False}, "late"),
        ({"served": False, "failed": True}, "failed"),
        ({"unsettled": 1, "left_out": 4}, "unsettled"),
        ({"waiting_days": 2}, "fine"),
        ({"waiting_days": 3, "left_out": 4}, "waiting"),
        ({"left_out": 4}, "left_out"),
    ],
)
def test_what_needs_somebody_most_is_said(facts, word):
    assert morning.state(morning.Facts(**facts)) == word


def test_nights_without_a_file_are_drawn_as_nothing():
    drawn = morning.nights({TODAY: 5, TODAY - timedelta(days=13): 7}, TODAY)
    assert len(drawn) == morning.NIGHTS
    assert (drawn[0], drawn[1][1], drawn[-1]) == (
        (date(2026, 2, 25), 7),
        0,
        (TODAY, 5),
    )


def test_the_last_night_beside_the_same_weekday_four_weeks_before():
    day = TODAY - timedelta(days=1)
    amounts = {day: 12, day - timedelta(days=28): 10, day - timedelta(days=31): 99}
    assert morning.last_night(amounts, TODAY) == (day, 12, 10)
    assert day.weekday() == (day - morning.MONTH).weekday()


def test_a_night_of_tomorrow_is_none_yet():
    assert morning.last_night({TODAY + timedelta(days=1): 3}, TODAY) == (None, 0, 0)
