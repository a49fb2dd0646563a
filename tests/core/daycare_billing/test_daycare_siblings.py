from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from .daycare_billing_samples import BRACKET, core

siblings = core.siblings
EACH = replace(BRACKET, sibling_mode="each", siblings=((2, D(30)), (3, D(40))))
SECOND = replace(BRACKET, sibling_mode="from_second", siblings=((2, D(20)), (3, D(50))))


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ({"a": (1, None), "b": (1, 2)}, [["a", "b"]]),
        ({"a": (1, 2), "b": (2, 1)}, [["a", "b"]]),
        ({"a": (1, 2), "b": (2, 1), "c": (2, None)}, [["a", "b", "c"]]),
        ({"a": (1, 2), "b": (3, 2)}, [["a"], ["b"]]),
        ({"a": (1, None), "b": (2, None)}, [["a"], ["b"]]),
        ({"a": (None, None), "b": (None, None)}, [["a"], ["b"]]),
        ({}, []),
    ],
)
def test_households(children, expected):
    assert siblings.households(children) == expected


def test_dearest_child_is_first_and_the_unplaced_do_not_count():
    totals = [("tom", D(370), None), ("melody", D(1110), None), ("colin", D(0), None)]
    assert siblings.ranks(totals) == {"melody": 1, "tom": 2}


def test_twins_at_the_same_price_the_elder_first():
    totals = [
        ("b", D(10), date(2020, 2, 1)),
        ("a", D(10), date(2020, 1, 1)),
        ("c", D(10), None),
    ]
    assert siblings.ranks(totals) == {"a": 1, "b": 2, "c": 3}


@pytest.mark.parametrize(
    ("tariff", "rank", "count", "percent"),
    [
        (BRACKET, 2, 3, 0),
        (EACH, 1, 1, 0),
        (EACH, 1, 2, 30),
        (EACH, 2, 2, 30),
        (EACH, 1, 3, 40),
        (EACH, 3, 5, 40),
        (SECOND, 1, 2, 0),
        (SECOND, 2, 2, 20),
        (SECOND, 3, 3, 50),
        (SECOND, 4, 4, 50),
    ],
)
def test_rebate(tariff, rank, count, percent):
    assert siblings.rebate_percent(tariff, rank, count) == percent
