"""Household income from the dated income pages of a child's guardians (6.2, no. 1)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import CENT, ONE, ZERO, plain, round_to
from . import steps
from .steps import step

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class IncomePage:
    """One income page of a guardian.

    `amount` is in francs per month, or per year when `annual`; a confidential page
    carries no usable amount.
    """

    date_from: date
    amount: Decimal = ZERO
    annual: bool = False
    confidential: bool = False

    @property
    def monthly(self):
        """Francs per month, unrounded."""
        return self.amount / MONTHS_A_YEAR if self.annual else self.amount


@dataclass(frozen=True, slots=True)
class HouseholdIncome:
    """Monthly income of a household, and how it was found.

    `amount` is None when it is `confidential` or `missing`.
    """

    amount: Decimal | None
    confidential: bool
    steps: tuple

    @property
    def missing(self):
        """Whether no amount is known though none is withheld as confidential."""
        return self.amount is None and not self.confidential


def page_in_force(pages, day):
    """Return the page with the latest start not after `day`, or None."""
    begun = [page for page in pages if page.date_from <= day]
    return max(begun, key=lambda page: page.date_from, default=None)


def household_income(guardians, day, weights=(ONE, ONE), by_amount=True):
    """Return the income that counts on `day` for the given guardians.

    :param guardians: list of lists of IncomePage: main guardian, then secondary one.
        A third-party debtor never belongs here.
    :param date day: first day of the billed month
    :param weights: share of the first and of the second income that counts
    :param bool by_amount: the first income is the higher one (True), or the main
        guardian's (False)
    :return: HouseholdIncome
    """
    in_force = [page for page in (page_in_force(p, day) for p in guardians) if page]
    if any(page.confidential for page in in_force):
        return HouseholdIncome(None, True, (step(steps.INCOME_CONFIDENTIAL),))
    if not in_force:
        return HouseholdIncome(None, False, (step(steps.INCOME_MISSING, day=str(day)),))
    if by_amount:
        in_force.sort(key=lambda page: page.monthly, reverse=True)
    return _weighted_sum(in_force, weights)


def _weighted_sum(pages, weights):
    total, explained = ZERO, []
    for page, weight in zip(pages, weights, strict=False):
        total += page.monthly * weight
        explained.append(
            step(
                steps.INCOME_PAGE,
                monthly=round_to(page.monthly, CENT),
                percent=plain(weight * 100),
                since=str(page.date_from),
            )
        )
    explained.append(step(steps.HOUSEHOLD_INCOME, amount=round_to(total, CENT)))
    return HouseholdIncome(total, False, tuple(explained))
