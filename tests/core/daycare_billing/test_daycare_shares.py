"""Separated parents: everybody's part, and no centime more or less."""

from decimal import Decimal as D
from random import Random

import pytest

from .daycare_billing_samples import core

shares = core.shares
Share = shares.Share


def parts(amount, *percents):
    others = [Share(n, D(percent)) for n, percent in enumerate(percents, 1)]
    return shares.divide(D(amount), "debtor", others)


@pytest.mark.parametrize(
    ("amount", "percents", "expected"),
    [
        ("1295.00", [], {"debtor": D("1295.00")}),
        ("1295.00", ["40"], {"debtor": D("777.00"), 1: D("518.00")}),
        # 0.005 each: the first of equals, the debtor, pays the odd centime
        ("0.01", ["50"], {"debtor": D("0.01")}),
        (
            "100.00",
            ["33.33", "33.33"],
            {"debtor": D("33.34"), 1: D("33.33"), 2: D("33.33")},
        ),
        ("92.55", ["33.33"], {"debtor": D("61.70"), 1: D("30.85")}),
        ("50.00", ["100"], {1: D("50.00")}),
        ("-92.55", ["33.33"], {"debtor": D("-61.70"), 1: D("-30.85")}),
        ("0.00", ["50"], {}),
    ],
)
def test_who_pays_what(amount, percents, expected):
    assert parts(amount, *percents) == expected


def test_who_pays_twice_pays_the_sum():
    others = [Share("father", D(25)), Share("debtor", D(10)), Share("father", D(25))]
    assert shares.divide(D("200.00"), "debtor", others) == {
        "debtor": D("100.00"),
        "father": D("100.00"),
    }


@pytest.mark.parametrize("seed", range(200))
def test_parts_add_up_and_credits_mirror(seed):
    dice = Random(seed)
    amount = D(dice.randint(1, 1_000_000)) / 100
    percents = [D(dice.randint(1, 2500)) / 100 for _ in range(dice.randint(0, 4))]
    found = parts(amount, *percents)
    assert sum(found.values()) == amount
    assert parts(-amount, *percents) == {k: -v for k, v in found.items()}
    for number, percent in enumerate(percents, 1):
        assert abs(found.get(number, 0) - amount * percent / 100) < D("0.01")
