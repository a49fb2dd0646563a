"""A claim as it is read for valuation, and the terms it is valuated on."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...exchange_run.core.money import CENT
from .periods import period_of
from .valuation import ClaimLine, Valuation, first_given, valuate


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """What a product says about how it pays; accounts and taxes as ids.

    :ivar is_due: whether its plans of fee for service pay in this closing, if any
    """

    id: int
    account: int | None
    problem: str = ""
    taxes: tuple = ()
    analytic: dict = field(default_factory=dict)
    capitation_levels: frozenset = frozenset()
    period: str = "M"
    care_apart: bool = False
    in_patient_by_level: bool = False
    facility_accounts: dict = field(default_factory=dict)
    date_from: date | None = None
    date_to: date | None = None
    is_due: bool = True

    def is_valid(self, day):
        """Tell whether the product is in force on a day."""
        return (self.date_from or day) <= day <= (self.date_to or day)

    def account_of(self, facility):
        """Return the id of the ledger account, or None.

        :param int facility: third party, whose own account goes before that of the
            type; the account of the product goes before both
        """
        return self.facility_accounts.get(facility, self.account)

    def accounting(self, location, facility=None):
        """Return the accounting arguments of a payable.

        :param int location: area of the third party, for the analytic distribution
        :param int facility: third party where it is a health facility
        """
        return {
            "product": self.id,
            "account": self.account_of(facility),
            "taxes": self.taxes,
            "analytic": self.analytic.get(location, self.analytic.get(None)),
        }


@dataclass(frozen=True, slots=True)
class Texts:
    """Templates of the explanation, in the user's language."""

    claimed: str = "claimed %s"
    net: str = "net %(net)s, discount %(discount)s"
    indexed: str = "%s (relative index)"
    rejected: str = "rejected"
    statuses: dict = field(default_factory=dict)
    point: str = "."

    def figure(self, number):
        """Return a Decimal as text, with the decimal mark of the language."""
        return f"{number:f}".replace(".", self.point)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a closing needs to know besides its claims.

    :ivar bool details: whether lines need structured details, as bills do
    """

    products: dict
    scope: frozenset
    partners: frozenset
    indexes: dict
    quantum: Decimal = CENT
    texts: Texts = Texts()
    details: bool = True


#: for reading claims without valuating them
NO_TERMS = Terms(products={}, scope=frozenset(), partners=frozenset(), indexes={})


@dataclass(slots=True)
class Line:
    """Item or service of a claim."""

    id: int
    code: str
    name: str
    product: int | None
    values: ClaimLine
    index_key: tuple | None = None
    rejection: int = 0

    @property
    def has_no_price(self):
        """Whether nothing says what an accepted line costs."""
        values = self.values
        is_given = (
            values.price_asked
            or values.price_approved is not None
            or values.price_adjusted is not None
            or values.is_settled
        )
        return not is_given and bool(values.quantity)

    def details(self, net, terms):
        """Return openIMIS' details of a line, plus what it is paid with, and why.

        A rejected line has the code of its reason; nothing of it is approved. Another
        one has its relative index and what is deducted from it, if any, and says where
        openIMIS decided the amount.

        :param Decimal net: what the line is paid with
        :param Terms terms: with the indexes of relative prices
        :rtype: dict
        """
        values = self.values
        details = {
            "code": self.code,
            "name": self.name or self.code,
            "quantity": str(values.qty_provided),
            "quantity_approved": str(values.quantity),
            "price": str(values.price_asked),
            "price_approved": str(values.price),
            "net": str(net),
        }
        if values.rejected:
            details.update(quantity_approved="0", rejection_reason=self.rejection)
        elif values.is_settled:
            details["valuated"] = True
        else:
            if values.needs_index:
                details["index"] = str(terms.indexes[self.index_key])
            if values.reduction:
                details["deduction"] = str(values.reduction)
        return details

    def working(self, net, terms):
        """Return how the amount came about, as one short text."""
        values, write = self.values, terms.texts.figure
        if values.rejected:
            return f"{self.code}: {terms.texts.rejected}"
        if values.remunerated is not None:
            return f"{self.code}: {write(net)}"
        price = first_given(values.price_valuated, values.price)
        text = f"{self.code}: {write(values.quantity)} x {write(price)}"
        if values.needs_index:
            index = write(terms.indexes[self.index_key])
            text += f" x {terms.texts.indexed % index}"
        if values.reduction and values.price_valuated is None:
            text += f" - {write(values.reduction)}"
        return f"{text} = {write(net)}"


@dataclass(slots=True)
class Claim:
    """Header of a claim with its lines."""

    id: int
    code: str
    status: str
    date: date | None
    facility: int | None
    level: str | None
    sub_level: str | None
    location: int | None
    in_patient: bool
    description: str
    claimed: Decimal
    valuated: Decimal
    remunerated: Decimal
    never_bill: bool
    visit: date | None = None
    lines: list = field(default_factory=list)
    _valuation: Valuation | None = None

    def valuate(self, terms):
        """Return the `Valuation` of the claim, worked out once.

        :param Terms terms: with the indexes of relative prices
        :raises LookupError: a relative price has no index
        """
        if self._valuation is None:
            self._valuation = valuate(
                [(line.index_key, line.values) for line in self.lines],
                terms.indexes,
                terms.quantum,
            )
        return self._valuation

    def index_key(self, product):
        """Return the key of the index that a relative price of `product` needs.

        :param ProductTerms product: terms of the line's product
        :return: tuple (product id, care type, first day, last day)
        """
        care = "B"
        if product.care_apart:
            stays = (
                self.level == "H" if product.in_patient_by_level else self.in_patient
            )
            care = "I" if stays else "O"
        return (product.id, care, *period_of(self.date, product.period))
