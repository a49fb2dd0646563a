"""The tax credit for seniors: from which day services count, and what adds up."""

from datetime import date
from decimal import Decimal

import pytest
from sofi_primmo_core import home_support
from sofi_primmo_core.home_support import ELIGIBLE, NOT_ELIGIBLE, Row


@pytest.mark.parametrize(
    ("born", "seventieth", "young"),
    [
        (None, None, False),
        (date(1940, 5, 2), None, False),
        (date(1955, 1, 1), date(2025, 1, 1), False),
        (date(1955, 12, 31), date(2025, 12, 31), False),
        (date(1956, 1, 1), None, True),
    ],
)
def test_the_seventieth_birthday(born, seventieth, young):
    assert home_support.seventieth(born, 2025) == seventieth
    assert home_support.is_too_young(born, 2025) is young


def test_who_is_born_on_a_leap_day():
    assert home_support.seventieth(date(1956, 2, 29), 2026) == date(2026, 3, 1)


def test_rows_of_one_service_add_up_whenever_they_were_given():
    rows = [
        Row("200120", "Bain", ELIGIBLE, 2, Decimal("24.00"), early=True),
        Row("200120", "Bain", ELIGIBLE, 1, Decimal("12.10")),
        Row("200301", "Coiffure", NOT_ELIGIBLE, 1, Decimal("30.00"), early=True),
    ]
    found = home_support.statement(rows)
    [bath] = found.sections[ELIGIBLE]
    assert (bath.count, bath.amount) == (3, Decimal("36.10"))
    assert found.early == Decimal("24.00")
    assert found.counted() == Decimal("12.10")
    assert found.total() == Decimal("66.10")
