"""Worked examples of openimis.md section 3.1: what a claim is worth."""

from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.valuation import (  # noqa: E402
    ClaimLine,
    header_disagrees,
    line_net,
    valuate,
)

SERVICE = {"qty_provided": D(2), "price_asked": D(100)}
ITEM = {"qty_provided": D(3), "price_asked": D(100)}


def claim(service=None, item=None):
    return [
        ("K", ClaimLine(**{**SERVICE, **(service or {})})),
        ("K", ClaimLine(**{**ITEM, **(item or {})})),
    ]


@pytest.mark.parametrize(
    ("service", "item", "net", "discount"),
    [
        ({}, {}, "500", "0"),
        ({"remunerated": D(100)}, {"remunerated": D(200)}, "300", "200"),
        ({"remunerated": D(300)}, {"remunerated": D(300)}, "600", "-100"),
        ({"remunerated": D(0)}, {"remunerated": D(0)}, "0", "500"),
        ({"qty_approved": D(0)}, {}, "300", "200"),
        ({"price_approved": D(0)}, {}, "300", "200"),
        ({"price_adjusted": D(0)}, {}, "300", "200"),
        ({"price_valuated": D(0)}, {}, "300", "200"),
        ({"remunerated": D(0)}, {"qty_approved": D(0)}, "0", "500"),
        ({"price_valuated": D(0), "origin": "R"}, {}, "300", "200"),
        ({"qty_approved": D(0), "price_valuated": D(50)}, {}, "300", "200"),
        ({"rejected": True}, {"rejected": True}, "0", "500"),
        ({"rejected": True}, {}, "300", "200"),
        ({"price_adjusted": D(60)}, {"price_adjusted": D(60)}, "300", "200"),
        ({"qty_approved": D(1)}, {"price_approved": D("66.67")}, "300.01", "199.99"),
        ({"qty_approved": D(0), "price_approved": D(0)}, {}, "300", "200"),
        ({"price_approved": D(0), "price_adjusted": D(60)}, {}, "300", "200"),
        (
            {"price_valuated": D("50")},
            {"price_valuated": D("66.66")},
            "299.98",
            "200.02",
        ),
        ({"reduction": D(50)}, {"reduction": D(1000)}, "150", "350"),
    ],
)
def test_claim_of_500(service, item, net, discount):
    result = valuate(claim(service, item))
    assert result.claimed == D(500)
    assert result.net == D(net)
    assert result.discount == D(discount)
    assert sum(result.line_nets) == result.net


def test_relative_prices_are_rounded_after_the_product():
    index = D(1000) * 30 / 365 / 500
    result = valuate(claim({"origin": "R"}, {"origin": "R"}), {"K": index})
    assert result.line_nets == (D("32.88"), D("49.31"))
    assert (result.net, result.discount) == (D("82.19"), D("417.81"))
    assert result.indexed
    assert result.claimed - result.net == result.discount


def test_relative_claim_of_one_line_is_worth_its_pot():
    index = D(1000) * 30 / 365 / 500
    line = ClaimLine(D(5), D(100), origin="R")
    result = valuate([("K", line)], {"K": index})
    assert (result.net, result.discount) == (D("82.19"), D("417.81"))


def test_lines_beside_relative_ones_keep_their_own_rounding():
    lines = [("K", ClaimLine(D(1), D("10.004"), origin="R"))] * 3 + [
        ("K", ClaimLine(D(1), D("3.337")))
    ]
    nets = valuate(lines, {"K": D(1)}).line_nets
    assert nets == (D("10.01"), D("10.00"), D("10.00"), D("3.34"))


def test_index_touches_relative_lines_only():
    result = valuate(claim({"origin": "R"}, {"origin": "P"}), {"K": D("0.5")})
    assert result.line_nets == (D(100), D(300))


def test_index_may_exceed_one():
    assert line_net(ClaimLine(D(1), D(10), origin="R"), D("1.5")) == D(15)


def test_relative_price_without_index_is_refused():
    with pytest.raises(LookupError):
        valuate(claim({"origin": "R"}))


def test_a_valuated_relative_line_needs_no_index():
    line = ClaimLine(D(2), D(100), price_valuated=D("16.44"), origin="R")
    assert not line.needs_index
    assert line_net(line) == D("32.88")


@pytest.mark.parametrize(
    ("vals", "expected"),
    [
        ({}, True),
        ({"origin": "P"}, False),
        ({"origin": "R"}, False),
        ({"rejected": True}, False),
        ({"price_valuated": D(0)}, False),
        ({"remunerated": D(0)}, False),
        ({"price_approved": D(5)}, True),
    ],
)
def test_an_unknown_origin_matters_until_the_line_says_its_worth(vals, expected):
    line = ClaimLine(D(1), D(10), **{"origin": "", **vals})
    assert line.needs_origin is expected


def test_each_line_is_rounded():
    lines = [("K", ClaimLine(D(1), D("10.004")))] * 3 + [
        ("K", ClaimLine(D(1), D("3.337")))
    ]
    assert valuate(lines).net == D("33.34")


def test_currency_without_cents():
    assert valuate([("K", ClaimLine(D("1.5"), D("33")))], quantum=D(1)).net == D(50)


@pytest.mark.parametrize(
    ("header", "lines", "count", "expected"),
    [
        ("500", "500", 2, False),
        ("0", "500", 2, False),
        ("82.19", "82.20", 2, False),
        ("82.18", "82.20", 2, True),
        ("2300", "900", 5, True),
        ("500", "300", 1, True),
    ],
)
def test_header_disagrees(header, lines, count, expected):
    assert header_disagrees(D(header), D(lines), count) is expected
