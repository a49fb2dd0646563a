"""What a household owes for a month: one calculation for run, preview and simulator."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import (
    CENT,
    ONE,
    ZERO,
    plain,
    round_to,
    settle,
    share_of,
)
from . import absences, steps
from .incomes import household_income
from .money import measured
from .planning import Presence, cut, full_month_share, is_open, week_share
from .siblings import ranks, rebate_percent
from .steps import step
from .tariff import (
    ACTUAL,
    CLOSURE_NOT_BILLED,
    CREDIT,
    EXTRA,
    FLAT,
    MissingIncome,
    Tariff,
    TariffError,
    day_price,
)

ERROR_INCOME, ERROR_TARIFF, ERROR_NO_TARIFF = "income", "tariff", "no_tariff"


@dataclass(frozen=True, slots=True)
class Child:
    """A child of a household, with what its price depends on.

    `guardians` are the income pages of the main and of the secondary guardian;
    `extras` the pages of extra days, `credits` what absences take off.
    """

    key: object
    pages: tuple
    guardians: tuple = ()
    birthdate: date | None = None
    extras: tuple = ()
    credits: absences.Credits = field(default=absences.NOTHING, hash=False)

    @property
    def all_pages(self):
        """Pages of placements, then those of extra days."""
        return (*self.pages, *self.extras)


@dataclass(frozen=True, slots=True)
class Item:
    """A billable position: `quantity` times `unit` is exactly `amount`, in francs.

    `share` is the part of a day (or, flat, the days of a week), `pieces` the parts of
    days it stands for, `base` the exact unit price before rebate and rounding. `kind`
    is how the tariff counts the month, or EXTRA or CREDIT; a credit takes off `factor`
    of its days.
    """

    group: object
    tariff: Tariff
    quantity: Decimal
    share: Decimal
    pieces: tuple
    base: Decimal
    weekdays: tuple
    presence: Presence
    steps: tuple
    unit: Decimal = ZERO
    kind: str = ACTUAL
    factor: Decimal = ONE

    @property
    def amount(self):
        """Amount of the item in the tariff's currency, not rounded."""
        return self.quantity * self.unit

    @property
    def days(self):
        """Full days the item stands for."""
        return self.days_on(lambda day: True)

    def days_on(self, covers):
        """Return the full days on some dates.

        :param covers: callable that tells of a date whether it counts
        """
        days = sum((piece.share for piece in self.pieces if covers(piece.day)), ZERO)
        return self.factor * days

    def amount_on(self, covers):
        """Return the part of the amount that falls on some dates, not rounded.

        :param covers: callable that tells of a date whether it counts
        """
        return self.amount * self.days_on(covers) / self.days


@dataclass(frozen=True, slots=True)
class Result:
    """What a child owes. `error` is one of the ERROR codes, with nothing due.

    `dates` are the reserved days on which the group is open, `capped` tells that pages
    overlap.
    """

    child: object
    items: tuple = ()
    steps: tuple = ()
    at_maximum: bool = False
    error: str | None = None
    dates: tuple = ()
    capped: int = 0

    @property
    def amount(self):
        """Sum of the items in the tariff's currency: what is due."""
        return sum((item.amount for item in self.items), ZERO)

    @property
    def gross(self):
        """Amount before rebate and rounding, without extra days: it ranks siblings."""
        placed = (item for item in self.items if item.kind != EXTRA)
        return sum((item.quantity * item.base for item in placed), ZERO)


def household_month(children, month, tariffs):
    """Calculate a month for the children of one household.

    :param children: list of Child
    :param Month month: the service month with its closed days
    :param tariffs: group -> Tariff in force on the first of the month
    :return: dict child key -> Result
    """
    gross = {child.key: _child_month(child, month, tariffs) for child in children}
    rank = ranks([(c.key, gross[c.key].gross, c.birthdate) for c in children])
    return {c.key: _net(gross[c.key], rank, c.credits.percents) for c in children}


def _child_month(child, month, tariffs):
    """Return the Result of a child before the sibling rebate."""
    pages = child.all_pages
    if any(page.week and page.group not in tariffs for page in pages):
        return Result(child.key, error=ERROR_NO_TARIFF)
    pieces, capped = cut([page.priced for page in pages], month, tariffs)
    if not pieces:
        return Result(child.key)
    explained = [step(steps.CAPPED, days=capped)] if capped else []
    items, at_maximum = [], False
    try:
        for tariff, own in _by_tariff(pieces, tariffs):
            price = _price(child, month, tariff)
            at_maximum = at_maximum or price.at_maximum
            explained += price.steps
            items += _items(own, month, tariff, price.amount)
    except MissingIncome:
        return Result(child.key, error=ERROR_INCOME)
    except TariffError:
        return Result(child.key, error=ERROR_TARIFF)
    return Result(
        child.key,
        tuple(items),
        tuple(explained),
        at_maximum,
        dates=_served_dates(pieces, month, child.credits.unserved),
        capped=capped,
    )


def _served_dates(pieces, month, unserved):
    days = {piece.day for piece in pieces if is_open(piece.page, month, piece.day)}
    return tuple(sorted(days - unserved))


def _price(child, month, tariff):
    income = household_income(
        child.guardians, month.first, tariff.weights, tariff.by_amount
    )
    return day_price(tariff, income, child.birthdate, month.first)


def _by_tariff(pieces, tariffs):
    grouped = {}
    for piece in pieces:
        tariff = tariffs[piece.page.group]
        grouped.setdefault(id(tariff), (tariff, []))[1].append(piece)
    return grouped.values()


