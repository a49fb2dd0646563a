"""Relay answers of openIMIS' GraphQL -> records (spec section 6).

`thirdparty`, `subject` and `line` are JSON texts that hold the JSON text of a whole
database row (quoted twice); enums are strings such as `A_1`.
"""

import json
from base64 import b64decode
from binascii import Error as Base64Error
from decimal import Decimal

from .exceptions import UnreadableResource
from .fhir_values import iso_currency, normal_uuid, to_date, to_decimal
from .records import (
    BatchRun,
    Bill,
    BillLine,
    Claim,
    ClaimLine,
    Facility,
    Location,
    Product,
)

BILL_TYPES = {
    "claim": "claim-batch",
    "capitation payment": "claim-batch",
    "premium": "commission",
    "policy": "policy",
}
CEILINGS = {"HEALTH_FACILITY_TYPE": "H", "CLAIM_TYPE": "I"}
CARE = {"BOTH": "B", "IN_PATIENT": "I", "OUT_PATIENT": "O"}
REFUSED = 2  # status of a line
#: None means that openIMIS holds nothing; zero is an amount.
LINE_AMOUNTS = {
    "qty_approved": "qtyApproved",
    "price_approved": "priceApproved",
    "price_adjusted": "priceAdjusted",
    "price_valuated": "priceValuated",
    "remunerated": "remuneratedAmount",
    "deductable": "deductableAmount",
    "exceed_ceiling": "exceedCeilingAmount",
    "exceed_ceiling_category": "exceedCeilingAmountCategory",
    "limitation_value": "limitationValue",
}


def global_id(value):
    """Key inside a relay id: `base64("BillGQLType:<uuid>")` -> `<uuid>`."""
    try:
        return b64decode(value or "", validate=True).decode().partition(":")[2]
    except (Base64Error, UnicodeDecodeError):
        raise UnreadableResource("id", value) from None


def key_of(node):
    """UUID of a node, or its database number where it has none."""
    return normal_uuid(node.get("uuid")) or global_id(node.get("id"))


def enum_number(value):
    """`A_1` -> 1; a plain number stays; None stays None."""
    if value is None:
        return None
    return int(str(value).removeprefix("A_"))


def embedded_row(value):
    """Row in a text that was JSON-encoded twice (once in newer versions).

    :return: dict, empty when there is none
    :raises UnreadableResource: when the text is no JSON object
    """
    try:
        while isinstance(value, str) and value:
            value = json.loads(value, parse_float=Decimal)
    except ValueError:
        raise UnreadableResource("thirdparty", value) from None
    return value or {}


def read_bill(node, lines=(), currencies=None):
    """Node of `bill` and nodes of its `billItem` -> `Bill`."""
    party = embedded_row(node.get("thirdparty"))
    kinds = {line.get("lineTypeName") for line in lines}
    party_type = node.get("thirdpartyTypeName")
    return Bill(
        uuid=_uuid(node),
        code=node.get("code") or "",
        status=enum_number(node.get("status")),
        bill_type=_bill_type(next(iter(kinds), None), party_type),
        third_party_type=party_type,
        third_party_uuid=normal_uuid(party.get("uuid")),
        # a user, whom commission is paid to, is called as the officer he is
        third_party_code=party.get("code")
        or party.get("username")
        or party.get("name")
        or party.get("chfId"),
        third_party_acc_code=party.get("accCode"),
        code_tp=node.get("codeTp"),
        code_ext=node.get("codeExt"),
        date_bill=to_date(node.get("dateBill"), "bill.dateBill"),
        date_due=to_date(node.get("dateDue"), "bill.dateDue"),
        date_payed=to_date(node.get("datePayed"), "bill.datePayed"),
        net=_money(node.get("amountNet"), "bill.amountNet"),
        total=_money(node.get("amountTotal"), "bill.amountTotal"),
        discount=_money(node.get("amountDiscount"), "bill.amountDiscount"),
        currency=iso_currency(node.get("currencyCode"), currencies),
        terms=node.get("terms"),
        note=node.get("note"),
        deleted=bool(node.get("isDeleted")),
        replaced_by=normal_uuid(node.get("replacementUuid")),
        valid_to=to_date(node.get("dateValidTo"), "bill.dateValidTo"),
        lines=tuple(read_bill_line(line) for line in lines),
        version=node.get("version"),
    )


