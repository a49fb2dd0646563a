"""Unit prices: spec 5.3."""

from decimal import Decimal

import pytest
from sofi_primmo_core import unit_price as price
from sofi_primmo_core.service_code import ServiceCode, ServiceCodeError, parse

TABLE = [
    ("200110", "60.00", 1, "60", "60.00"),
    ("200120", "60.00", 2, "30", "30.00"),
    ("200130", "310.00", 3, "103.333333", "103.33"),
    ("200215", "40.00", 1, "40", "40.00"),
    ("200235", "48.00", 1, "48", "48.00"),
    ("200301", "12.50", 1, "12.5", "12.50"),
    ("200409", "25.00", 1, "25", "25.00"),
    ("200523", "8.00", 1, "8", "8.00"),
    ("200583", "30.00", 1, "30", "30.00"),
    ("100110", "280.00", 28, "10", "10.00"),
    ("100120", "280.00", 56, "5", "5.00"),
    ("100130", "310.00", 84, "3.690476", "3.69"),
    ("100215", "40.00", 4, "10", "10.00"),
    ("100235", "96.00", 12, "8", "8.00"),
    ("100275", "280.00", 28, "10", "10.00"),
    ("100155", "55.55", 20, "2.7775", "2.78"),
    ("100190", "100.00", 252, "0.396825", "0.40"),
    ("100301", "12.50", 1, "12.5", "12.50"),
    ("100409", "25.00", 1, "25", "25.00"),
    ("100523", "8.00", 1, "8", "8.00"),
    ("117000", "45.00", 1, "45", "45.00"),
]


@pytest.mark.parametrize(("code", "monthly", "divisor", "exact", "exported"), TABLE)
def test_table(code, monthly, divisor, exact, exported):
    found = price.unit_price(code, Decimal(monthly))
    assert price.divisor(parse(code)) == divisor
    assert isinstance(found, Decimal)
    assert found.quantize(Decimal("0.000001")) == Decimal(exact)
    assert str(price.to_cents(found)) == exported


def test_result_is_not_rounded():
    assert price.unit_price("200130", "310") * 3 == pytest.approx(Decimal(310))
    assert price.unit_price("200130", "310") != Decimal("103.33")


def test_a_parsed_code_is_taken_as_well():
    assert price.unit_price(parse("100235"), "96.00") == Decimal(8)


@pytest.mark.parametrize(("frq", "frh"), [(0, 7), (1, 0)])
def test_zero_frequency_raises(frq, frh):
    with pytest.raises(ZeroDivisionError):
        price.unit_price(ServiceCode("200000", "sac", frq, frh), "10")


def test_invalid_code_raises():
    with pytest.raises(ServiceCodeError):
        price.unit_price("201500", "10")


@pytest.mark.parametrize(
    ("sofi", "different"),
    [("103.33", False), ("103.34", True), ("103.32", True), ("103.333333", False)],
)
def test_control_against_the_price_in_sofi(sofi, different):
    assert price.differs(Decimal(sofi), "200130", "310.00") is different


def test_half_a_cent_goes_up():
    assert str(price.to_cents(Decimal("2.775"))) == "2.78"
    assert str(price.to_cents(Decimal("0.005"))) == "0.01"
