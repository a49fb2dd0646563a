"""Which group a child is in by its age."""

from datetime import date

import pytest

from tests_core_loader import load_core

load_core("daycare_waiting_list")

from daycare_waiting_list_core.moves import Leg, Step, legs, move_day  # noqa: E402

BABIES, TODDLERS, BIG = 1, 2, 3
STEPS = {BABIES: Step(TODDLERS, 18), TODDLERS: Step(BIG, 36)}
TODAY = date(2026, 3, 10)
BORN = date(2025, 1, 15)
MOVE, LATER = date(2026, 8, 1), date(2028, 2, 1)


def walk(first, last, born=BORN, group=BABIES, steps=None, today=TODAY):
    stay = Leg(group, first, last)
    found = legs(stay, born, STEPS if steps is None else steps, today)
    return [(leg.group, leg.first, leg.last) for leg in found]


@pytest.mark.parametrize(
    ("born", "months", "day"),
    [
        (date(2025, 1, 15), 18, date(2026, 8, 1)),
        (date(2025, 1, 1), 18, date(2026, 7, 1)),
        (date(2025, 1, 2), 18, date(2026, 8, 1)),
        (date(2025, 8, 31), 18, date(2027, 3, 1)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2026, 12, 24), 0, date(2027, 1, 1)),
    ],
)
def test_a_child_moves_on_the_first_on_which_it_has_the_age(born, months, day):
    assert move_day(born, months) == day


def test_a_stay_passes_through_the_groups():
    assert walk(date(2026, 1, 1), date(2028, 12, 31)) == [
        (BABIES, date(2026, 1, 1), date(2026, 7, 31)),
        (TODDLERS, MOVE, date(2028, 1, 31)),
        (BIG, LATER, date(2028, 12, 31)),
    ]


def test_a_stay_that_ends_before_is_left_as_it_is():
    whole = [(BABIES, date(2026, 1, 1), date(2026, 7, 31))]
    assert walk(date(2026, 1, 1), date(2026, 7, 31)) == whole


def test_a_stay_without_end_ends_nowhere():
    assert walk(date(2026, 1, 1), date.max)[-1] == (BIG, LATER, date.max)


def test_without_a_birth_date_nobody_moves():
    whole = [(BABIES, date(2026, 1, 1), date.max)]
    assert walk(date(2026, 1, 1), date.max, born=None) == whole


def test_without_a_next_group_nobody_moves():
    whole = [(BABIES, date(2026, 1, 1), date.max)]
    assert walk(date(2026, 1, 1), date.max, steps={}) == whole


def test_who_should_have_moved_does_so_next_month():
    born = date(2024, 3, 15)  # 18 months in September 2025
    assert walk(date(2025, 1, 1), date(2026, 12, 31), born) == [
        (BABIES, date(2025, 1, 1), date(2026, 3, 31)),
        (TODDLERS, date(2026, 4, 1), date(2026, 12, 31)),
    ]


def test_who_was_placed_at_a_greater_age_stays():
    born = date(2023, 1, 1)
    whole = [(BABIES, date(2026, 1, 1), date.max)]
    assert walk(date(2026, 1, 1), date.max, born) == whole


def test_groups_that_follow_each_other_in_a_circle_end():
    steps = {BABIES: Step(TODDLERS, 18), TODDLERS: Step(BABIES, 36)}
    found = walk(date(2026, 1, 1), date.max, steps=steps)
    assert [group for group, *_dates in found] == [BABIES, TODDLERS]
