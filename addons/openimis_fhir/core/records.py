"""What was read from openIMIS, whatever the transport: frozen, slotted, exact.

Money is `Decimal` in the record's currency (ISO 4217 or None when unknown), dates
are `datetime.date`, identifiers are openIMIS UUIDs in lower case without braces.
`version` is openIMIS' own number where the transport tells it (GraphQL), else None.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Location:
    """A region, district, ward or village."""

    uuid: str
    code: str
    name: str
    level: str  # R region, D district, W ward, V village
    parent_uuid: str | None = None
    male: int | None = None
    female: int | None = None
    other: int | None = None
    families: int | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Facility:
    """A health facility."""

    uuid: str
    code: str
    name: str
    legal_form: str | None = None
    level: str | None = None
    sub_level: str | None = None
    care_type: str | None = None
    acc_code: str | None = None
    location_uuid: str | None = None
    district: str | None = None
    region: str | None = None
    street: str | None = None
    phone: str | None = None
    email: str | None = None
    status: str | None = None
    catchments: tuple[tuple[str, Decimal], ...] | None = None  # (village, percent)
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """An insurance product."""

    uuid: str
    code: str
    name: str
    date_from: date | None = None
    date_to: date | None = None
    lump_sum: Decimal | None = None
    location_uuid: str | None = None
    acc_code_remuneration: str | None = None
    acc_code_premiums: str | None = None
    share_contribution: Decimal | None = None  # percent
    ceiling_interpretation: str | None = None  # H hospital level, I length of stay
    #: ((care type B, I or O, percent of each month from January), ...)
    distribution: tuple[tuple[str, tuple[Decimal, ...]], ...] | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays contributions for others; openIMIS gives it no code."""

    uuid: str
    code: str
    name: str
    type: str | None = None  # C, D, G, L, O, P
    location_uuid: str | None = None
    phone: str | None = None
    email: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Officer:
    """An enrolment officer."""

    uuid: str
    code: str
    last_name: str = ""
    other_names: str = ""
    location_uuid: str | None = None
    works_to: date | None = None
    phone: str | None = None
    email: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """How a product pays; `parameters` is openIMIS' own JSON text."""

    uuid: str
    code: str
    name: str
    calculation: str  # claim, capitation, commission, fee, cash
    calculation_uuid: str
    product_uuid: str
    periodicity: int = 1
    date_from: date | None = None
    date_to: date | None = None
    rate: Decimal | None = None  # percent
    lump_sum: Decimal | None = None
    payment_origin: str | None = None
    parameters: str | None = None
    #: (openIMIS' name of a weight, percent), of capitation
    weights: tuple[tuple[str, Decimal], ...] = ()
    share_contribution: Decimal | None = None
    levels: tuple[tuple[str, str | None], ...] = ()  # (level, sub-level)
    care_type: str | None = None
    distribution: tuple[Decimal, ...] | None = None  # percent of each month
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """A family; its code is the number of its head."""

    uuid: str
    code: str
    head_uuid: str | None = None
    location_uuid: str | None = None
    poverty: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class RelativeIndex:
    """What relative prices of a product and period are multiplied by."""

    uuid: str
    product_uuid: str
    type: int  # 12 monthly, 4 quarterly, 2 half-yearly, 1 yearly
    care_type: str
    year: int
    period: int
    index: Decimal
    calc_date: date | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Insuree:
    """An insured person, or the head of a family."""

    uuid: str
    chf_id: str
    last_name: str = ""
    other_names: str = ""
    is_head: bool = False
    family_uuid: str | None = None
    location_uuid: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A family's policy for a product."""

    uuid: str
    status: int | None
    number: str | None = None
    product_code: str | None = None
    holder_chf_id: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    stage: str | None = None  # N new, R renewed
    value: Decimal | None = None
    date_enrolled: date | None = None
    date_effective: date | None = None
    officer_uuid: str | None = None
    officer_code: str | None = None
    family_uuid: str | None = None
    exact: bool = False  # status and dates are openIMIS' own (GraphQL), none is derived
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Premium:
    """By FHIR `uuid` is made of the policy's and `sequence`, by GraphQL its own."""

    uuid: str
    policy_uuid: str
    sequence: int
    amount: Decimal
    currency: str | None = None
    product_uuid: str | None = None
    product_code: str | None = None
    officer_uuid: str | None = None
    officer_code: str | None = None
    family_uuid: str | None = None
    payer: str | None = None
    category: str | None = None
    receipt: str | None = None
    pay_type: str | None = None
    pay_date: date | None = None
    date_from: date | None = None
    date_to: date | None = None
    policy_value: Decimal | None = None
    payer_uuid: str | None = None
    is_photo_fee: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """An item or a service of a claim; amounts in the claim's currency."""

    sequence: int
    kind: str  # item, service
    code: str
    uuid: str | None = None
    name: str | None = None
    qty_provided: Decimal = Decimal(0)
    price_asked: Decimal = Decimal(0)
    qty_approved: Decimal | None = None
    price_approved: Decimal | None = None
    price_adjusted: Decimal | None = None
    price_valuated: Decimal | None = None
    price_origin: str | None = None
    rejection_reason: int = 0
    rejected: bool | None = None  # None: what the reason says
    remunerated: Decimal | None = None
    deductable: Decimal | None = None
    exceed_ceiling: Decimal | None = None
    exceed_ceiling_category: Decimal | None = None
    limitation: str | None = None
    limitation_value: Decimal | None = None
    product_code: str | None = None
    policy_uuid: str | None = None
    justification: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its lines; `status` is openIMIS' number.

    `untold`: the transport cannot tell what some line is worth, because openIMIS shows
    a price of zero, or none, as the asked one.
    """

    uuid: str
    code: str
    status: int
    facility_uuid: str
    facility_code: str | None = None
    patient_uuid: str | None = None
    patient_chf_id: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    date_claimed: date | None = None
    date_processed: date | None = None
    visit_type: str | None = None
    icd_code: str | None = None
    icd_name: str | None = None
    coverage_uuid: str | None = None
    product_code: str | None = None
    batch_run_uuid: str | None = None
    claimed: Decimal = Decimal(0)
    approved: Decimal | None = None
    valuated: Decimal | None = None
    remunerated: Decimal | None = None
    currency: str | None = None
    lines: tuple[ClaimLine, ...] = ()
    untold: bool = False
    care_type: str | None = None
    review_status: int | None = None
    feedback_status: int | None = None
    rejection_reason: int | None = None
    reinsured: Decimal | None = None
    claim_admin: str | None = None
    explanation: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class BatchRun:
    """A month's valuation of an area."""

    uuid: str
    year: int
    month: int
    run_date: date | None = None
    location_uuid: str | None = None
    location_code: str | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a bill, in the bill's currency."""

    code: str
    kind: str | None = None
    description: str | None = None
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    deduction: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    ledger_account: str | None = None
    source_uuid: str | None = None
    details: str | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill that openIMIS made; `status` is openIMIS' number."""

    uuid: str
    code: str
    status: int | None
    bill_type: str | None = None
    third_party_type: str | None = None
    third_party_uuid: str | None = None
    third_party_code: str | None = None
    third_party_acc_code: str | None = None
    code_tp: str | None = None
    code_ext: str | None = None
    date_bill: date | None = None
    date_due: date | None = None
    date_payed: date | None = None
    net: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    currency: str | None = None
    terms: str | None = None
    note: str | None = None
    deleted: bool = False
    replaced_by: str | None = None
    valid_to: date | None = None
    lines: tuple[BillLine, ...] = ()
    version: int | None = None


