from decimal import Decimal as D

import pytest

from .daycare_billing_samples import core

Subsidy = core.corrections.Subsidy
split = core.corrections.split
difference = core.corrections.difference


def test_a_shortened_page_gives_money_back():
    assert difference({"march": D("634.29")}, {"march": D("1110.00")}) == {
        "march": D("-475.71")
    }


@pytest.mark.parametrize(
    ("due", "billed", "expected"),
    [
        ({}, {}, {}),
        ({"a": D(5)}, {"a": D("5.00")}, {}),
        ({"a": D(5)}, {}, {"a": D(5)}),
        ({}, {"a": D(5)}, {"a": D(-5)}),
        ({"a": D(5), "b": D(2)}, {"b": D(3)}, {"a": D(5), "b": D(-1)}),
    ],
)
def test_difference(due, billed, expected):
    assert difference(due, billed) == expected


@pytest.mark.parametrize(
    ("subsidies", "expected"),
    [
        ([], [("debtor", "100.05")]),
        ([("commune", "percent", "50")], [("commune", "50.03"), ("debtor", "50.02")]),
        ([("commune", "amount", "30")], [("commune", "30"), ("debtor", "70.05")]),
        ([("commune", "amount", "300")], [("commune", "100.05")]),
        ([("commune", "percent", "100")], [("commune", "100.05")]),
        (
            [("commune", "percent", "80"), ("employer", "amount", "40")],
            [("commune", "80.04"), ("employer", "20.01")],
        ),
    ],
)
def test_split_adds_up(subsidies, expected):
    rules = [Subsidy(payer, mode, D(value)) for payer, mode, value in subsidies]
    parts = split({"group": D("100.05")}, "debtor", rules)["group"]
    assert parts == [(payer, D(amount)) for payer, amount in expected]
    assert sum(amount for _payer, amount in parts) == D("100.05")


def test_nothing_to_split():
    rules = [Subsidy("commune", "percent", D(50)), Subsidy("employer", "amount", D(9))]
    assert split({"group": D(0)}, "debtor", rules) == {"group": []}


def test_an_amount_a_month_is_given_once_for_all_groups():
    rules = [
        Subsidy("commune", "amount", D(120)),
        Subsidy("employer", "percent", D(10)),
    ]
    parts = split({"a": D(100), "b": D(50), "c": D(10)}, "debtor", rules)
    assert parts == {
        "a": [("commune", D(100))],
        "b": [("commune", D(20)), ("employer", D(5)), ("debtor", D(25))],
        "c": [("employer", D(1)), ("debtor", D(9))],
    }
