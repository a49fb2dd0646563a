"""Minutes stay minutes until the price: a second calculation, in fractions."""

from fractions import Fraction

import pytest

from .daycare_billing_samples import core
from .test_daycare_calculation import D, child, due, page

tariff = core.tariff


def half_up(amount, step):
    """Return a positive fraction rounded half up to a multiple of `step`."""
    steps = Fraction(amount) / Fraction(step) + Fraction(1, 2)
    return (steps.numerator // steps.denominator) * Fraction(step)


def hourly(price, begin, end, **rules):
    """Return what one Monday of these minutes costs, and how it is explained."""
    hours = [(D(begin) / 60, D(end) / 60)]
    week = {0: core.planning.presence(hours=hours)}
    rules = tariff.Tariff(brackets=((D(0), D(price)),), **rules)
    return due(rules, child(page(days=week)))["melody"]


def test_reported_case():
    """11:30 to 12:35 of ten hours at 63.00 is 6.825."""
    assert hourly("63.00", 690, 755).items[0].unit == D("6.85")


@pytest.mark.parametrize("price", ["63.00", "92.50", "47.35", "118.80", "55.05"])
@pytest.mark.parametrize("reference", ["10", "9", "8.5", "11.25"])
def test_every_span(price, reference):
    for begin in (395, 421, 690):
        for minutes in range(5, 330, 5):
            item = hourly(
                price, begin, begin + minutes, reference_hours=D(reference)
            ).items[0]
            exact = Fraction(price) * minutes / (60 * Fraction(reference))
            wanted = half_up(min(exact, Fraction(price)), "0.05")
            assert Fraction(item.unit) == wanted, (begin, minutes)


def test_flat_weeks_of_odd_minutes():
    for minutes in range(5, 330, 5):
        item = hourly(
            "63.00",
            420,
            420 + minutes,
            month_method=tariff.FLAT,
            weeks=D("4.25"),
            months_billed=D("11.5"),
        ).items[0]
        week = Fraction(63) * minutes / 600
        wanted = half_up(week * Fraction("4.25") * Fraction("11.5") / 12, "0.01")
        assert Fraction(item.unit) == wanted, minutes


def test_explanation_has_sensible_hours():
    item = hourly("63.00", 690, 755).items[0]
    days = next(s for s in item.steps if s.code == "days_hours")
    assert days.values["hours"] == "1:05"
    assert days.values["reference"] == "10"
    assert days.values["percent"] == "10.8333"
    for step in item.steps:
        for value in step.as_json()[1].values():
            assert len(str(value).partition(".")[2]) <= 4