def _items(pieces, month, tariff, price):
    reserved = [piece for piece in pieces if not piece.page.extra]
    billed = [
        piece
        for piece in reserved
        if tariff.closures != CLOSURE_NOT_BILLED
        or is_open(piece.page, month, piece.day)
    ]
    closed = len(reserved) - len(billed)
    make = _flat_items if tariff.month_method == FLAT else _day_items
    items = make(billed, month, tariff, price)
    if closed and items:
        note = (step(steps.CLOSED, days=closed),)
        items[0] = replace(items[0], steps=note + items[0].steps)
    return items + _extra_items([p for p in pieces if p.page.extra], tariff, price)


def _extra_items(pieces, tariff, price):
    """Extra days: by the day whatever the month's method, with their surcharge."""
    percent = tariff.extra_surcharge
    explained = ()
    if percent:
        price = round_to(price * (ONE + share_of(percent)), tariff.rounding)
        explained = (step(steps.EXTRA_SURCHARGE, percent=plain(percent), price=price),)
    return [
        replace(item, kind=EXTRA, steps=explained + item.steps)
        for item in _day_items(pieces, None, tariff, price)
    ]


def _day_items(pieces, _month, tariff, price):
    """Actual days: one position per group and kind of presence."""
    grouped = {}
    for piece in pieces:
        key = piece.page.group, piece.presence, piece.share
        grouped.setdefault(key, []).append(piece)
    return [
        Item(
            group=group,
            tariff=tariff,
            quantity=Decimal(len(own)),
            share=share,
            pieces=tuple(own),
            base=price * share,
            weekdays=tuple(sorted({piece.day.weekday() for piece in own})),
            presence=presence,
            steps=(_days_step(len(own), presence, share, tariff, price),),
        )
        for (group, presence, share), own in grouped.items()
    ]


def _days_step(days, presence, share, tariff, price):
    known = {"days": days, "percent": measured(share * 100), "price": price}
    if not presence.hours:
        return step(steps.DAYS, **known)
    hour, minute = divmod(int(presence.minutes), 60)
    return step(
        steps.DAYS_HOURS,
        **known,
        hours=f"{hour}:{minute:02d}",
        reference=plain(tariff.reference_hours),
    )


def _flat_items(pieces, month, tariff, price):
    """Flat weeks: one position per group and week, by the days planned."""
    grouped = {}
    for piece in pieces:
        grouped.setdefault(piece.page.pattern, []).append(piece)
    return [_flat_item(own, month, tariff, price) for own in grouped.values()]


def _flat_item(pieces, month, tariff, price):
    page = pieces[0].page
    week = week_share(page, tariff)
    planned = sum((piece.share for piece in pieces), ZERO)
    full = full_month_share(page, month, tariff)
    factor = tariff.month_factor
    explained = [
        step(
            steps.WEEK,
            days=measured(week),
            price=price,
            amount=round_to(week * price, CENT),
        ),
        step(steps.MONTH_FACTOR, factor=measured(factor)),
    ]
    if settle(planned) != settle(full):
        explained.append(
            step(steps.PRORATA, planned=measured(planned), full=measured(full))
        )
    return Item(
        group=page.group,
        tariff=tariff,
        quantity=ONE,
        share=week,
        pieces=tuple(pieces),
        base=week * price * tariff.weeks * tariff.months_billed * planned / (12 * full),
        weekdays=tuple(sorted(page.week)),
        presence=Presence(),
        steps=tuple(explained),
        kind=FLAT,
    )


def _net(result, rank, percents):
    """Return the Result with the sibling rebate, the rounding and the amounts.

    :param rank: dict child key -> rank among siblings
    :param percents: dict date -> percent of the price that an absence takes off
    """
    items = [
        _net_item(item, rank.get(result.child, 1), len(rank)) for item in result.items
    ]
    items += [own for item in items for own in _credit_items(item, percents)]
    return replace(result, items=tuple(items))


def _credit_items(item, percents):
    """Return what absences take off an item: a negative one for each percent."""
    grouped = {}
    if item.kind != EXTRA:
        for piece in item.pieces:
            percent = percents.get(piece.day)
            if percent:
                grouped.setdefault(percent, []).append(piece)
    return [_credit_item(item, own, percent) for percent, own in grouped.items()]


def _credit_item(item, pieces, percent):
    days = sum((piece.share for piece in pieces), ZERO)
    amount = round_to(item.amount * share_of(percent) * days / item.days, CENT)
    return replace(
        item,
        kind=CREDIT,
        quantity=ONE,
        unit=-amount,
        factor=-share_of(percent),
        share=days,
        pieces=tuple(pieces),
        weekdays=tuple(sorted({piece.day.weekday() for piece in pieces})),
        steps=(
            step(
                steps.CREDIT,
                days=measured(days),
                percent=plain(percent),
                amount=amount,
            ),
        ),
    )


def _net_item(item, rank, count):
    percent = rebate_percent(item.tariff, rank, count)
    rounding = CENT if item.kind == FLAT else item.tariff.rounding
    unit = round_to(item.base * (ONE - share_of(percent)), rounding)
    explained = item.steps
    if percent:
        explained += (
            step(
                steps.SIBLING_REBATE, percent=plain(percent), rank=rank, children=count
            ),
        )
    explained += (
        step(
            steps.AMOUNT,
            quantity=plain(item.quantity),
            unit=unit,
            amount=item.quantity * unit,
        ),
    )
    return replace(item, unit=unit, steps=explained)
