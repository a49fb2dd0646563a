"""The source document's form of taxes."""

from decimal import Decimal

from tests_core_loader import load_core

load_core("openimis_payable")
from openimis_payable_core.tax_analysis import tax_analysis  # noqa: E402


def test_without_taxes_there_is_no_analysis():
    assert tax_analysis([]) is None


def test_total_is_the_sum_of_the_rounded_lines():
    analysis = tax_analysis(
        [
            {
                "code": "V1",
                "label": "VAT 18%",
                "rate": 18.0,
                "base": 100,
                "amount": 18.004,
            },
            {"code": "V2", "label": "VAT 5%", "rate": 5, "base": 10.1, "amount": 0.505},
        ]
    )
    assert analysis["total"] == "18.51"
    assert analysis["lines"][1] == {
        "code": "V2",
        "label": "VAT 5%",
        "rate": "5",
        "base": "10.10",
        "amount": "0.51",
    }


def test_amounts_have_the_decimals_of_the_currency():
    tax = {"code": "V", "label": "VAT", "rate": 18, "base": 2.505, "amount": 0.4509}
    [line] = tax_analysis([tax], Decimal("0.001"))["lines"]
    assert (line["base"], line["amount"]) == ("2.505", "0.451")