def _bill_type(line_type, party_type):
    """Commission and fees both have premiums as lines: the payee tells them apart."""
    if line_type == "premium" and party_type == "payer":
        return "fees"
    return BILL_TYPES.get(line_type, "claim-batch")


def read_bill_line(node):
    """Node of `billItem` -> `BillLine`; the deduction is an amount of its own."""
    source = embedded_row(node.get("line"))
    return BillLine(
        code=node.get("code") or "",
        kind=node.get("lineTypeName"),
        description=node.get("description"),
        quantity=_money(node.get("quantity"), "billItem.quantity"),
        unit_price=_money(node.get("unitPrice"), "billItem.unitPrice"),
        discount=_money(node.get("discount"), "billItem.discount"),
        deduction=_money(node.get("deduction"), "billItem.deduction"),
        net=_money(node.get("amountNet"), "billItem.amountNet"),
        total=_money(node.get("amountTotal"), "billItem.amountTotal"),
        ledger_account=node.get("ledgerAccount"),
        source_uuid=normal_uuid(source.get("uuid")),
        details=node.get("details"),
    )


def read_batch_run(node, currencies=None):
    """Node of `batchRuns` -> `BatchRun` (its key is the database number)."""
    location = node.get("location") or {}
    return BatchRun(
        uuid=_number(node),
        year=int(node.get("runYear")),
        month=int(node.get("runMonth")),
        run_date=to_date(node.get("runDate"), "batchRun.runDate"),
        location_uuid=normal_uuid(location.get("uuid")),
        location_code=location.get("code"),
    )


def read_location(node, currencies=None):
    """Node of `locations` -> `Location`."""
    return Location(
        uuid=_uuid(node),
        code=node.get("code") or "",
        name=node.get("name") or "",
        level=node.get("type") or "R",
        parent_uuid=normal_uuid((node.get("parent") or {}).get("uuid")),
        male=node.get("malePopulation"),
        female=node.get("femalePopulation"),
        other=node.get("otherPopulation"),
        families=node.get("families"),
    )


def read_facility(node, currencies=None):
    """Node of `healthFacilities` -> `Facility`, with its account code."""
    return Facility(
        uuid=_uuid(node),
        code=node.get("code") or "",
        name=node.get("name") or "",
        legal_form=(node.get("legalForm") or {}).get("code"),
        level=node.get("level"),
        sub_level=(node.get("subLevel") or {}).get("code"),
        care_type=node.get("careType"),
        acc_code=node.get("accCode"),
        location_uuid=_uuid_in(node, "location"),
        # openIMIS keeps the ends of lines as the two characters \ and n
        street=(node.get("address") or "").replace("\\n", "\n").strip() or None,
        phone=node.get("phone") or None,
        email=node.get("email") or None,
        status=node.get("status"),
        catchments=_catchments(node.get("catchments")),
    )


def _catchments(nodes):
    """(village, percent) of those that are in force; None when none were asked for."""
    if nodes is None:
        return None
    return tuple(
        sorted(
            (_uuid_in(node, "location"), _money(node.get("catchment"), "catchment"))
            for node in nodes
            if not node.get("validityTo") and _uuid_in(node, "location")
        )
    )


def read_product(node, currencies=None):
    """Node of `products` -> `Product`, with both account codes."""
    return Product(
        uuid=_uuid(node),
        code=node.get("code") or "",
        name=node.get("name") or "",
        date_from=to_date(node.get("dateFrom"), "product.dateFrom"),
        date_to=to_date(node.get("dateTo"), "product.dateTo"),
        lump_sum=to_decimal(node.get("lumpSum"), "product.lumpSum"),
        location_uuid=_uuid_in(node, "location"),
        acc_code_remuneration=node.get("accCodeRemuneration"),
        acc_code_premiums=node.get("accCodePremiums"),
        share_contribution=to_decimal(
            node.get("shareContribution"), "product.shareContribution"
        ),
        ceiling_interpretation=CEILINGS.get(node.get("ceilingInterpretation")),
        distribution=_distribution(node.get("relativePrices")),
    )


