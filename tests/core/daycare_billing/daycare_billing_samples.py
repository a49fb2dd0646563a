"""The worked examples' material: tariffs, Melody's week, dates (kibe.md, 6)."""

from datetime import date
from decimal import Decimal as D

from tests_core_loader import load_core

core = load_core("daycare_billing")

from daycare_billing_core.incomes import IncomePage  # noqa: E402
from daycare_billing_core.planning import Month, Page, presence  # noqa: E402
from daycare_billing_core.tariff import AgeSurcharge, Tariff  # noqa: E402

BRACKETS = tuple(
    (D(start), D(price))
    for start, price in (
        ("0", "40.50"),
        ("3000", "48.50"),
        ("3500", "56.50"),
        ("4000", "64.50"),
        ("4500", "73.50"),
        ("5000", "81.00"),
        ("5500", "86.50"),
        ("6000", "92.50"),
        ("6500", "98.00"),
        ("7500", "104.00"),
    )
)
SUNNESCHYN = Tariff(
    brackets=BRACKETS,
    ages=(AgeSurcharge(18, D(20)),),
    sibling_mode="from_second",
    siblings=((2, D(20)),),
)
BRACKET = Tariff(brackets=BRACKETS)
LINEAR = Tariff(
    kind="linear", minimum=D(12), maximum=D(120), ceiling=D(100000), month_method="flat"
)
# Slot number -> percent of a day, group NUR1.
WEIGHTS = {1: D(10), 2: D(15), 3: D(25), 4: D(20), 5: D(15), 6: D(15)}
MORNING, AFTERNOON, FULL = (1, 2, 3), (4, 5, 6), (1, 2, 3, 4, 5, 6)
MARCH = date(2021, 3, 1)
ST_JOSEPH = date(2021, 3, 19)


def slots(numbers):
    """Presence of the given slots of NUR1."""
    return presence([(number, WEIGHTS[number]) for number in numbers])


def week(**days):
    """Week from weekday names: week(mo=FULL, th=MORNING)."""
    names = ("mo", "tu", "we", "th", "fr", "sa", "su")
    return {names.index(name): slots(numbers) for name, numbers in days.items()}


MELODY_WEEK = week(mo=FULL, tu=FULL, th=MORNING, fr=AFTERNOON)


def page(
    first=date(2021, 3, 1), last=date(2021, 12, 1), days=None, group="NUR1", key=1
):
    """Melody's page, or a variation of it."""
    return Page(key, group, first, last, MELODY_WEEK if days is None else days)


def incomes(*amounts, since=date(2021, 1, 1), annual=False):
    """Income pages of a main and a secondary guardian, None for no page."""
    return tuple(
        (IncomePage(since, D(str(amount)), annual),) if amount is not None else ()
        for amount in amounts
    )


def month(day=MARCH, closed=None):
    return Month.of(day, closed)
