"""Published tariffs of real centres, rebuilt from their figures with what can be typed.

- Kinderkrippe Sunneschyn, Langendorf and Oberdorf SO: kinderkrippe-sunneschyn.ch, page
  of its tariffs; it names no year. Ten levels of income, 20 % more up to a year and a
  half, 20 % less from the second child on, the dearest one first.
- Commune of Thalheim ZH, regulation of parents' contributions in force from 2015-01-01:
  thalheim.ch, news of 2014-08-12. 1.15 per mille of the yearly income a day, CHF 20.00
  at least and CHF 110.00 at most; what it says of children below a year and a half is
  only their maximum, so they are left out here.

What the first has and no tariff here can say: prices of two thirds of a day that are
not two thirds of the day's (level 2: 32.50 for 48.50).
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from random import Random

import pytest

from .daycare_billing_samples import FULL, MARCH, SUNNESCHYN, core, month, page, week

CENT = D("0.01")
HALF = D("0.5")
INFANT, TODDLER = date(2020, 3, 1), date(2018, 5, 5)
# Yearly income, price of a full day, and of one up to a year and a half.
LEVELS = [
    ("0", "40.50", "48.60"),
    ("35999", "40.50", "48.60"),
    ("36000", "48.50", "58.20"),
    ("42000", "56.50", "67.80"),
    ("48000", "64.50", "77.40"),
    ("54000", "73.50", "88.20"),
    ("60000", "81.00", "97.20"),
    ("66000", "86.50", "103.80"),
    ("72000", "92.50", "111.00"),
    ("78000", "98.00", "117.60"),
    ("89999", "98.00", "117.60"),
    ("90000", "104.00", "124.80"),
    ("250000", "104.00", "124.80"),
]
#: As typed: centimes, so the deduction and the ceiling are rounded to them.
THALHEIM = core.tariff.Tariff(
    kind="linear",
    minimum=D(20),
    maximum=D(110),
    deduction=D("17391.30"),
    ceiling=D("78260.87"),
    rounding=CENT,
)


def price(tariff, yearly, birthdate=TODDLER):
    """Price of a full day for a household of one guardian."""
    pages = [core.incomes.IncomePage(date(2020, 1, 1), D(yearly), annual=True)]
    income = core.incomes.household_income([pages], MARCH)
    return core.tariff.day_price(tariff, income, birthdate, MARCH).amount


@pytest.mark.parametrize(("yearly", "full", "infant"), LEVELS)
def test_sunneschyn_levels(yearly, full, infant):
    assert price(SUNNESCHYN, yearly) == D(full)
    assert price(SUNNESCHYN, yearly, INFANT) == D(infant)


def test_sunneschyn_unknown_income_pays_the_highest_level():
    unknown = core.incomes.household_income([], MARCH)
    assert core.tariff.day_price(SUNNESCHYN, unknown).amount == D("104.00")


def test_sunneschyn_second_child_pays_a_fifth_less_of_the_lower_amount():
    pages = core.incomes.IncomePage(date(2020, 1, 1), D(72000), annual=True)
    children = [
        core.calculation.Child("two days", (page(),), ((pages,),), TODDLER),
        core.calculation.Child(
            "one day", (page(days=week(mo=FULL)),), ((pages,),), TODDLER
        ),
    ]
    found = core.calculation.household_month(
        children, month(MARCH), {"NUR1": SUNNESCHYN}
    )
    assert found["two days"].amount == D("1295.00")  # 14 days at 92.50
    assert found["one day"].amount == 5 * D("74.00")


def thalheim(yearly):
    """The regulation's own words, half up to the centime."""
    exact = min(max(D(yearly) * D("0.00115"), D(20)), D(110))
    return (exact / CENT + HALF).to_integral_value("ROUND_FLOOR") * CENT


@pytest.mark.parametrize(
    ("yearly", "expected"),
    [
        (0, "20.00"),
        (17391, "20.00"),
        (17400, "20.01"),
        (50000, "57.50"),
        (65432, "75.25"),
        (95652, "110.00"),
        (200000, "110.00"),
    ],
)
def test_thalheim(yearly, expected):
    assert thalheim(yearly) == D(expected)
    assert price(THALHEIM, yearly) == D(expected)


def test_thalheim_of_any_income_in_francs():
    dice = Random(2015)
    incomes = [dice.randint(0, 150_000) for _ in range(3000)]
    for yearly in [*incomes, *range(0, 150_000, 100)]:
        assert price(THALHEIM, yearly) == thalheim(yearly), yearly


def test_thalheim_rounded_to_five_centimes():
    rounded = replace(THALHEIM, rounding=D("0.05"))
    assert price(rounded, 65432) == D("75.25")
    assert price(rounded, 50020) == D("57.50")
