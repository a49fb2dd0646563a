"""Payables on their way to invoice lines, and payment plans."""

from datetime import date
from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.payable import (  # noqa: E402
    Calculation,
    Payable,
    group_payables,
    is_grouped,
)
from openimis_payable_core.plan import Plan  # noqa: E402


def payable(net, **vals):
    return Payable(1, "C", "", D(net), D(net), **vals)


@pytest.mark.parametrize(
    ("policy", "count", "expected"),
    [
        ("auto", 100, False),
        ("auto", 101, True),
        ("grouped", 1, True),
        ("detailed", 5000, False),
    ],
)
def test_is_grouped(policy, count, expected):
    assert is_grouped(policy, count) is expected


def test_groups_by_account_product_tax_and_analytic():
    payables = [
        payable(1, account=1, product=1),
        payable(2, account=2, product=1),
        payable(3, account=1, product=1),
        payable(4, account=1, product=1, taxes=(9,)),
        payable(5, account=1, product=2),
        payable(6, account=1, product=1, analytic="{}"),
    ]
    groups = group_payables(payables)
    assert [sum(p.net for p in group) for group in groups.values()] == [4, 2, 4, 5, 6]


def test_calculation_knows_what_it_found():
    calculation = Calculation()
    calculation.add(1, [payable(2), payable(3)])
    calculation.leave_out(2, "no_price", "No price")
    assert calculation.amounts[1] == 5
    assert [calculation.knows(i) for i in (1, 2, 3)] == [True, True, False]


MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("vals", "expected"),
    [
        ({}, True),
        ({"periodicity": 3}, True),
        ({"periodicity": 2}, False),
        ({"date_from": date(2026, 3, 31)}, True),
        ({"date_from": date(2026, 4, 1)}, False),
        ({"date_to": date(2026, 2, 28)}, False),
    ],
)
def test_plan_pays(vals, expected):
    plan = Plan(
        **{
            "id": 1,
            "code": "P",
            "rate": D(10),
            "lump_sum": D(0),
            "periodicity": 1,
            **vals,
        }
    )
    assert plan.pays(*MARCH) is expected


def test_plan_amount_and_unit_price():
    plan = Plan(1, "P", D("2.5"), D(0), 1)
    assert plan.amount(D(333), D("0.01")) == D("8.33")
    assert plan.unit_price == D("0.025")
