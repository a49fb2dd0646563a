"""Reading and judging charges: spec 3.4 and 4.4; periods: spec 3.4."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sofi_primmo_core import charge as charge_module
from sofi_primmo_core import period
from sofi_primmo_core.const import Skip
from sofi_primmo_core.exceptions import SofiConfigError, SofiProtocolError
from sofi_samples import charge


@pytest.mark.parametrize(
    ("values", "skip", "remarks"),
    [
        ({}, "", ()),
        ({"resident": {"external_id": None}}, "no_external_id", ()),
        ({"resident": {"external_id": "  "}}, "no_external_id", ()),
        ({"service": {"code": ""}}, "service_code_format", ()),
        ({"service": {"code": None}}, "service_code_format", ()),
        ({"service": {"code": "20A01"}}, "service_code_format", ()),
        ({"service": {"code": "300010"}}, "", ("service_code_unknown",)),
        ({"service": {"code": "100215"}}, "", ("not_a_sac",)),
        ({"service": {"code": "117000"}}, "", ("not_a_sac",)),
        ({"currency": "USD"}, "invalid_charge", ()),
        ({"currency": None}, "invalid_charge", ()),
        ({"service_date": None}, "invalid_charge", ()),
        ({"service_date": "2025-11-03T14:05:00"}, "invalid_charge", ()),
        ({"amount": "abc"}, "invalid_charge", ()),
        ({"amount": "NaN"}, "invalid_charge", ()),
        ({"amount": "1e30"}, "invalid_charge", ()),
        ({"amount": "24.01"}, "", ("amount_differs",)),
        ({"amount": "20.00", "discount": "4.00"}, "", ()),
        ({"amount": "0.00", "quantity": "0.00"}, "", ("zero_amount",)),
        ({"amount": "-24.00", "unit_price": "-12.00"}, "", ()),
        ({"service": {"description_fr": None}}, "", ("description_language",)),
    ],
)
def test_judge(values, skip, remarks):
    verdict = charge_module.judge(charge(**values))
    assert (verdict.skip, verdict.remarks) == (skip, remarks)


@pytest.mark.parametrize(
    ("code", "skip"),
    [("300010", "service_code_unknown"), ("100215", "not_a_sac"), ("200120", "")],
)
def test_strict_codes(code, skip):
    one = charge(service={"code": code})
    assert charge_module.judge(one, strict_codes=True).skip == skip


def test_sofis_amount_wins():
    assert charge(amount="24.01").amount == Decimal("24.01")


@pytest.mark.parametrize("amount", [12.1, "12.1", 12.10])
def test_numbers_are_exact(amount):
    assert str(charge(amount=amount).amount) == "12.10"


@pytest.mark.parametrize("row", [None, [], {}, {"id": None}])
def test_a_row_without_id_is_named_by_its_place(row):
    reader = charge_module.Reader("America/Toronto")
    with pytest.raises(SofiProtocolError):
        reader.convert(row)
    found = reader.unnamed(row, "2.17")
    assert found.id == "? 2.17"
    assert charge_module.judge(found).skip == Skip.INVALID_CHARGE


def test_one_long_id_leaves_out_that_charge_only():
    found = charge(id="x" * 37)
    assert (found.id, found.problem) == ("x" * 37, "id")
    assert charge_module.judge(found).skip == Skip.INVALID_CHARGE


def test_field_names_are_data():
    names = {"id": "ChargeId", "amount": "Total"}
    reader = charge_module.Reader("UTC", lambda name: names.get(name, name))
    found = reader.convert({"ChargeId": 7, "Total": "5"})
    assert (found.id, found.amount) == ("7", Decimal("5.00"))


def test_a_charge_shows_no_name_in_its_problem():
    one = charge(currency="USD", resident={"last_name": "Tremblay"})
    assert one.problem == "currency"


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("", "", (None, None)),
        (None, None, (None, None)),
        ("2025-11-02", "2025-11-02", ("2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z")),
        ("2025-03-09", "2025-03-09", ("2025-03-09T05:00:00Z", "2025-03-10T04:00:00Z")),
        ("2025-11-02T04:00:00Z", None, ("2025-11-02T04:00:00Z", None)),
        (None, "2025-11-02T04:00:00Z", (None, "2025-11-02T04:00:01Z")),
        ("2025-11-02T04:00:00Z", "2025-11-02T04:00:00Z")
        + (("2025-11-02T04:00:00Z", "2025-11-02T04:00:01Z"),),
    ],
)
def test_period(start, end, expected):
    assert period.read(start, end, "America/Toronto").parameters() == expected


def test_both_ends_of_an_instant_are_included():
    both = period.read("2025-11-02T04:00:00Z", "2025-11-02T05:00:00Z", "UTC")
    assert datetime(2025, 11, 2, 4, tzinfo=UTC) in both
    assert datetime(2025, 11, 2, 5, tzinfo=UTC) in both
    assert datetime(2025, 11, 2, 5, 0, 1, tzinfo=UTC) not in both


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2025-11-03", "2025-11-02", "period_order"),
        ("2025-11-03T00:00:00Z", "2025-11-02T00:00:00Z", "period_order"),
        ("2025-02-30", "", "period_format"),
        ("03.11.2025", "", "period_format"),
        ("2025-11-03T00:00:00", "", "period_format"),
        ("", "9999-12-31", "period_format"),
    ],
)
def test_bad_periods(start, end, code):
    with pytest.raises(SofiConfigError) as caught:
        period.read(start, end, "America/Toronto")
    assert caught.value.code == code
