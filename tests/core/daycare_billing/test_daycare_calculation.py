from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from .daycare_billing_samples import (
    AFTERNOON,
    BRACKET,
    FULL,
    LINEAR,
    MARCH,
    MORNING,
    ST_JOSEPH,
    SUNNESCHYN,
    core,
    incomes,
    month,
    page,
    slots,
    week,
)

calculation = core.calculation
FLAT = replace(BRACKET, month_method="flat")
ACTUAL_LINEAR = replace(LINEAR, month_method="actual")


def child(*pages, key="melody", income=(5000, 1200), birthdate=None):
    return calculation.Child(key, pages, incomes(*income), birthdate)


def due(tariff, *children, day=MARCH, closed=None):
    tariffs = {"NUR1": tariff, "NUR2": tariff}
    return calculation.household_month(children, month(day, closed), tariffs)


def amount(tariff, *pages, **kwargs):
    return due(tariff, child(*pages), **kwargs)["melody"].amount


def test_actual_days_of_march_with_st_joseph():
    tariff = replace(BRACKET, closures="not_billed")
    result = due(tariff, child(page()), closed={None: {ST_JOSEPH}})["melody"]
    lines = [(i.quantity, i.unit, i.amount, i.weekdays) for i in result.items]
    assert lines == [
        (10, D("92.50"), D("925.00"), (0, 1)),
        (4, D("46.25"), D("185.00"), (3,)),
        (3, D("46.25"), D("138.75"), (4,)),
    ]
    assert result.amount == D("1248.75")
    assert sum(i.days for i in result.items) == D("13.5")


@pytest.mark.parametrize(
    ("closures", "expected"),
    [("billed", "1295.00"), ("in_factor", "1295.00"), ("not_billed", "1248.75")],
)
def test_closure_policies(closures, expected):
    tariff = replace(BRACKET, closures=closures)
    assert amount(tariff, page(), closed={"NUR1": {ST_JOSEPH}}) == D(expected)


def test_closure_of_another_group_changes_nothing():
    tariff = replace(BRACKET, closures="not_billed")
    assert amount(tariff, page(), closed={"NUR2": {ST_JOSEPH}}) == D("1295.00")


@pytest.mark.parametrize(
    ("weeks", "months", "expected"),
    [("4", "12", "1110.00"), ("4.25", "11.5", "1130.23"), ("4", "11", "1017.50")],
)
def test_flat_month(weeks, months, expected):
    tariff = replace(FLAT, weeks=D(weeks), months_billed=D(months))
    assert amount(tariff, page()) == D(expected)


@pytest.mark.parametrize(
    ("first", "last", "day", "expected"),
    [
        (date(2021, 3, 15), date(2021, 12, 1), MARCH, "634.29"),
        (date(2021, 3, 1), date(2021, 12, 1), date(2021, 12, 1), "0"),
        (date(2021, 3, 1), date(2021, 12, 1), date(2021, 11, 1), "1110.00"),
        (date(2021, 3, 1), date(2021, 3, 14), MARCH, "475.71"),
    ],
)
def test_partial_months(first, last, day, expected):
    assert amount(FLAT, page(first, last), day=day) == D(expected)


def test_two_pages_with_the_same_week_make_one_month():
    pages = page(last=date(2021, 3, 14)), page(date(2021, 3, 15), key=2)
    result = due(FLAT, child(*pages))["melody"]
    assert [i.amount for i in result.items] == [D("1110.00")]


def test_flat_with_closed_days_taken_out():
    tariff = replace(FLAT, closures="not_billed")
    assert amount(tariff, page(), closed={None: {ST_JOSEPH}}) == D("1070.36")  # 13.5/14


def test_half_of_an_odd_price_is_rounded_up():
    result = due(ACTUAL_LINEAR, child(page(days=week(th=MORNING))))["melody"]
    assert [i.unit for i in result.items] == [D("46.20")]


def test_hours_mode():
    hours = {0: core.planning.presence(hours=[(D("7.5"), D("11.75"))])}
    result = due(BRACKET, child(page(days=hours)))["melody"]
    assert [(i.quantity, i.unit) for i in result.items] == [(5, D("39.30"))]


def test_siblings_each_and_from_second():
    melody = child(page())
    tom = child(page(days=week(we=FULL)), key="tom")
    each = replace(FLAT, sibling_mode="each", siblings=((2, D(30)),))
    results = due(each, melody, tom)
    assert {k: r.amount for k, r in results.items()} == {
        "melody": D("777.00"),
        "tom": D("259.00"),
    }
    second = replace(SUNNESCHYN, month_method="flat")
    results = due(second, tom, melody)
    assert results["melody"].amount + results["tom"].amount == D("1406.00")
    assert results["tom"].amount == D("296.00")


