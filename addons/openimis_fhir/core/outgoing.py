"""What this server says, as plain values: the input of `fhir_build`.

Money is `Decimal` in `currency` (ISO 4217), dates are `date`, moments are aware
`datetime`. Ids are FHIR ids: letters, digits, `-` and `.`, at most 64 characters.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Party:
    """Who pays or is paid: `kind` is Organization, Patient or Practitioner."""

    id: str
    name: str = ""
    kind: str = "Organization"
    code: str | None = None
    has_uuid: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One payable line. `kind`: claim, capitation, commission, fee, cash …

    `net` is what the line adds to the bill before tax; the price before discount and
    deduction follows from it, so that the components add up to it to the cent.
    """

    id: str
    code: str
    kind: str
    quantity: Decimal
    unit_price: Decimal
    net: Decimal
    discount: Decimal = Decimal(0)
    deduction: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    description: str | None = None
    account: str | None = None
    subject: Party | None = None
    claim_id: str | None = None


@dataclass(frozen=True, slots=True)
class BillHead:
    """A bill without its lines. `status` is openIMIS' number (0 to 7)."""

    id: str
    code: str
    status: int
    currency: str
    net: Decimal
    gross: Decimal
    bill_type: str = "claim-batch"
    receivable: bool = False
    refund: bool = False
    recipient: Party | None = None
    issuer: Party | None = None
    date_bill: date | None = None
    date_due: date | None = None
    date_from: date | None = None
    date_to: date | None = None
    account: str | None = None
    account_name: str | None = None
    subject: Party | None = None
    terms: str | None = None
    notes: tuple[str, ...] = ()
    taxes: tuple[tuple[str, Decimal], ...] = ()
    cancelled_reason: str | None = None
    updated: datetime | None = None
    version: int = 1
    replaces: str | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """One payment of one bill. `status` is FHIR's: active, cancelled …"""

    id: str
    status: str
    bill_id: str
    amount: Decimal
    currency: str
    created: datetime
    payment_date: date
    payment_id: str
    recipient: Party
    payment_code: str = "paid"
    identifiers: tuple[tuple[str | None, str], ...] = ()
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One payment and the bills it settles: details are (bill id, amount, date)."""

    id: str
    status: str
    amount: Decimal
    currency: str
    created: datetime
    payment_date: date
    reference: str | None = None
    issuer: Party | None = None
    payee: Party | None = None
    details: tuple[tuple[str, Decimal, date], ...] = ()
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facility:
    """A health facility or other third party, as Organization."""

    id: str
    code: str
    name: str
    kind: str = "prov"
    active: bool = True
    legal_form: str | None = None
    level: str | None = None
    care_type: str | None = None
    account_code: str | None = None
    street: str | None = None
    city: str | None = None
    district: str | None = None
    region: str | None = None
    phone: str | None = None
    email: str | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """One item or service of a claim, as provided and priced by the facility."""

    sequence: int
    kind: str
    code: str
    quantity: Decimal
    unit_price: Decimal


@dataclass(frozen=True, slots=True)
class ClaimOut:
    """A claim as the insurer received it."""

    id: str
    code: str
    created: date
    currency: str
    total: Decimal
    provider: Party
    patient: Party
    active: bool = True
    visit_type: str = "O"
    coverage_id: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    icd_code: str | None = None
    icd_name: str | None = None
    items: tuple[ClaimItem, ...] = ()
    updated: datetime | None = None
