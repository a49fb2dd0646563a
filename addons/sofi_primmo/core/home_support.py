"""What a resident's services of a year count for in Quebec's tax credit for seniors.

Revenu Québec (line 458, schedule J): the cost of eligible services that are paid for
beside the rent counts, of services given from the 70th birthday on. Goods do not
count, nor do hairdressers and members of professional orders, nurses apart. Which of
its services are eligible is for the residence to say.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

AGE = 70
#: What a residence says of a service.
ELIGIBLE, NOT_ELIGIBLE, OPEN = "eligible", "not_eligible", "open"


@dataclass(frozen=True, slots=True)
class Row:
    """The services of one code in the part of a year.

    :ivar str kind: `ELIGIBLE`, `NOT_ELIGIBLE` or `OPEN`, where nobody has said yet
    :ivar int count: of the charges
    :ivar Decimal amount: in CAD, before tax
    :ivar bool early: given before the 70th birthday
    """

    code: str
    description: str
    kind: str
    count: int
    amount: Decimal
    early: bool = False


@dataclass(slots=True)
class Statement:
    """A year's services of one resident.

    :ivar dict sections: {kind: list of `Row`}, each sorted by code
    :ivar Decimal early: amount of eligible services before the 70th birthday
    """

    sections: dict = field(default_factory=dict)
    early: Decimal = Decimal(0)

    def total(self, kind=None):
        """Return the amount of one kind, or of all services of the year."""
        rows = [
            row
            for each, rows in self.sections.items()
            if kind in (None, each)
            for row in rows
        ]
        return sum((row.amount for row in rows), Decimal(0))

    def counted(self):
        """Return the amount of eligible services from the 70th birthday on."""
        return self.total(ELIGIBLE) - self.early


def seventieth(born, year):
    """Return the day somebody becomes 70, when that is in a year, else None.

    Who is born on 29 February becomes 70 on 1 March.

    :param date | None born: None where it is not known
    """
    if not born or born.year + AGE != year:
        return None
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def is_too_young(born, year):
    """Tell whether somebody is not 70 by the end of a year, as far as is known."""
    return bool(born) and born.year + AGE > year


def statement(rows):
    """Return the statement of rows; those before the birthday add up with the others.

    :param rows: `Row` records of one resident and year
    :rtype: Statement
    """
    found = Statement()
    merged = {}
    for row in rows:
        if row.early and row.kind == ELIGIBLE:
            found.early += row.amount
        key = row.kind, row.code, row.description
        count, amount = merged.get(key, (0, Decimal(0)))
        merged[key] = count + row.count, amount + row.amount
    for (kind, code, description), (count, amount) in sorted(merged.items()):
        row = Row(code, description, kind, count, amount)
        found.sections.setdefault(kind, []).append(row)
    return found
