"""What posted documents say of the calculated lines, to the centime."""

from decimal import Decimal as D
from random import Random

import pytest

from .daycare_billing_samples import core

documents = core.documents


@pytest.mark.parametrize(
    ("amount", "weights", "shares"),
    [
        ("-100", {"a": "300", "b": "100"}, {"a": "-75.00", "b": "-25.00"}),
        ("0.01", {"a": "1", "b": "1", "c": "2"}, {"a": "0", "b": "0", "c": "0.01"}),
        ("10", {"a": "1", "b": "1", "c": "1"}, {"a": "3.34", "b": "3.33", "c": "3.33"}),
        ("-10", {"a": "-2", "b": "0"}, {"a": "-10.00", "b": "0.00"}),
        ("5", {"a": "0", "b": "0"}, {"a": "5"}),
        ("5", {}, {}),
        ("0", {"a": "1"}, {}),
    ],
)
def test_share_out(amount, weights, shares):
    found = documents.share_out(D(amount), {k: D(w) for k, w in weights.items()})
    assert found == {key: D(share) for key, share in shares.items()}


def test_nothing_is_lost():
    rng = Random(7)
    for _ in range(2000):
        weights = {
            n: D(rng.randint(-5000, 90000)) / 100 for n in range(rng.randint(1, 9))
        }
        amount = D(rng.randint(-100000, 100000)) / 100
        shares = documents.share_out(amount, weights)
        assert sum(shares.values(), D(0)) == amount
        assert all(share == share.quantize(D("0.01")) for share in shares.values())


def test_family_of_an_invoice_its_edits_and_its_credit_notes():
    invoice = documents.Document(
        "FAC/1", {"care": D("170"), "meals": D("40")}, D("-10"), D("0.02")
    )
    linked = documents.Document("FAC/1", {"care": D("-20")})
    free = documents.Document("FAC/1", {}, D("-36"))
    family = documents.families([invoice, linked, free], {})["FAC/1"]
    assert sum(family.amounts.values()) == 170 + 40 - 10 - 20 - 36
    assert family.amounts["care"] == D("170") - D("8.10") - 20 - D("28.38")
    assert family.roundings == {"care": D("0.02"), "meals": D("0.00")}


def test_document_without_links_is_shared_by_what_was_calculated():
    """Invoices made before the links were kept."""
    old = documents.Document("FAC/1", {}, D("300"))
    family = documents.families([old], {"FAC/1": {"a": D("200"), "b": D("100")}})
    assert family["FAC/1"].amounts == {"a": D("200.00"), "b": D("100.00")}
