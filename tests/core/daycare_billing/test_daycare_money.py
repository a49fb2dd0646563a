from decimal import Decimal as D

import pytest

from .daycare_billing_samples import core

round_to = core.money.round_to


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [
        ("92.352", "0.05", "92.35"),
        ("84.576", "0.05", "84.60"),
        ("46.175", "0.05", "46.20"),
        ("39.3125", "0.05", "39.30"),
        ("634.2857", "0.01", "634.29"),
        ("634.29", "0.05", "634.30"),
        ("1130.234375", "0.01", "1130.23"),
        ("1130.23", "0.05", "1130.25"),
        ("0.025", "0.05", "0.05"),
        ("0.0249", "0.05", "0.00"),
        ("-0.025", "0.05", "-0.05"),
        ("-475.714", "0.01", "-475.71"),
        ("10", "1", "10.00"),
        ("1.23456", "0", "1.23456"),
    ],
)
def test_half_up(amount, step, expected):
    rounded = round_to(D(amount), D(step))
    assert rounded == D(expected)
    assert f"{rounded}" == expected


@pytest.mark.parametrize(
    ("number", "text"),
    [("1.50", "1.5"), ("4.00", "4"), ("100", "100"), ("0.10", "0.1"), ("1E+2", "100")],
)
def test_plain(number, text):
    assert core.money.plain(D(number)) == text


def test_share_of():
    assert core.money.share_of(30) == D("0.3")
