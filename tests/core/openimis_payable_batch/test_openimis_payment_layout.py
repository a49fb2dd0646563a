"""Payment files: what a bank reads is what was approved, or there is no file."""

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest

from tests_core_loader import load_core

load_core("openimis_payable_batch")
from openimis_payable_batch_core import payment_layout as layouts  # noqa: E402
from openimis_payable_batch_core.pattern import is_quick  # noqa: E402

COLUMNS = (
    layouts.Column("account", "account", width=15, required=True),
    layouts.Column("amount", "amount", width=10),
    layouts.Column("day", "date"),
    layouts.Column("name", "holder", width=12),
    layouts.Column("reference", "reference", width=13),
    layouts.Column("kind", prefix="SALARY"),
)
LAYOUT = layouts.Layout(COLUMNS)


def payment(**values):
    """Return a payment, with what is said of it."""
    return {
        **dict.fromkeys(layouts.TYPES, ""),
        "account": "2250701020304",
        "amount": Decimal("540.50"),
        "currency": "XOF",
        "date": date(2026, 1, 31),
        "holder": "Centre",
        "reference": "OI20260000001",
        "total": Decimal("540.50"),
        **values,
    }


def written(layout, *payments):
    """Return the cells of a file, without its heading."""
    result = layouts.write(layout, payments)
    assert not result.faults
    text = result.content.decode(layout.encoding)
    return list(csv.reader(StringIO(text), delimiter=layout.separator))[1:]


def faults(layout, *payments):
    """Return (row, code) of what stands in the way; there is no file then."""
    result = layouts.write(layout, payments)
    assert not result.content
    return [(fault.row, fault.code) for fault in result.faults]


def test_a_line_says_what_was_approved():
    assert written(LAYOUT, payment()) == [
        ["2250701020304", "540.50", "2026-01-31", "Centre", "OI20260000001", "SALARY"]
    ]


def test_signs_days_and_separators_are_data():
    layout = replace(
        LAYOUT,
        separator=";",
        decimal_sign=",",
        date_format="%d.%m.%Y",
        line_end="\n",
        heading=False,
    )
    content = layouts.write(layout, [payment(holder='A; "B"')]).content
    assert content == (
        b'2250701020304;540,50;31.01.2026;"A; ""B""";OI20260000001;SALARY\n'
    )


def test_a_text_is_cut_spelt_and_kept_on_one_line():
    layout = replace(LAYOUT, encoding="ascii")
    (row,) = written(layout, payment(holder="Hôpital\nde la Côte"))
    assert row[3] == "Hopital de l"
    (row,) = written(layout, payment(holder="=1+1"))
    assert row[3] == "1+1"


@pytest.mark.parametrize(
    ("checks", "values", "code"),
    [
        ({}, {"account": ""}, "no_value"),
        ({}, {"account": "2" * 16}, "too_wide"),
        ({}, {"reference": "OI2026000000\u00e9"}, None),
        ({"encoding": "ascii"}, {"reference": "OI-\u00e9"}, "unwritable"),
        ({}, {"reference": "OI\n1"}, "unwritable"),
        ({"account_pattern": "[0-9]{5}"}, {}, "account"),
        ({"account_pattern": "[0-9]{13}"}, {}, None),
        ({"amount_least": Decimal(600)}, {}, "too_little"),
        ({"amount_most": Decimal(540)}, {}, "too_much"),
        ({"amount_most": Decimal("540.5")}, {}, None),
        ({"decimals": 0}, {}, "decimals"),
        ({"decimals": 0}, {"amount": Decimal("540.00")}, None),
        ({"currencies": ("EUR",)}, {}, "currency"),
        ({"currencies": ("XOF",)}, {}, None),
    ],
)
def test_what_a_file_does_not_take(checks, values, code):
    layout = replace(LAYOUT, **checks)
    if code:
        assert faults(layout, payment(), payment(**values))[-1] == (1, code)
    else:
        assert written(layout, payment(**values))


def test_one_bad_payment_leaves_no_file_and_all_are_named():
    layout = replace(LAYOUT, amount_most=Decimal(500), rows_most=2)
    good = payment(amount=Decimal(1))
    assert faults(layout, payment(), good, payment()) == [
        (None, "too_many"),
        (0, "too_much"),
        (2, "too_much"),
    ]


SLOW = (
    "([0-9]+)+",
    "([0-9]*)*x",
    "([0-9]?){60}",
    "[0-9]?" * 16,
    "[0-9]*" * 8,
    "([0-9]|[0-9]A)+",
    "(?:0|00){20}",
    "(?=([0-9]+)+x)",
    r"([0-9]+)\1",
)
QUICK = (
    "[0-9]{10,34}",
    r"\+?[0-9]{8,15}",
    "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}",
    "(225|00225)?(01|05|07|25|27)[0-9]{8}",
    "(BE|FR|CH)[0-9]+",
    "([A-Z]{2}[0-9]{4}){3}",
)


@pytest.mark.parametrize("pattern", SLOW)
def test_a_description_that_would_never_end_fits_nothing(pattern):
    layout = replace(LAYOUT, account_pattern=pattern)
    assert not layouts.fits_account(layout, "1" * 60 + "!")
    assert not layouts.fits_account(layout, "1" * 60)


@pytest.mark.parametrize("pattern", QUICK)
def test_descriptions_of_accounts_are_quick(pattern):
    assert is_quick(pattern)


def test_what_is_longer_than_any_account_is_none():
    layout = replace(LAYOUT, account_pattern="[0-9]+")
    assert layouts.fits_account(layout, "1" * 64)
    assert not layouts.fits_account(layout, "1" * 65)
