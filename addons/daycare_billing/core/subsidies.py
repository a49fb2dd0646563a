"""Who pays the care of a child: third parties their part, the debtor the rest.

The source does not know subsidies; the rules are those of a commune's letter: a
percentage of the care of the days it is in force, or an amount a month, which counts by
the share of the month's billed days on which it is in force.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import CENT, ZERO, plain, round_to, share_of
from . import steps
from .steps import step

PERCENT, AMOUNT = "percent", "amount"


@dataclass(frozen=True, slots=True)
class Subsidy:
    """A third party's part: percent of the care, or francs a month, dates inclusive.

    `name` is what explanations call the payer; `date_to` may be None.
    """

    payer: object
    mode: str
    value: Decimal
    date_from: date = date.min
    date_to: date | None = None
    name: str = ""

    def covers(self, day):
        """Tell whether the subsidy is in force on a date."""
        return self.date_from <= day and (self.date_to is None or day <= self.date_to)


def split(items, debtor, subsidies):
    """Share the care of a child in a month between the debtor and third parties.

    Subsidies are served in the given order, and nobody pays more than what is left of
    the days concerned: the parts of a group always add up to its amount. An amount a
    month is given once, whatever the number of groups.

    :param items: list of `calculation.Item`
    :param debtor: who pays the rest
    :param subsidies: list of Subsidy
    :return: dict group -> dict payer -> Decimal francs; the debtor first, nobody with
        nothing to pay
    """
    periods = _periods(items, subsidies)
    available = [_available(items, subsidy) for subsidy in subsidies]
    return {
        group: _split_group(own, debtor, subsidies, periods, available)
        for group, own in _by_group(items).items()
    }


def explain(items, subsidies):
    """Return the steps that tell what each subsidy promises, and for which days.

    :param items: list of `calculation.Item`, all of the child's month
    :param subsidies: list of Subsidy
    """
    full = sum((item.days for item in items), ZERO)
    return [_explained(items, subsidy, full) for subsidy in subsidies]


def _explained(items, subsidy, full):
    common = {
        "name": subsidy.name,
        "value": plain(subsidy.value),
        "days": plain(round_to(_days_in_force(items, subsidy), CENT)),
        "full": plain(round_to(full, CENT)),
    }
    if subsidy.mode == PERCENT:
        return step(steps.SUBSIDY_PERCENT, **common)
    return step(steps.SUBSIDY_AMOUNT, **common, amount=_available(items, subsidy))


def _by_group(items):
    grouped = {}
    for item in items:
        grouped.setdefault(item.group, []).append(item)
    return grouped


def _days_in_force(items, subsidy):
    return sum((item.days_on(subsidy.covers) for item in items), ZERO)


def _available(items, subsidy):
    """Return the francs an amount a month has to give in this month; else zero."""
    if subsidy.mode == PERCENT:
        return ZERO
    full = sum((item.days for item in items), ZERO)
    days = _days_in_force(items, subsidy)
    return round_to(subsidy.value * days / full, CENT) if full else ZERO


def _periods(items, subsidies):
    """Group the billed days by the subsidies in force.

    :return: dict tuple of numbers of subsidies -> set of dates, earliest first
    """
    periods = {}
    for day in sorted({piece.day for item in items for piece in item.pieces}):
        numbers = tuple(n for n, own in enumerate(subsidies) if own.covers(day))
        periods.setdefault(numbers, set()).add(day)
    return periods


def _split_group(items, debtor, subsidies, periods, available):
    """Share the amount of one group; `available` loses the francs that are given."""
    paid = dict.fromkeys([debtor, *(subsidy.payer for subsidy in subsidies)], ZERO)
    care = ZERO
    for numbers, days in periods.items():
        # Rounded as running totals: the periods add up to the amount of the group.
        before = round_to(care, CENT)
        care += sum((item.amount_on(days.__contains__) for item in items), ZERO)
        amount = left = round_to(care, CENT) - before
        for number in numbers:
            subsidy = subsidies[number]
            if subsidy.mode == PERCENT:
                part = min(round_to(amount * share_of(subsidy.value), CENT), left)
            else:
                part = min(available[number], left)
                available[number] -= part
            paid[subsidy.payer] += part
            left -= part
        paid[debtor] += left
    return {payer: amount for payer, amount in paid.items() if amount}
