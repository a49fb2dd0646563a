"""A claim with its terms: index keys, wording, details."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.claim import (  # noqa: E402
    NO_TERMS,
    Claim,
    Line,
    ProductTerms,
    Terms,
)
from openimis_payable_core.valuation import ClaimLine  # noqa: E402


def claim(*lines, **vals):
    vals = {"level": "C", "in_patient": False, "date": date(2026, 5, 10), **vals}
    return Claim(
        id=1,
        code="C1",
        status="16",
        facility=7,
        sub_level=None,
        location=None,
        description="",
        claimed=D(0),
        valuated=D(0),
        remunerated=D(0),
        never_bill=False,
        lines=list(lines),
        **vals,
    )


def line(**vals):
    return Line(1, "A1", "Consultation", 3, ClaimLine(D(2), D(100), **vals))


MAY = (date(2026, 5, 1), date(2026, 5, 31))
SPRING = (date(2026, 4, 1), date(2026, 6, 30))
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("terms", "vals", "expected"),
    [
        ({}, {}, (3, "B", *MAY)),
        ({"period": "Q"}, {}, (3, "B", *SPRING)),
        ({"period": "Y"}, {}, (3, "B", *YEAR)),
        ({"care_apart": True}, {}, (3, "O", *MAY)),
        ({"care_apart": True}, {"in_patient": True}, (3, "I", *MAY)),
        (
            {"care_apart": True, "in_patient_by_level": True},
            {"level": "H"},
            (3, "I", *MAY),
        ),
        (
            {"care_apart": True, "in_patient_by_level": True},
            {"in_patient": True},
            (3, "O", *MAY),
        ),
    ],
)
def test_index_key(terms, vals, expected):
    assert claim(**vals).index_key(ProductTerms(3, 1, **terms)) == expected


@pytest.mark.parametrize(
    ("vals", "expected"),
    [
        ({}, "A1: 2 x 100 = 200.00"),
        ({"rejected": True}, "A1: rejected"),
        ({"remunerated": D(150)}, "A1: 150.00"),
        ({"qty_approved": D(1)}, "A1: 1 x 100 = 100.00"),
        ({"reduction": D(20)}, "A1: 2 x 100 - 20 = 180.00"),
    ],
)
def test_working(vals, expected):
    one = line(**vals)
    [net] = claim(one).valuate(NO_TERMS).line_nets
    assert one.working(net.quantize(D("0.01")), NO_TERMS) == expected


def test_working_with_index():
    one = line(origin="R")
    one.index_key = (3, "B", *MAY)
    terms = Terms({}, frozenset(), frozenset(), {one.index_key: D("0.5")})
    [net] = claim(one).valuate(terms).line_nets
    assert one.working(net, terms) == "A1: 2 x 100 x 0.5 (relative index) = 100.00"


@pytest.mark.parametrize(
    ("vals", "expected"),
    [
        ({}, False),
        ({"price_asked": D(0)}, True),
        ({"price_asked": D(0), "rejected": True}, False),
        ({"price_asked": D(0), "remunerated": D(0)}, False),
        ({"price_asked": D(0), "price_adjusted": D(0)}, False),
        ({"price_asked": D(0), "price_approved": D(0)}, False),
        ({"price_asked": D(0), "price_valuated": D(0)}, False),
        ({"price_asked": D(0), "qty_approved": D(0)}, False),
        ({"price_asked": D(0), "price_valuated": D(1)}, False),
        ({"price_asked": D(0), "qty_provided": D(0)}, False),
    ],
)
def test_has_no_price(vals, expected):
    values = ClaimLine(**{"qty_provided": D(1), "price_asked": D(5), **vals})
    assert Line(1, "A", "", 3, values).has_no_price is expected


def test_details():
    assert line(qty_approved=D(1)).details(D(100), NO_TERMS) == {
        "code": "A1",
        "name": "Consultation",
        "quantity": "2",
        "quantity_approved": "1",
        "price": "100",
        "price_approved": "100",
        "net": "100",
    }


@pytest.mark.parametrize(
    ("vals", "why"),
    [
        ({"reduction": D(20)}, {"deduction": "20"}),
        ({"origin": "R", "reduction": D(5)}, {"index": "0.8", "deduction": "5"}),
        ({"origin": "R", "remunerated": D(90)}, {"valuated": True}),
        ({"price_valuated": D(70), "reduction": D(5)}, {"valuated": True}),
        ({"rejected": True, "reduction": D(5)}, {"rejection_reason": 0}),
    ],
)
def test_details_say_why_less_is_paid(vals, why):
    terms = replace(NO_TERMS, indexes={"key": D("0.8")})
    told = line(**vals)
    told.index_key = "key"
    common = line().details(D(0), NO_TERMS)
    details = told.details(D(0), terms)
    assert {k: v for k, v in details.items() if k not in common} == why


@pytest.mark.parametrize(
    ("facility", "account"),
    [(7, 70), (8, 1), (None, 1)],
    ids=["facility's own", "facility without one", "no facility"],
)
def test_account_of_the_facility_goes_before_that_of_the_type(facility, account):
    terms = ProductTerms(3, 1, facility_accounts={7: 70})
    assert terms.account_of(facility) == account
    assert terms.accounting(None, facility)["account"] == account
