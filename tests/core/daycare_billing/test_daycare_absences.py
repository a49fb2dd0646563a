"""Absences with their rules, and extra days: what they take off and add."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from functools import partial

import pytest

from .daycare_billing_samples import (
    AFTERNOON,
    BRACKET,
    FULL,
    MARCH,
    MORNING,
    ST_JOSEPH,
    core,
    incomes,
    month,
    page,
    slots,
    week,
)

absences, calculation, planning = core.absences, core.calculation, core.planning
FLAT = replace(BRACKET, month_method="flat")
HALF = absences.Reason("ill", D(50), free_days=2)
EVERY_DAY = week(mo=FULL, tu=FULL, we=FULL, th=FULL, fr=FULL)


def away(first, last=None, reason=HALF, certificate=False, in_month=3):
    begin = date(2021, in_month, first)
    return absences.Absence(
        reason, begin, date(2021, in_month, last or first), certificate
    )


def credits_of(*own, pages=None, closed=None):
    pages = pages or [page(days=EVERY_DAY)]
    year = planning.Month(date(2021, 1, 1), date(2021, 12, 31), closed or {})
    return absences.credits_of(own, partial(planning.is_reserved, pages, year))


def days(found):
    return sorted(day.day for day in found.percents)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (HALF, [3, 4, 5, 8]),
        (replace(HALF, free_days=0), [1, 2, 3, 4, 5, 8]),
        (replace(HALF, free_days=5), [8]),
        (replace(HALF, free_days=6), []),
        (replace(HALF, free_days=7, calendar=True), [8]),
        (replace(HALF, free_days=5, from_first=True), [1, 2, 3, 4, 5, 8]),
        (replace(HALF, free_days=6, from_first=True), []),
        (replace(HALF, percent=D(0)), []),
    ],
)
def test_days_credited_of_a_week_and_a_monday(reason, expected):
    assert days(credits_of(away(1, 8, reason))) == expected


def test_days_entered_one_by_one_are_one_absence():
    one_by_one = [away(day) for day in (1, 2, 3, 4, 5, 8)]
    assert credits_of(*one_by_one) == credits_of(away(1, 8))


def test_a_day_on_which_the_child_came_begins_anew():
    assert days(credits_of(away(1, 3), away(5, 9))) == [3, 9]


def test_another_reason_begins_anew():
    other = replace(HALF, key="away")
    assert days(credits_of(away(1, 3), away(4, 5, other))) == [3]


def test_weekends_and_closed_days_neither_count_nor_end_an_absence():
    closed = {None: {date(2021, 3, 2), date(2021, 3, 3)}}
    assert days(credits_of(away(1, 1), away(4, 8), closed=closed)) == [5, 8]


def test_only_reserved_days_count():
    pages = [page(days=week(mo=FULL, th=MORNING))]
    assert days(credits_of(away(1, 31), pages=pages)) == [8, 11, 15, 18, 22, 25, 29]


def test_a_certificate_counts_for_the_whole_absence():
    reason = replace(HALF, certificate=True)
    without = credits_of(away(1, 3, reason), away(4, 5, reason))
    assert without.percents == {}
    assert without.uncertified == (MARCH,)
    certified = credits_of(away(1, 3, reason), away(4, 5, reason, certificate=True))
    assert days(certified) == [3, 4, 5]
    assert certified.uncertified == ()


def test_no_certificate_is_missed_where_nothing_would_be_credited():
    assert credits_of(away(1, 2, replace(HALF, certificate=True))).uncertified == ()


def test_services_are_left_out_from_the_first_day_on_and_without_certificate():
    reason = replace(HALF, certificate=True, services=True)
    assert credits_of(away(1, 2, reason)).unserved == {MARCH, date(2021, 3, 2)}


def test_an_absence_over_the_end_of_a_month_is_one():
    own = [away(31), away(1, 2, in_month=4)]
    assert [str(day) for day in credits_of(*own).percents] == ["2021-04-02"]


# === WHAT IT COSTS ===


def due(tariff, *own, pages=None, extras=(), closed=None, rank=()):
    pages = pages or [page(days=EVERY_DAY)]
    found = credits_of(*own, pages=pages, closed=closed)
    child = calculation.Child(
        "melody", tuple(pages), incomes(5000, 1200), None, tuple(extras), found
    )
    tariffs = {"NUR1": tariff, "NUR2": tariff}
    results = calculation.household_month([child, *rank], month(closed=closed), tariffs)
    return results["melody"]


def extra(day, numbers=FULL, group="NUR1"):
    own = date(2021, 3, day)
    return planning.Page(
        f"extra{day}", group, own, own, {own.weekday(): slots(numbers)}, extra=True
    )


def test_half_of_each_day_after_two_is_credited():
    result = due(BRACKET, away(1, 5))
    assert [(i.kind, i.amount, i.days) for i in result.items] == [
        ("actual", 23 * D("92.50"), 23),
        ("credit", D("-138.75"), D("-1.5")),
    ]


def test_a_flat_month_is_credited_by_its_part():
    flat = due(FLAT).amount
    assert flat == D("1850.00")
    result = due(FLAT, away(1, 31, replace(HALF, percent=D(100), free_days=0)))
    assert result.amount == 0
    assert sum(item.days for item in result.items) == 0
    assert due(FLAT, away(1, 5)).amount == flat - D("120.65")  # 1850 × 1.5 / 23


@pytest.mark.parametrize("closures", ["billed", "not_billed", "in_factor"])
def test_a_closed_day_is_never_credited(closures):
    tariff = replace(BRACKET, closures=closures)
    closed = {None: {ST_JOSEPH}}
    reason = replace(HALF, percent=D(100), free_days=0)
    result = due(tariff, away(15, 19, reason), closed=closed)
    assert result.items[-1].amount == -4 * D("92.50")


def test_extra_day_beside_a_placement():
    result = due(BRACKET, pages=[page()], extras=[extra(3)])
    assert [(i.kind, i.amount) for i in result.items][-1] == ("extra", D("92.50"))
    assert result.amount == D("1295.00") + D("92.50")
    assert len(result.dates) == 19


def test_what_an_extra_day_shares_with_a_placement_counts_once():
    # on Thursdays Melody has the morning
    result = due(BRACKET, pages=[page()], extras=[extra(4)])
    assert result.amount == D("1295.00") + D("46.25")
    assert result.capped == 0
    assert due(BRACKET, pages=[page()], extras=[extra(1)]).amount == D("1295.00")


def test_extra_days_of_a_flat_month_are_billed_by_the_day_with_their_surcharge():
    tariff = replace(FLAT, extra_surcharge=D(10))
    result = due(tariff, pages=[page()], extras=[extra(3), extra(4, AFTERNOON)])
    # 92.50 × 1.1 = 101.75; half of it 50.875 → 50.90
    assert [(i.kind, i.amount) for i in result.items] == [
        ("flat", D("1110.00")),
        ("extra", D("101.75")),
        ("extra", D("50.90")),
    ]


def test_extra_day_without_any_placement_and_on_a_closed_day():
    closed = {None: {date(2021, 3, 3)}}
    pages = [page(date(2021, 4, 1))]
    result = due(BRACKET, pages=pages, extras=[extra(3)], closed=closed)
    assert result.amount == D("92.50")
    assert result.dates == (date(2021, 3, 3),)


def test_extra_days_make_nobody_a_sibling():
    tariff = replace(BRACKET, sibling_mode="each", siblings=((2, D(30)),))
    tom = calculation.Child("tom", (), incomes(5000, 1200), None, (extra(3),))
    assert due(tariff, pages=[page()], rank=[tom]).amount == D("1295.00")


def test_absences_do_not_change_the_rank_of_siblings():
    tariff = replace(BRACKET, sibling_mode="from_second", siblings=((2, D(20)),))
    reason = replace(HALF, percent=D(100), free_days=0)
    tom = calculation.Child(
        "tom", (page(days=week(mo=FULL)),), incomes(5000, 1200), None
    )
    result = due(tariff, away(1, 31, reason), rank=[tom])
    assert result.gross > 0
    assert result.items[0].unit == D("92.50")


def test_credits_of_a_subsidised_month_add_up():
    payer = core.subsidies.Subsidy("commune", "percent", D("33.33"))
    items = due(BRACKET, away(1, 12)).items
    [shares] = core.subsidies.split(items, "mother", [payer]).values()
    assert sum(shares.values()) == sum(item.amount for item in items)
    assert min(shares.values()) > 0


def test_is_reserved_looks_at_dates_weekday_and_closures():
    own = [page(days=week(mo=FULL), first=date(2021, 3, 8))]
    calendar = month(closed={"NUR1": {date(2021, 3, 15)}})
    found = [
        day.day for day in calendar.days if planning.is_reserved(own, calendar, day)
    ]
    assert found == [8, 22, 29]
