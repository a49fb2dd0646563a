"""The price of a full day: brackets or linear, age surcharge, rounding (6.2, no. 2)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import CENT, ONE, ZERO, plain, round_to, share_of
from . import steps
from .money import FIVE_CENTIMES, measured
from .steps import step

BRACKET, LINEAR = "bracket", "linear"
#: How a month is counted; and what comes on top of it, day by day.
ACTUAL, FLAT, EXTRA, CREDIT = "actual", "flat", "extra", "credit"
CLOSURE_BILLED, CLOSURE_NOT_BILLED, CLOSURE_IN_FACTOR = (
    "billed",
    "not_billed",
    "in_factor",
)
SIBLING_NONE, SIBLING_EACH, SIBLING_FROM_SECOND = "none", "each", "from_second"


class MissingIncome(Exception):
    """The tariff does not bill a household whose income is unknown."""


class TariffError(ValueError):
    """The tariff has no price: no bracket, or a linear one without ceiling."""


@dataclass(frozen=True, slots=True)
class AgeSurcharge:
    """A surcharge (or rebate) for children up to an age in months, inclusive."""

    months: int
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """The rules of one tariff version. Prices in francs per full day.

    `brackets` are (monthly income from, day price), `siblings` are (rank, percent),
    `weights` the shares of the first and second income, `months_billed` the number of
    twelfths a flat year holds (12, or 11.5 where holidays are taken out of the price),
    `extra_surcharge` the percent that an extra day costs more.
    """

    kind: str = BRACKET
    brackets: tuple = ()
    minimum: Decimal = ZERO
    maximum: Decimal = ZERO
    ceiling: Decimal = ZERO
    deduction: Decimal = ZERO
    weights: tuple = (ONE, ONE)
    by_amount: bool = True
    rounding: Decimal = FIVE_CENTIMES
    month_method: str = ACTUAL
    weeks: Decimal = Decimal(4)
    months_billed: Decimal = Decimal(12)
    closures: str = CLOSURE_BILLED
    ages: tuple = ()
    sibling_mode: str = SIBLING_NONE
    siblings: tuple = ()
    reference_hours: Decimal = Decimal(10)
    minimum_share: Decimal = ZERO
    block_missing: bool = False
    extra_surcharge: Decimal = ZERO

    @property
    def highest(self):
        """Highest day price: what confidential or missing income pays."""
        if self.kind == LINEAR:
            return self.maximum
        if not self.brackets:
            raise TariffError("brackets")
        return max(price for _from, price in self.brackets)

    @property
    def month_factor(self):
        """Weeks billed per flat month, an exact fraction kept by Decimal division."""
        return self.weeks * self.months_billed / 12


@dataclass(frozen=True, slots=True)
class DayPrice:
    """Price of a full day in francs, and how it was found."""

    amount: Decimal
    steps: tuple
    at_maximum: bool = False


def day_price(tariff, income, birthdate=None, day=None):
    """Return the price of a full day.

    :param Tariff tariff: rules
    :param HouseholdIncome income: what the household earns on the first of the month
    :param date birthdate: of the child, None when unknown or unborn (no surcharge)
    :param date day: first day of the billed month, for the age
    :return: DayPrice, rounded half up to the tariff's step
    :raises MissingIncome: no income page and the tariff blocks such households
    :raises TariffError: the tariff is incomplete
    """
    if income.missing and tariff.block_missing:
        raise MissingIncome
    price, explained = _base_price(tariff, income.amount)
    surcharge = age_percent(tariff.ages, birthdate, day)
    if surcharge:
        price = round_to(price * (ONE + share_of(surcharge)), tariff.rounding)
        explained.append(
            step(steps.AGE_SURCHARGE, percent=plain(surcharge), price=price)
        )
    return DayPrice(price, income.steps + tuple(explained), income.amount is None)


def _base_price(tariff, income):
    if income is None:
        price = round_to(tariff.highest, tariff.rounding)
        return price, [step(steps.MAXIMUM_PRICE, price=price)]
    if tariff.kind == LINEAR:
        return _linear_price(tariff, income)
    return _bracket_price(tariff, income)


def _bracket_price(tariff, income):
    if not tariff.brackets:
        raise TariffError("brackets")
    ordered = sorted(tariff.brackets)
    start, price = max((b for b in ordered if b[0] <= income), default=ordered[0])
    price = round_to(price, tariff.rounding)
    return price, [step(steps.BRACKET_PRICE, start=start, price=price)]


def _linear_price(tariff, income):
    if tariff.ceiling <= 0:
        raise TariffError("ceiling")
    factor = (12 * income - tariff.deduction) / tariff.ceiling
    factor = min(max(factor, ZERO), ONE)
    exact = tariff.minimum + (tariff.maximum - tariff.minimum) * factor
    price = round_to(exact, tariff.rounding)
    return price, [
        step(
            steps.LINEAR_FACTOR,
            annual=round_to(12 * income, CENT),
            deduction=tariff.deduction,
            ceiling=tariff.ceiling,
            factor=measured(factor),
        ),
        step(
            steps.LINEAR_PRICE,
            minimum=tariff.minimum,
            span=tariff.maximum - tariff.minimum,
            exact=measured(exact),
            price=price,
        ),
    ]


def age_percent(ages, birthdate, day):
    """Return the surcharge in percent of the first age class the child is in.

    :param ages: AgeSurcharge in any order; the lowest age that still fits wins
    :return: Decimal, 0 when no class fits or the birth date is unknown
    """
    if not birthdate or not day or birthdate > day:
        return ZERO
    fitting = [age for age in ages if day <= add_months(birthdate, age.months)]
    return min(fitting, key=lambda age: age.months).percent if fitting else ZERO


def add_months(day, months):
    """Return the same day some months later, the last of the month if too long."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
