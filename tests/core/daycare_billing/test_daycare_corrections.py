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
    parts = split(D("100.05"), "debtor", rules)
    assert parts == [(payer, D(amount)) for payer, amount in expected]
    assert sum(amount for _payer, amount in parts) == D("100.05")


def test_nothing_to_split():
    assert split(D(0), "debtor", [Subsidy("commune", "percent", D(50))]) == []