def _distribution(nodes):
    """Percents of each month by kind of care; None where openIMIS has none."""
    found = tuple(
        (
            CARE[node["careType"]],
            tuple(_money(percent, "product.relativePrices") for percent in periods),
        )
        for node in nodes or ()
        if (periods := node.get("periods")) and node.get("careType") in CARE
    )
    return found or None


def read_claim(node, currencies=None):
    """Node of `claims` -> `Claim` with items and services."""
    facility = node.get("healthFacility") or {}
    insuree = node.get("insuree") or {}
    icd = node.get("icd") or {}
    # openIMIS gives them in any order; their numbers are those of their entry
    lines = [("item", line) for line in _in_order(node.get("items"))]
    lines += [("service", line) for line in _in_order(node.get("services"))]
    processed = node.get("processStamp") or node.get("dateProcessed")
    return Claim(
        uuid=_uuid(node),
        code=node.get("code") or "",
        status=enum_number(node.get("status")),
        facility_uuid=_facility(facility),
        facility_code=facility.get("code"),
        patient_uuid=normal_uuid(insuree.get("uuid")),
        patient_chf_id=insuree.get("chfId"),
        date_from=to_date(node.get("dateFrom"), "claim.dateFrom"),
        date_to=to_date(node.get("dateTo"), "claim.dateTo"),
        date_claimed=to_date(node.get("dateClaimed"), "claim.dateClaimed"),
        date_processed=to_date(processed, "claim.processStamp"),
        visit_type=node.get("visitType"),
        icd_code=icd.get("code"),
        icd_name=icd.get("name"),
        batch_run_uuid=_number(node.get("batchRun")),
        claimed=_money(node.get("claimed"), "claim.claimed"),
        approved=to_decimal(node.get("approved"), "claim.approved"),
        valuated=to_decimal(node.get("valuated"), "claim.valuated"),
        remunerated=to_decimal(node.get("remunerated"), "claim.remunerated"),
        reinsured=to_decimal(node.get("reinsured"), "claim.reinsured"),
        care_type=node.get("careType") or None,
        review_status=node.get("reviewStatus"),
        feedback_status=node.get("feedbackStatus"),
        rejection_reason=node.get("rejectionReason"),
        claim_admin=(node.get("admin") or {}).get("code"),
        explanation=node.get("explanation") or None,
        lines=tuple(
            _claim_line(number, kind, line)
            for number, (kind, line) in enumerate(lines, start=1)
        ),
    )


def _claim_line(sequence, kind, node):
    article = node.get(kind) or {}
    return ClaimLine(
        sequence=sequence,
        kind=kind,
        code=article.get("code") or "",
        name=article.get("name"),
        uuid=normal_uuid(article.get("uuid")),
        qty_provided=_money(node.get("qtyProvided"), "claim.line.qtyProvided"),
        price_asked=_money(node.get("priceAsked"), "claim.line.priceAsked"),
        price_origin=node.get("priceOrigin") or None,
        rejection_reason=int(node.get("rejectionReason") or 0),
        rejected=node.get("status") == REFUSED or None,
        limitation=node.get("limitation") or None,
        product_code=(node.get("product") or {}).get("code"),
        policy_uuid=_uuid_in(node, "policy"),
        justification=node.get("justification") or None,
        **{
            ours: to_decimal(node.get(theirs), f"claim.line.{theirs}")
            for ours, theirs in LINE_AMOUNTS.items()
        },
    )


def _in_order(nodes):
    return sorted(nodes or (), key=lambda node: _line_number(node.get("id")))


def _line_number(value):
    return int(value) if str(value).isdigit() else 0


def _facility(node):
    uuid = normal_uuid(node.get("uuid"))
    if not uuid:
        raise UnreadableResource("claim.healthFacility", "missing")
    return uuid


def _number(node):
    """Database number of a record without UUID, as `read_batch_run` keys it."""
    return global_id(node.get("id")) or None if node else None


def _uuid_in(node, name):
    """UUID of what a node points at, or None."""
    return normal_uuid((node.get(name) or {}).get("uuid"))


def _uuid(node):
    uuid = normal_uuid(node.get("uuid")) or normal_uuid(global_id(node.get("id")))
    if not uuid:
        raise UnreadableResource("id", "UUID missing")
    return uuid


def _money(value, path):
    number = to_decimal(value, path)
    return Decimal(0) if number is None else number
