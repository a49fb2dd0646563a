"""What communes and funders are told of a period: days, care, who paid it.

Every entry is what posted documents say of one calculated line, so that the sums of all
statements are those of the ledger, to the centime.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import ZERO


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `care` or `services` in francs, with its part of the rounding.

    `funder` is who pays if it is a third party, else None. The first line of a child,
    month and group stands for all of its `days`.
    """

    month: date
    commune: str
    child: object
    group: object
    funder: object = None
    days: Decimal = ZERO
    care: Decimal = ZERO
    services: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def place(self):
        """The care that several payers may share."""
        return self.month, self.child, self.group


@dataclass(slots=True)
class Row:
    """Sums of some entries: `gross` is `parents` + `subsidy` + `others`.

    `subsidy` is what the reader of the statement pays, or all third parties; `others`
    what further third parties pay. `services` and `rounding` are those of the documents
    that the statement adds up to.
    """

    children: set = field(default_factory=set)
    days: Decimal = ZERO
    parents: Decimal = ZERO
    subsidy: Decimal = ZERO
    others: Decimal = ZERO
    services: Decimal = ZERO
    rounding: Decimal = ZERO

    @property
    def gross(self):
        """The whole care, whoever pays it."""
        return self.parents + self.subsidy + self.others


def by_commune(entries):
    """Return what each commune is told of the children who live in it.

    :param entries: list of Entry
    :return: dict commune -> list of Entry, in order of the names, without name last
    """
    grouped = {}
    for entry in entries:
        grouped.setdefault(entry.commune, []).append(entry)
    return dict(sorted(grouped.items(), key=lambda item: (not item[0], item[0])))


def of_funder(entries, funder):
    """Return what a funder is told: all care that it pays a part of, and its services.

    :param entries: list of Entry, of all payers
    :param funder: third party
    :return: list of Entry
    """
    places = {entry.place for entry in entries if entry.funder == funder and entry.care}
    return [
        entry
        for entry in entries
        if entry.funder == funder or (entry.place in places and not entry.services)
    ]


def by(entries, key, funder=None):
    """Sum up entries.

    :param entries: list of Entry
    :param key: callable of an entry, such as its month
    :param funder: third party that reads it; None where all third parties count alike
    :return: dict key -> Row, in order of the keys
    """
    rows = {}
    for entry in entries:
        _add(rows.setdefault(key(entry), Row()), entry, funder)
    return dict(sorted(rows.items(), key=lambda item: item[0]))


def total(entries, funder=None):
    """Return the Row of all entries; see `by`."""
    return by(entries, lambda entry: "", funder).get("", Row())


def _add(row, entry, funder):
    row.days += entry.days
    if entry.care or entry.days:
        row.children.add(entry.child)
    if entry.funder is None:
        row.parents += entry.care
    elif funder in (None, entry.funder):
        row.subsidy += entry.care
    else:
        row.others += entry.care
    if funder in (None, entry.funder):
        row.services += entry.services
        row.rounding += entry.rounding
