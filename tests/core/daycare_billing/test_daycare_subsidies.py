"""Third parties' part of the care, whole months and parts of a month."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from .daycare_billing_samples import (
    BRACKET,
    FULL,
    MARCH,
    ST_JOSEPH,
    core,
    incomes,
    month,
    page,
    week,
)

Subsidy = core.subsidies.Subsidy
FLAT = replace(BRACKET, month_method="flat")
EARLY = date(2021, 1, 1)
THE_14TH, THE_15TH = date(2021, 3, 14), date(2021, 3, 15)


def care(*pages, tariff=BRACKET, closed=None):
    """Positions of Melody's March: 14 days, 1295.00, or flat 1110.00."""
    child = core.calculation.Child("melody", pages or (page(),), incomes(5000, 1200))
    tariffs = {"NUR1": tariff, "NUR2": tariff}
    month_ = month(MARCH, closed)
    return core.calculation.household_month([child], month_, tariffs)["melody"].items


def subsidies(*rules):
    """Subsidies from (payer, mode, value[, first[, last]])."""
    return [
        Subsidy(payer, mode, D(value), *dates) for payer, mode, value, *dates in rules
    ]


def shares(items, *rules):
    """Who pays what of the care in NUR1."""
    return core.subsidies.split(items, "debtor", subsidies(*rules))["NUR1"]


def francs(**amounts):
    return {payer: D(amount) for payer, amount in amounts.items()}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], francs(debtor="1295")),
        (
            [("commune", "percent", "33.33")],
            francs(debtor="863.38", commune="431.62"),
        ),
        ([("commune", "amount", "30")], francs(debtor="1265", commune="30")),
        ([("commune", "amount", "3000")], francs(commune="1295")),
        ([("commune", "percent", "100")], francs(commune="1295")),
        (
            [("commune", "percent", "80"), ("employer", "amount", "400")],
            francs(commune="1036", employer="259"),
        ),
        # Percentages count on the whole care, whatever was given before.
        (
            [("employer", "amount", "500"), ("commune", "percent", "50")],
            francs(debtor="147.50", employer="500", commune="647.50"),
        ),
        # Somebody who pays twice.
        (
            [("commune", "percent", "25"), ("commune", "amount", "200")],
            francs(debtor="771.25", commune="523.75"),
        ),
        (
            [("debtor", "percent", "25"), ("commune", "amount", "200")],
            francs(debtor="1095", commune="200"),
        ),
    ],
)
def test_a_whole_month_adds_up(rules, expected):
    assert shares(care(), *rules) == expected
    assert sum(expected.values()) == D(1295)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # 8 of 14 days from the 15th on: 740.00 of 1295.00.
        (("percent", "50", THE_15TH), "370.00"),
        (("percent", "50", EARLY, THE_14TH), "277.50"),
        (("percent", "100", THE_15TH), "740.00"),
        # 200 × 8/14 = 114.2857…
        (("amount", "200", THE_15TH), "114.29"),
        (("amount", "200", EARLY, THE_14TH), "85.71"),
        (("amount", "5000", THE_15TH), "740.00"),
        # The last day counts, and so does one on which the child is not there.
        (("percent", "100", EARLY, date(2021, 3, 1)), "92.50"),
        (("percent", "100", date(2021, 3, 6), date(2021, 3, 7)), "0"),
        (("amount", "200", date(2021, 3, 6), date(2021, 3, 7)), "0"),
        (("amount", "200", date(2021, 3, 1), date(2021, 3, 31)), "200"),
    ],
)
def test_a_part_of_a_month_by_its_billed_days(rule, expected):
    paid = shares(care(), ("commune", *rule))
    assert paid.get("commune", 0) == D(expected)
    assert sum(paid.values()) == D(1295)


def test_a_flat_month_by_its_billed_days():
    """1110.00 × 8/14 = 634.29, of which half is 317.145."""
    items = care(tariff=FLAT)
    assert shares(items, ("commune", "percent", "50", THE_15TH)) == francs(
        debtor="792.85", commune="317.15"
    )
    assert shares(
        items,
        ("former", "percent", "100", EARLY, THE_14TH),
        ("commune", "percent", "100", THE_15TH),
    ) == francs(former="475.71", commune="634.29")


def test_a_subsidy_pays_no_days_on_which_it_is_not_in_force():
    """The commune pays all of the second half: the employer can but help before."""
    rules = [
        ("commune", "percent", "100", THE_15TH),
        ("employer", "amount", "300"),
    ]
    assert shares(care(), *rules) == francs(debtor="255", commune="740", employer="300")
    late = ("employer", "amount", "300", THE_15TH)
    assert shares(care(), rules[0], late) == francs(debtor="555", commune="740")


def test_closed_days_that_are_not_billed_do_not_count():
    tariff = replace(BRACKET, closures="not_billed")
    items = care(tariff=tariff, closed={None: {ST_JOSEPH}})
    # 7.5 of 13.5 days from the 15th on.
    assert shares(items, ("commune", "amount", "200", THE_15TH)) == francs(
        debtor="1137.64", commune="111.11"
    )


def test_an_amount_a_month_is_given_once_for_all_groups():
    second = page(days=week(we=FULL), group="NUR2", key=2)
    split = core.subsidies.split(
        care(page(), second),
        "debtor",
        subsidies(("commune", "amount", "1400"), ("employer", "percent", "10")),
    )
    assert split == {
        "NUR1": francs(commune="1295"),
        "NUR2": francs(debtor="311.25", commune="105", employer="46.25"),
    }


def test_nothing_to_split():
    free = replace(BRACKET, brackets=((D(0), D(0)),))
    assert shares(care(tariff=free), ("commune", "percent", "50")) == {}
    assert core.subsidies.split((), "debtor", subsidies(("c", "amount", "9"))) == {}


def test_explained():
    rules = [
        Subsidy("1", "percent", D("33.30"), THE_15TH, None, "Commune"),
        Subsidy("2", "amount", D("200.00"), EARLY, THE_14TH, "Employer"),
    ]
    assert [s.as_json() for s in core.subsidies.explain(care(), rules)] == [
        [
            "subsidy_percent",
            {"name": "Commune", "value": "33.3", "days": "8", "full": "14"},
        ],
        [
            "subsidy_amount",
            {
                "name": "Employer",
                "value": "200",
                "days": "6",
                "full": "14",
                "amount": "85.71",
            },
        ],
    ]
