from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from .daycare_billing_samples import (
    BRACKET,
    BRACKETS,
    LINEAR,
    MARCH,
    SUNNESCHYN,
    core,
    incomes,
)

tariff = core.tariff
MISSING = core.incomes.household_income([()], MARCH)
CONFIDENTIAL = core.incomes.household_income(
    [(core.incomes.IncomePage(MARCH, confidential=True),)], MARCH
)


def price(rules, *amounts, weights=(D(1), D(1)), **kwargs):
    income = core.incomes.household_income(incomes(*amounts), MARCH, weights)
    return tariff.day_price(rules, income, **kwargs).amount


@pytest.mark.parametrize(
    ("amounts", "weights", "bracket", "linear"),
    [
        ((5000, 1200), ("1", "1"), "92.50", "92.35"),
        ((5000, 1200), ("1", "0.5"), "86.50", "84.60"),
        ((0,), ("1", "1"), "40.50", "12.00"),
        ((2999,), ("1", "1"), "40.50", "50.85"),
        ((3000,), ("1", "1"), "48.50", "50.90"),
        ((9000,), ("1", "1"), "104.00", "120.00"),
    ],
)
def test_day_price(amounts, weights, bracket, linear):
    weights = tuple(D(weight) for weight in weights)
    assert price(BRACKET, *amounts, weights=weights) == D(bracket)
    assert price(LINEAR, *amounts, weights=weights) == D(linear)


def test_zurich_example():
    """54 000 a year give 70.32 a day: the city's own example, to the centime."""
    rules = replace(LINEAR, rounding=D("0.01"))
    assert price(rules, 4500) == D("70.32")


def test_linear_deduction():
    rules = replace(LINEAR, deduction=D(10000))
    assert price(rules, 6200) == D("81.55")  # (74 400 - 10 000) / 100 000 = 0.644
    assert price(rules, 100) == D("12.00")


@pytest.mark.parametrize("start, expected", BRACKETS)
def test_each_bracket_begins_at_its_income(start, expected):
    assert price(BRACKET, start) == expected
    assert price(BRACKET, f"{start + D('0.01')}") == expected


def test_income_below_the_first_bracket_pays_the_first():
    rules = replace(BRACKET, brackets=BRACKETS[3:])
    assert price(rules, 100) == D("64.50")


@pytest.mark.parametrize("income", [CONFIDENTIAL, MISSING])
@pytest.mark.parametrize(
    ("rules", "highest"), [(BRACKET, "104.00"), (LINEAR, "120.00")]
)
def test_unknown_income_pays_the_maximum(income, rules, highest):
    found = tariff.day_price(rules, income)
    assert found.amount == D(highest)
    assert found.at_maximum


def test_missing_income_can_block_and_confidential_never_does():
    rules = replace(BRACKET, block_missing=True)
    with pytest.raises(tariff.MissingIncome):
        tariff.day_price(rules, MISSING)
    assert tariff.day_price(rules, CONFIDENTIAL).amount == D("104.00")


@pytest.mark.parametrize(
    ("birthdate", "expected"),
    [
        (date(2021, 1, 2), "111.00"),
        (date(2019, 9, 1), "111.00"),
        (date(2019, 8, 31), "92.50"),
        (date(2021, 3, 1), "111.00"),
        (date(2021, 3, 2), "92.50"),
        (None, "92.50"),
    ],
)
def test_babies_up_to_18_months_pay_20_percent_more(birthdate, expected):
    assert price(SUNNESCHYN, 6200, birthdate=birthdate, day=MARCH) == D(expected)


def test_the_narrowest_age_class_wins():
    rules = replace(
        BRACKET,
        ages=(tariff.AgeSurcharge(36, D(10)), tariff.AgeSurcharge(18, D(20))),
    )
    assert price(rules, 6200, birthdate=date(2020, 6, 1), day=MARCH) == D("111.00")
    assert price(rules, 6200, birthdate=date(2019, 1, 1), day=MARCH) == D("101.75")


def test_incomplete_tariffs_say_so():
    with pytest.raises(tariff.TariffError):
        price(tariff.Tariff(), 5000)
    with pytest.raises(tariff.TariffError):
        price(tariff.Tariff(kind="linear", maximum=D(120)), 5000)
    with pytest.raises(tariff.TariffError):
        tariff.day_price(tariff.Tariff(), CONFIDENTIAL)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2019, 8, 31), 18, date(2021, 2, 28)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 12, 15), 1, date(2021, 1, 15)),
        (date(2021, 1, 31), 3, date(2021, 4, 30)),
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
    ],
)
def test_add_months(day, months, expected):
    assert tariff.add_months(day, months) == expected


def test_every_step_is_a_known_code_and_becomes_json():
    income = core.incomes.household_income(incomes(5000, 1200), MARCH)
    for rules in (BRACKET, LINEAR, SUNNESCHYN):
        found = tariff.day_price(rules, income, date(2021, 1, 2), MARCH)
        assert all(s.code in core.steps.CODES for s in found.steps)
        code, values = found.steps[-1].as_json()
        assert values["price"] == f"{found.amount}"
