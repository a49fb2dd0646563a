"""What a facility is told of what was not paid, and how a payment is shared out."""

from decimal import Decimal

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.remittance import allocated, not_paid  # noqa: E402


def item(**values):
    return {"code": "A", "name": "Drug", "quantity": "1", "price": "10"} | values


def test_only_what_was_asked_for_in_vain_is_told():
    rows = not_paid(
        "C1",
        [
            item(net="10.00"),
            item(net="12.00"),
            item(code="B", quantity="3", net="20.00"),
            item(code="C", net="0.00", rejection_reason=0),
        ],
    )
    assert [(row.code, row.asked, row.paid, row.difference) for row in rows] == [
        ("B", 30, 20, 10),
        ("C", 10, 0, 10),
    ]
    assert [row.is_rejected for row in rows] == [False, True]


def test_what_was_asked_for_is_rounded_half_up():
    [row] = not_paid("C1", [item(quantity="0.5", price="0.01", net="0")])
    assert row.asked == Decimal("0.01")
    assert not_paid("C1", [item(quantity="0.4", price="0.01", net="0")]) == []


def test_a_payment_goes_to_bills_in_their_order():
    assert allocated(Decimal(70), [Decimal(50), Decimal(-10), Decimal(60)]) == [
        50, -10, 30,
    ]  # fmt: skip
    assert allocated(Decimal(0), [Decimal(5)]) == [0]
