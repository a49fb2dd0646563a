from datetime import date
from decimal import Decimal as D

import pytest

from .daycare_billing_samples import (
    AFTERNOON,
    BRACKET,
    FULL,
    MORNING,
    core,
    month,
    page,
    slots,
    week,
)

planning = core.planning
TARIFFS = {"NUR1": BRACKET, "NUR2": BRACKET}


def total(pages):
    pieces, _capped = planning.cut(pages, month(), TARIFFS)
    return sum((piece.share for piece in pieces), D(0))


@pytest.mark.parametrize(
    ("numbers", "share"),
    [(MORNING, "0.5"), (AFTERNOON, "0.5"), (FULL, "1"), ((2,), "0.15")],
)
def test_share_by_slots(numbers, share):
    assert slots(numbers).share(D(10)) == D(share)


@pytest.mark.parametrize(
    ("begin", "end", "minimum", "share"),
    [
        ("7.5", "11.75", "0", "0.425"),
        ("6.5", "18.5", "0", "1"),
        ("8", "9", "0", "0.1"),
        ("8", "9", "0.25", "0.25"),
    ],
)
def test_share_by_hours(begin, end, minimum, share):
    hours = planning.presence(hours=[(D(begin), D(end))])
    assert hours.share(D(10), D(minimum)) == D(share)


def test_a_slot_counts_once_and_a_day_is_at_most_one():
    twice = planning.presence(slots(MORNING).slots + slots(MORNING).slots)
    assert twice == slots(MORNING)
    heavy = planning.presence([(1, D(80)), (2, D(80))])
    assert heavy.share(D(10)) == 1


@pytest.mark.parametrize(
    ("hours", "taken", "left"),
    [
        ([(8, 12)], [(9, 10)], ((8, 9), (10, 12))),
        ([(8, 12)], [(7, 13)], ()),
        ([(8, 12)], [(12, 13)], ((8, 12),)),
        ([(8, 10), (13, 15)], [(9, 14)], ((8, 9), (14, 15))),
    ],
)
def test_subtract_hours(hours, taken, left):
    assert planning.subtract(tuple(hours), taken) == left


def test_melodys_march():
    pieces, capped = planning.cut([page()], month(), TARIFFS)
    assert sum(p.share for p in pieces) == 14
    assert [p.day.day for p in pieces if p.day.weekday() == 4] == [5, 12, 19, 26]
    assert not capped


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2021, 3, 15), date(2021, 12, 1), 8),
        (date(2021, 1, 1), date(2021, 3, 14), 6),
        (date(2021, 3, 1), None, 14),
        (date(2021, 4, 1), None, 0),
        (date(2020, 1, 1), date(2021, 2, 28), 0),
        (date(2021, 3, 8), date(2021, 3, 8), 1),
    ],
)
def test_page_dates_are_inclusive(first, last, days):
    assert total([page(first, last)]) == days


def test_no_day_twice_when_pages_overlap():
    pieces, capped = planning.cut([page(), page(key=2)], month(), TARIFFS)
    assert sum(p.share for p in pieces) == 14
    assert capped == 18


def test_overlapping_pages_add_their_free_slots():
    morning, whole = week(mo=MORNING), week(mo=FULL)
    pages = [page(days=morning), page(days=whole, key=2, group="NUR2")]
    pieces, _capped = planning.cut(pages, month(), TARIFFS)
    monday = [p for p in pieces if p.day == date(2021, 3, 1)]
    assert [(p.page.group, p.share) for p in monday] == [
        ("NUR1", D("0.5")),
        ("NUR2", D("0.5")),
    ]
    assert monday[1].presence == slots(AFTERNOON)


def test_never_more_than_a_day_in_two_groups():
    other = {0: planning.presence([(11, D(70))])}
    pages = [page(days=week(mo=MORNING)), page(days=other, group="NUR2", key=2)]
    pieces, capped = planning.cut(pages, month(), TARIFFS)
    assert [p.share for p in pieces if p.day.day == 1] == [D("0.5"), D("0.5")]
    assert capped == 5


def test_overlapping_hours_count_once():
    def hours(begin, end):
        return {0: planning.presence(hours=[(D(begin), D(end))])}

    pages = [page(days=hours(8, 12)), page(days=hours(10, 14), key=2)]
    assert total(pages) == D("3.0")  # five Mondays, 8 to 14 of ten hours


def test_page_without_attendance_reserves_nothing():
    assert total([page(days={})]) == 0


def test_closed_days_by_group_or_for_all():
    own = month(closed={"NUR1": {date(2021, 3, 19)}, None: {date(2021, 3, 26)}})
    assert own.is_closed("NUR1", date(2021, 3, 19))
    assert own.is_closed("NUR2", date(2021, 3, 26))
    assert not own.is_closed("NUR2", date(2021, 3, 19))


def test_week_and_full_month_share():
    assert planning.week_share(page(), BRACKET) == 3
    assert planning.full_month_share(page(date(2021, 3, 15)), month(), BRACKET) == 14


MEAL = {7: (11 * 60, 12 * 60 + 30)}


def booked(pages, first=date(2021, 3, 1), closed=None, slots=None):
    chosen = {"NUR1": MEAL} if slots is None else slots
    return planning.days_booking(pages, month(first, closed), chosen)


def with_meal(numbers):
    return planning.presence([*slots(numbers).slots, (7, D(0))])


def test_only_days_with_the_slot():
    """Counted again day by day of the calendar, without a line of what is tested."""
    own = page(days={0: with_meal(FULL), 1: slots(MORNING), 4: with_meal(())})
    days = [date(2021, 3, day) for day in range(1, 32)]
    assert booked([own]) == [
        day for day in days if day.strftime("%a") in ("Mon", "Fri")
    ]
    assert booked([own], slots={"NUR2": MEAL}) == []
    closed = {None: {date(2021, 3, 8)}, "NUR1": {date(2021, 3, 12)}}
    assert len(booked([own], closed=closed)) == len(booked([own])) - 2


def test_a_slot_worth_nothing_is_booked_all_the_same():
    own = page(days={0: with_meal(())})
    assert total([own]) == 0
    assert len(booked([own])) == 5


def test_two_placements_eat_once():
    days = {0: with_meal(FULL)}
    assert len(booked([page(days=days), page(days=days, key=2)])) == 5


def test_a_placement_books_while_it_lasts():
    own = page(date(2021, 3, 9), date(2021, 3, 22), {0: with_meal(FULL)})
    assert booked([own]) == [date(2021, 3, 15), date(2021, 3, 22)]


@pytest.mark.parametrize(
    ("hours", "eats"),
    [
        ([("7", "18")], True),
        ([("7", "11.75")], True),  # 45 of 90 minutes
        ([("7", "11.7333")], False),  # 44
        ([("7", "11.25"), ("12", "18")], True),  # 15 and 30
        ([("7", "11.25"), ("12.25", "18")], False),
        ([("7", "11")], False),
        ([("12.5", "18")], False),
    ],
)
def test_by_the_hour_from_half_of_the_slot_on(hours, eats):
    own = planning.presence(hours=[(D(a), D(b)) for a, b in hours])
    assert bool(booked([page(days={0: own})])) == eats
