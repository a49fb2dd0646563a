"""Claim and ClaimResponse -> one `Claim` record (spec section 5).

The two share their id. The Claim knows the facility and what was asked, the
ClaimResponse what was decided; neither is enough alone.
"""

from decimal import Decimal

from . import const
from .exceptions import UnreadableResource
from .fhir_values import (
    extensions,
    first_code,
    identifier,
    iso_currency,
    money,
    reference_id,
    to_date,
    to_decimal,
    uuid_of,
)
from .records import Claim, ClaimLine


def read_claim(claim, response=None, currencies=None):
    """Join a Claim with its ClaimResponse.

    :param dict claim: FHIR Claim
    :param dict response: FHIR ClaimResponse with the same id, or None when the claim
        was only entered
    :param dict currencies: e.g. `{"$": "USD"}`
    :rtype: Claim
    :raises UnreadableResource: no UUID, no provider, or the two are not one claim
    """
    uuid = uuid_of(claim)
    if response and claim_uuid_of_response(response) != uuid:
        raise UnreadableResource("ClaimResponse.request", "belongs to another claim")
    provider = claim.get("provider") or {}
    facility = reference_id(provider)
    if not facility:
        raise UnreadableResource("Claim.provider", "missing")
    period = claim.get("billablePeriod") or {}
    total, currency = money(claim.get("total"), "Claim.total")
    diagnosis = next(iter(claim.get("diagnosis") or ()), {})
    icd = next(
        iter((diagnosis.get("diagnosisCodeableConcept") or {}).get("coding") or ()), {}
    )
    insurance = next(iter(claim.get("insurance") or ()), {})
    stage_totals = _totals(response)
    return Claim(
        uuid=uuid,
        code=identifier(claim, "Code") or uuid,
        status=_status(response),
        facility_uuid=facility,
        facility_code=provider.get("display"),
        patient_uuid=reference_id(claim.get("patient")),
        patient_chf_id=(claim.get("patient") or {}).get("display"),
        date_from=to_date(period.get("start"), "Claim.billablePeriod.start"),
        date_to=to_date(period.get("end"), "Claim.billablePeriod.end"),
        date_claimed=to_date(claim.get("created"), "Claim.created"),
        date_processed=to_date(
            (response or {}).get("created"), "ClaimResponse.created"
        ),
        visit_type=first_code(claim.get("type")),
        icd_code=icd.get("code"),
        icd_name=icd.get("display"),
        coverage_uuid=reference_id(insurance.get("coverage")),
        claimed=total or Decimal(0),
        approved=stage_totals.get(const.STAGE_CHECKED),
        valuated=stage_totals.get(const.STAGE_VALUATED),
        currency=iso_currency(currency, currencies),
        lines=_lines(claim, response),
    )


def claim_uuid_of_response(response):
    """UUID of the claim a ClaimResponse answers: `ClaimV2/<uuid>` in the wild."""
    return reference_id(response.get("request")) or uuid_of(response)


def _status(response):
    """openIMIS claim status: the last stage; all lines refused means rejected."""
    if not response:
        return const.ENTERED
    stages, reasons = set(), []
    for item in response.get("item") or ():
        for adjudication in item.get("adjudication") or ():
            stages.add(int(first_code(adjudication.get("category")) or 2))
            reasons.append(_rejection(adjudication))
    if reasons and all(reasons) and max(stages) <= const.CHECKED:
        return const.REJECTED
    return max(stages | {int(s) for s in _totals(response)}, default=const.ENTERED)


def _totals(response):
    totals = {}
    for total in (response or {}).get("total") or ():
        stage = first_code(total.get("category"))
        if stage:
            totals[stage] = money(total.get("amount"), "ClaimResponse.total")[0]
    return totals


def _lines(claim, response):
    notes = {
        note.get("number"): note.get("text")
        for note in (response or {}).get("processNote") or ()
    }
    answers = {
        item.get("itemSequence"): item for item in (response or {}).get("item") or ()
    }
    return tuple(
        _line(item, answers.get(item.get("sequence")), notes)
        for item in claim.get("item") or ()
    )


def _line(item, answer, notes):
    stages = {
        first_code(a.get("category")): a
        for a in (answer or {}).get("adjudication") or ()
    }
    last = stages.get(const.STAGE_VALUATED) or stages.get(const.STAGE_CHECKED) or {}
    reference = extensions(item, "claim-item-reference")
    origin = next((notes.get(n) for n in (answer or {}).get("noteNumber") or ()), None)
    category = (item.get("category") or {}).get("text")
    return ClaimLine(
        sequence=int(item.get("sequence") or 0),
        kind="service" if category == "service" else "item",
        code=(item.get("productOrService") or {}).get("text") or "",
        uuid=reference_id(reference[0].get("valueReference")) if reference else None,
        qty_provided=_value(item.get("quantity"), Decimal(0)),
        price_asked=_value(item.get("unitPrice"), Decimal(0)),
        qty_approved=to_decimal(stages.get(const.STAGE_CHECKED, {}).get("value")),
        price_approved=_amount(stages.get(const.STAGE_CHECKED)),
        price_adjusted=_amount(stages.get(const.STAGE_PROCESSED)),
        price_valuated=_amount(stages.get(const.STAGE_VALUATED)),
        price_origin=origin if origin in ("P", "O", "R") else None,
        rejection_reason=_rejection(last),
    )


def _value(element, default=None):
    number = to_decimal((element or {}).get("value"), "Claim.item")
    return default if number is None else number


def _amount(adjudication):
    return _value((adjudication or {}).get("amount"))


def _rejection(adjudication):
    return int(first_code(adjudication.get("reason")) or 0)