def without_person(claim):
    """The same claim without whom it was for.

    :rtype: Claim
    """
    return replace(claim, patient_uuid=None, patient_chf_id=None)


def fingerprint(record):
    """Digest of everything a record says: equal digest, nothing to write.

    FHIR gives no version number (section 5), so a changed content is the version.

    :param record: one of the dataclasses above
    :return: 32 hexadecimal digits
    :rtype: str
    """
    return sha256(_canonical(record).encode()).hexdigest()[:32]


def _canonical(value):
    return CANONICAL.get(type(value), repr)(value)


def _canonical_record(record):
    kind = type(record)
    inner = ",".join(
        [f"{name}={_canonical(getattr(record, name))}" for name in kind.__slots__]
    )
    return f"{kind.__name__}({inner})"


def _canonical_decimal(value):
    # 500, 500.0 and 500.00 are one amount: transports write them differently
    return f"{value.normalize():f}" if value else "0"


#: How each type is written, looked up because every field of every record passes here.
CANONICAL = {
    tuple: lambda value: f"[{','.join(map(_canonical, value))}]",
    Decimal: _canonical_decimal,
    **dict.fromkeys(
        (
            Location,
            Facility,
            Product,
            Payer,
            Officer,
            PaymentPlan,
            Family,
            RelativeIndex,
            Insuree,
            Policy,
            Premium,
            ClaimLine,
            Claim,
            BatchRun,
            BillLine,
            Bill,
        ),
        _canonical_record,
    ),
}
