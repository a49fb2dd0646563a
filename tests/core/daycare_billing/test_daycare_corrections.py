from decimal import Decimal as D

import pytest

from .daycare_billing_samples import core

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
