"""A calculation explained: each step is a code with values, worded by the caller.

The wording is a matter of language and screen; the steps are stored with the result
as plain JSON, so that a price can still be explained when the tariff has changed.
"""

from dataclasses import dataclass
from decimal import Decimal

INCOME_PAGE = "income_page"
HOUSEHOLD_INCOME = "household_income"
INCOME_CONFIDENTIAL = "income_confidential"
INCOME_MISSING = "income_missing"
MAXIMUM_PRICE = "maximum_price"
BRACKET_PRICE = "bracket_price"
LINEAR_FACTOR = "linear_factor"
LINEAR_PRICE = "linear_price"
AGE_SURCHARGE = "age_surcharge"
SIBLING_REBATE = "sibling_rebate"
DAYS = "days"
DAYS_HOURS = "days_hours"
WEEK = "week"
MONTH_FACTOR = "month_factor"
PRORATA = "prorata"
AMOUNT = "amount"
CAPPED = "capped"
CLOSED = "closed"
CORRECTION = "correction"
SUBSIDY = "subsidy"
SUBSIDY_PERCENT = "subsidy_percent"
SUBSIDY_AMOUNT = "subsidy_amount"
DEBTOR_SHARE = "debtor_share"
SERVICE = "service"
EXTRA_SURCHARGE = "extra_surcharge"
CREDIT = "credit"

CODES = (
    INCOME_PAGE,
    HOUSEHOLD_INCOME,
    INCOME_CONFIDENTIAL,
    INCOME_MISSING,
    MAXIMUM_PRICE,
    BRACKET_PRICE,
    LINEAR_FACTOR,
    LINEAR_PRICE,
    AGE_SURCHARGE,
    SIBLING_REBATE,
    DAYS,
    DAYS_HOURS,
    WEEK,
    MONTH_FACTOR,
    PRORATA,
    AMOUNT,
    CAPPED,
    CLOSED,
    CORRECTION,
    SUBSIDY,
    SUBSIDY_PERCENT,
    SUBSIDY_AMOUNT,
    DEBTOR_SHARE,
    SERVICE,
    EXTRA_SURCHARGE,
    CREDIT,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a calculation: a code of this module and its values."""

    code: str
    values: dict

    def as_json(self):
        """Return [code, values] with every number as text, ready to be stored."""
        return [
            self.code,
            {
                key: f"{value:f}" if isinstance(value, Decimal) else value
                for key, value in self.values.items()
            },
        ]


def step(code, **values):
    """Return a Step; a shorthand that reads well where steps are collected."""
    return Step(code, values)