def test_sibling_without_a_page_in_the_month_does_not_count():
    tom = child(page(date(2021, 4, 1), days=week(we=FULL)), key="tom")
    each = replace(FLAT, sibling_mode="each", siblings=((2, D(30)),))
    results = due(each, child(page()), tom)
    assert results["melody"].amount == D("1110.00")
    assert results["tom"].amount == 0


def test_colin_without_page_owes_nothing():
    result = due(BRACKET, child())["melody"]
    assert (result.items, result.amount, result.error) == ((), 0, None)


def test_overlapping_pages_never_bill_a_day_twice():
    once = amount(BRACKET, page())
    assert amount(BRACKET, page(), page(key=2)) == once
    assert amount(FLAT, page(), page(key=2)) == amount(FLAT, page())


def test_a_child_in_two_groups_has_a_position_each():
    result = due(
        BRACKET,
        child(
            page(days=week(mo=MORNING)), page(days=week(tu=FULL), group="NUR2", key=2)
        ),
    )["melody"]
    assert [(i.group, i.amount) for i in result.items] == [
        ("NUR1", D("231.25")),
        ("NUR2", D("462.50")),
    ]


def test_two_tariffs_for_two_groups():
    tariffs = {"NUR1": BRACKET, "NUR2": ACTUAL_LINEAR}
    own = child(page(days=week(mo=FULL)), page(days=week(tu=FULL), group="NUR2", key=2))
    result = calculation.household_month([own], month(), tariffs)["melody"]
    assert [i.unit for i in result.items] == [D("92.50"), D("92.35")]


@pytest.mark.parametrize(
    ("tariffs", "income", "error"),
    [
        ({}, (5000,), "no_tariff"),
        ({"NUR1": replace(BRACKET, block_missing=True)}, (None,), "income"),
        ({"NUR1": core.tariff.Tariff()}, (5000,), "tariff"),
    ],
)
def test_errors_bill_nothing(tariffs, income, error):
    own = child(page(), income=income)
    result = calculation.household_month([own], month(), tariffs)["melody"]
    assert (result.error, result.amount) == (error, 0)


def test_unknown_income_is_flagged():
    result = due(BRACKET, child(page(), income=(None,)))["melody"]
    assert result.at_maximum
    assert result.items[0].unit == D("104.00")


def test_every_amount_is_explained_to_the_end():
    each = replace(FLAT, sibling_mode="each", siblings=((2, D(30)),))
    tom = child(page(days=week(we=FULL)), key="tom")
    own = child(page(date(2021, 3, 15)))
    result = due(each, own, tom)["melody"]
    codes = [s.code for s in result.steps] + [
        s.code for i in result.items for s in i.steps
    ]
    assert codes == [
        "income_page",
        "income_page",
        "household_income",
        "bracket_price",
        "week",
        "month_factor",
        "prorata",
        "sibling_rebate",
        "amount",
    ]
    assert all(code in core.steps.CODES for code in codes)
    assert result.items[0].steps[-1].as_json()[1]["amount"] == "444.00"


@pytest.mark.parametrize(
    ("weeks", "months", "factor", "amount_due"),
    [("4", "12", "4", "634.29"), ("4.25", "11.5", "4.0729", "645.85")],
)
def test_the_figures_of_a_flat_month_are_those_it_is_calculated_by(
    weeks, months, factor, amount_due
):
    """Parents check them: days × price, × weeks, of so many days planned."""
    tariff = replace(FLAT, weeks=D(weeks), months_billed=D(months))
    result = due(tariff, child(page(date(2021, 3, 15))))["melody"]
    assert [s.as_json() for s in result.items[0].steps] == [
        ["week", {"days": "3", "price": "92.50", "amount": "277.50"}],
        ["month_factor", {"factor": factor}],
        ["prorata", {"planned": "8", "full": "14"}],
        ["amount", {"quantity": "1", "unit": amount_due, "amount": amount_due}],
    ]


def test_quantity_times_unit_is_the_amount():
    pages = page(days={0: slots(MORNING), 1: slots(AFTERNOON), 2: slots((2, 5))})
    for tariff in (BRACKET, FLAT, ACTUAL_LINEAR, LINEAR):
        for item in due(tariff, child(pages))["melody"].items:
            assert item.quantity * item.unit == item.amount
            assert item.amount % D("0.01") == 0


@pytest.mark.parametrize("tariff", [FLAT, LINEAR, ACTUAL_LINEAR])
def test_explained_francs_have_two_decimals(tariff):
    own = child(
        page(days={0: slots(MORNING), 1: slots((2, 5))}), income=(5000, 1233.35)
    )
    result = due(replace(tariff, weeks=D("4.0833")), own)["melody"]
    francs = {"monthly", "amount", "annual", "deduction", "ceiling", "price", "unit"}
    explained = [*result.steps, *(s for item in result.items for s in item.steps)]
    shown = [
        value
        for _code, values in map(core.steps.Step.as_json, explained)
        for name, value in values.items()
        if name in francs
    ]
    assert shown
    assert [value for value in shown if len(value.partition(".")[2]) > 2] == []
