from datetime import date
from decimal import Decimal as D

import pytest

from .daycare_billing_samples import MARCH, core, incomes

household_income = core.incomes.household_income
Page = core.incomes.IncomePage
BOTH, REVE = (D(1), D(1)), (D(1), D("0.5"))


@pytest.mark.parametrize(
    ("pages", "weights", "by_amount", "expected"),
    [
        (incomes(5000, 1200), BOTH, True, 6200),
        (incomes(5000, 1200), REVE, True, 5600),
        (incomes(1200, 5000), REVE, True, 5600),
        (incomes(1200, 5000), REVE, False, 3700),
        (incomes(5000), BOTH, True, 5000),
        (incomes(5000, None), REVE, True, 5000),
        (incomes(None, 5000), REVE, True, 5000),
        (incomes(0), BOTH, True, 0),
        (incomes(60000, annual=True), BOTH, True, 5000),
        (incomes(74400, annual=True), BOTH, True, 6200),
    ],
)
def test_weighted_sum(pages, weights, by_amount, expected):
    income = household_income(pages, MARCH, weights, by_amount)
    assert income.amount == expected
    assert not income.missing
    assert not income.confidential


def test_page_in_force_is_the_latest_begun():
    pages = [
        Page(date(2020, 1, 1), D(4000)),
        Page(date(2021, 3, 1), D(5000)),
        Page(date(2021, 3, 2), D(9000)),
    ]
    assert household_income([pages], MARCH).amount == 5000


def test_income_of_tomorrow_is_missing_today():
    income = household_income(incomes(5000, since=date(2021, 3, 2)), MARCH)
    assert income.missing
    assert income.amount is None


def test_no_page_is_missing_and_zero_is_not():
    assert household_income([(), ()], MARCH).missing
    assert not household_income(incomes(0), MARCH).missing


def test_one_confidential_page_hides_the_household():
    pages = [
        (Page(date(2021, 1, 1), D(5000)),),
        (Page(date(2021, 1, 1), confidential=True),),
    ]
    income = household_income(pages, MARCH)
    assert income.confidential
    assert income.amount is None
    assert not income.missing


def test_a_confidential_page_of_the_past_does_not_count():
    pages = [
        Page(date(2020, 1, 1), confidential=True),
        Page(date(2021, 1, 1), D(5000)),
    ]
    assert household_income([pages], MARCH).amount == 5000


def test_steps_name_every_income():
    explained = household_income(incomes(5000, 1200), MARCH, REVE).steps
    assert [s.code for s in explained] == [
        "income_page",
        "income_page",
        "household_income",
    ]
    assert explained[1].values["monthly"] == D("1200.00")
    assert explained[1].values["percent"] == "50"
    assert explained[2].values["amount"] == D("5600.00")
