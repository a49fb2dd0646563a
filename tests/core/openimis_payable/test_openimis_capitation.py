"""Capitation: the worked example of openimis.md section 3.2 and its cents."""

import random
from collections import defaultdict
from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.capitation import INDICATORS, capitate  # noqa: E402

WEIGHTS = {
    "population": D(30),
    "insured_population": D(30),
    "nb_visits": D(20),
    "adjusted_amount": D(20),
}


def indicators(population, insured, visits, adjusted):
    return {
        "population": D(population),
        "insured_population": D(insured),
        "nb_visits": D(visits),
        "adjusted_amount": D(adjusted),
    }


FACILITIES = {"A": indicators(600, 30, 12, 500), "B": indicators(400, 10, 8, 300)}


def by_facility(parts):
    totals = defaultdict(D)
    for part in parts:
        totals[part.facility] += part.amount
    return dict(totals)


def test_worked_example():
    parts = capitate(D(10000), D(80), WEIGHTS, FACILITIES)
    assert by_facility(parts) == {"A": D(5200), "B": D(2800)}


@pytest.mark.parametrize(
    ("facility", "indicator", "quantity", "unit_price", "amount"),
    [
        ("A", "population", 600, "10", 1440),
        ("A", "insured_population", 30, "250", 1800),
        ("A", "nb_visits", 12, "500", 960),
        ("A", "adjusted_amount", 500, "12.5", 1000),
        ("B", "population", 400, "10", 960),
        ("B", "insured_population", 10, "250", 600),
        ("B", "nb_visits", 8, "500", 640),
        ("B", "adjusted_amount", 300, "12.5", 600),
    ],
)
def test_parts_of_the_example(facility, indicator, quantity, unit_price, amount):
    parts = capitate(D(10000), D(80), WEIGHTS, FACILITIES)
    [part] = [p for p in parts if (p.facility, p.indicator) == (facility, indicator)]
    assert part.quantity == quantity
    assert part.unit_price == D(unit_price)
    assert part.amount == amount
    assert part.gross * (1 - part.discount_rate) == amount


def test_discount_rate_of_the_source_document():
    parts = capitate(D(10000), D(80), WEIGHTS, FACILITIES)
    assert parts[0].discount_rate == D("0.76")


def test_without_indicators_nothing_is_due():
    assert capitate(D(10000), D(80), WEIGHTS, {"A": {}, "B": {}}) == []
    assert capitate(D(10000), D(80), {}, FACILITIES) == []


def test_facility_with_one_indicator_only_is_paid():
    parts = capitate(
        D(100),
        D(100),
        {"nb_visits": D(50), "population": D(50)},
        {"A": {"nb_visits": D(1)}, "B": {"population": D(7)}},
    )
    assert by_facility(parts) == {"A": D(50), "B": D(50)}


@pytest.mark.parametrize("seed", range(30))
def test_bills_add_up_to_the_pot(seed):
    rng = random.Random(seed)
    weights = {i: D(rng.randint(0, 5000)) / 300 for i in INDICATORS}
    facilities = {
        n: {i: D(rng.randint(0, 1000)) for i in INDICATORS}
        for n in range(rng.randint(1, 40))
    }
    allocated = D(rng.randint(1, 10**9)) / 97
    share = D(rng.randint(1, 100))
    parts = capitate(allocated, share, weights, facilities)
    used = [
        i for i in INDICATORS if weights[i] and any(f[i] for f in facilities.values())
    ]
    pot = sum(allocated * share / 100 * weights[i] / 100 for i in used)
    assert sum(part.amount for part in parts) == round(pot, 2)
    for part in parts:
        exact = part.gross * (1 - part.discount_rate)
        assert abs(part.amount - exact) < D("0.02")
