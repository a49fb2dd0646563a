"""What is owed for one source, and how it becomes lines of a bill."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from ...exchange_run.core.money import ZERO

GROUP_ABOVE = 100
#: kinds whose descriptions are made of plans, products and policies: about nobody
IMPERSONAL_KINDS = frozenset({"capitation", "commission", "fee", "contribution"})


@dataclass(frozen=True, slots=True)
class Payable:
    """One payable line: openIMIS' figures, accounts as ids, amounts rounded.

    :ivar tuple merged: ids of all sources, where the line stands for several
    :ivar str document: number of the document, where the code says more than that
    """

    source: int
    code: str
    description: str
    net: Decimal
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    discount: Decimal = ZERO
    product: int | None = None
    location: int | None = None
    account: int | None = None
    taxes: tuple = ()
    analytic: str | None = None
    claim: int | None = None
    details: dict | None = None
    explanation: tuple = ("", "", "")
    merged: tuple = ()
    document: str = ""

    @property
    def group(self):
        """What payable lines have in common that share an invoice line."""
        return self.account, self.product, self.taxes, self.analytic


@dataclass(slots=True)
class Calculation:
    """Payables and reasons found so far, by source id; terms looked up once.

    :ivar differences: {source id: what its own total says more than its lines}
    """

    payables: dict = field(default_factory=dict)
    reasons: dict = field(default_factory=dict)
    amounts: dict = field(default_factory=dict)
    terms: dict = field(default_factory=dict)
    differences: dict = field(default_factory=dict)

    def knows(self, source):
        """Tell whether a source was calculated already."""
        return source in self.payables or source in self.reasons

    def add(self, source, payables):
        """Keep what is owed for a source."""
        self.payables[source] = payables
        self.amounts[source] = sum((payable.net for payable in payables), ZERO)

    def leave_out(self, source, code, text):
        """Keep why a source is not billed."""
        self.reasons[source] = (code, text)


def is_grouped(policy, count):
    """Tell whether a bill's invoice lines are grouped.

    :param str policy: auto, detailed or grouped
    :param int count: number of payable lines
    :return: bool
    """
    return policy == "grouped" or (policy == "auto" and count > GROUP_ABOVE)


def group_payables(payables):
    """Group payable lines by account, product, taxes and analytic distribution.

    :param payables: iterable of Payable
    :return: dict {(account, product, taxes, analytic): list of Payable}, in the
        order of first appearance
    """
    groups = defaultdict(list)
    for payable in payables:
        groups[payable.group].append(payable)
    return dict(groups)


def ledger_label(kind, payable, facility=""):
    """Say in the ledger what a line is about: its document, never a person's health.

    Whoever keeps books reads journal items, so diagnoses, services and names of
    insured persons stay on the payable line.

    :param str kind: type of payable
    :param Payable payable: the line
    :param str facility: name of the health facility that is paid, if it is one
    :return: label of the journal item
    """
    about = payable.description if kind in IMPERSONAL_KINDS else facility
    return " ".join(filter(None, (payable.document or payable.code, about)))
