"""What the plan knows of the database: plain values, no records (section 5.1)."""

import dataclasses
import datetime

from .const import MAX_ROWS


@dataclasses.dataclass(slots=True)
class Reference:
    """The editable lists, the structure of the company and the limits.

    Keys of labels are folded by `text.fold`; values are database ids unless said
    otherwise.

    :ivar genders: folded label → gender key
    :ivar civil: folded label → civil status key
    :ivar languages: folded label or code → id, False when declared without language
    :ivar statuses: code or folded label → id
    :ivar authorities: code or folded label → id
    :ivar localities: postcode → (town, country id)
    :ivar countries: two-letter code → id
    :ivar groups: GroupSaiId → slots.Group
    :ivar labels: (field, id) → label, for the before/after view
    :ivar max_rows: a file with more data rows is refused (C21)
    """

    genders: dict = dataclasses.field(default_factory=dict)
    civil: dict = dataclasses.field(default_factory=dict)
    languages: dict = dataclasses.field(default_factory=dict)
    statuses: dict = dataclasses.field(default_factory=dict)
    authorities: dict = dataclasses.field(default_factory=dict)
    localities: dict = dataclasses.field(default_factory=dict)
    countries: dict = dataclasses.field(default_factory=dict)
    groups: dict = dataclasses.field(default_factory=dict)
    labels: dict = dataclasses.field(default_factory=dict)
    max_rows: int = MAX_ROWS


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """The choices of the operator and the settings of the company.

    :ivar date_journal: date of the income and billing data pages
    :ivar today: the day of the import, for births in the future
    :ivar basis: `monthly` or `annual`, of the incomes in the file
    :ivar address_mode: "1" to "4" (specification section 1.8)
    :ivar address_block: the three address cells are replaced together
    :ivar absent: what becomes of the placements of children whom the delivery lacks:
        `leave`, `end`, or empty to ask
    :ivar absent_until: their last day, with `end`
    """

    date_journal: datetime.date
    today: datetime.date
    basis: str = "monthly"
    address_mode: str = "1"
    address_block: bool = False
    absent: str = ""
    absent_until: datetime.date = None


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A stored record: its id, what to call it, and its values."""

    id: int
    label: str
    values: dict


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A stored page: income, billing data or sector.

    :ivar date: its first day
    :ivar values: its other values
    """

    id: int
    date: datetime.date
    values: dict


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that an accounting id may attach a person to (I10, I11)."""

    model: str
    id: int
    label: str
    values: dict


@dataclasses.dataclass(slots=True)
class Base:
    """The stored records a delivery may touch, by Kibé id.

    A guardian without Kibé id has the key `#` + database id.

    :ivar children: child → Record
    :ivar guardians: guardian → Record
    :ivar links: child → {guardian → Record}
    :ivar incomes: guardian → list of Page, by date
    :ivar billing: child → list of Page, by date
    :ivar sectors: child → list of Page
    :ivar candidates: accounting id → list of Candidate
    :ivar chosen: guardian → (model, id) of the candidate that the operator chose
    :ivar child_twins: (folded name, birth date) → Record, children without Kibé id
    :ivar guardian_twins: e-mail → Record, guardians without Kibé id
    :ivar invoiced: child → set of (year, month)
    :ivar absent: children with running placements from Kibé whom the delivery lacks;
        their pages are in `sectors`
    """

    children: dict = dataclasses.field(default_factory=dict)
    guardians: dict = dataclasses.field(default_factory=dict)
    links: dict = dataclasses.field(default_factory=dict)
    incomes: dict = dataclasses.field(default_factory=dict)
    billing: dict = dataclasses.field(default_factory=dict)
    sectors: dict = dataclasses.field(default_factory=dict)
    candidates: dict = dataclasses.field(default_factory=dict)
    chosen: dict = dataclasses.field(default_factory=dict)
    child_twins: dict = dataclasses.field(default_factory=dict)
    guardian_twins: dict = dataclasses.field(default_factory=dict)
    invoiced: dict = dataclasses.field(default_factory=dict)
    absent: list = dataclasses.field(default_factory=list)

    def adopt(self, guardian_id, kibe_id):
        """Give a guardian without Kibé id the delivered one; links and pages follow.

        :param int guardian_id: database id
        """
        key = f"#{guardian_id}"
        for index in (self.guardians, self.incomes, *self.links.values()):
            if key in index:
                index[kibe_id] = index.pop(key)
        for pages in self.billing.values():
            for page in pages:
                if page.values["debtor"] == key:
                    page.values["debtor"] = kibe_id

    def link(self, child, flag):
        """Return the guardian that holds a part (`is_main` …) of a child, or None."""
        for guardian, record in self.links.get(child, {}).items():
            if record.values.get(flag):
                return guardian
        return None


def in_force(pages, date):
    """Return the page in force at a date: the last begun, else the first, or None."""
    begun = [page for page in pages if page.date <= date]
    if begun:
        return max(begun, key=lambda page: page.date)
    return min(pages, key=lambda page: page.date, default=None)
