"""Claim and ClaimResponse -> one `Claim` record (spec section 5).

The two share their id. The Claim knows the facility and what was asked, the
ClaimResponse what was decided; neither is enough alone, and both together do not tell
everything: `Claim.untold` marks the claims whose worth may be another one. When a claim
was processed is not told at all: `ClaimResponse.created` is the day of the request.
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

ORIGINS = ("P", "O", "R")
#: openIMIS' code of a refusal without another reason (by the medical officer)
UNNAMED_REASON = -1


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
    status, lines = _status(response), _lines(claim, response)
    return Claim(
        uuid=uuid,
        code=identifier(claim, "Code") or uuid,
        status=status,
        facility_uuid=facility,
        facility_code=provider.get("display"),
        patient_uuid=reference_id(claim.get("patient")),
        patient_chf_id=(claim.get("patient") or {}).get("display"),
        date_from=to_date(period.get("start"), "Claim.billablePeriod.start"),
        date_to=to_date(period.get("end"), "Claim.billablePeriod.end"),
        date_claimed=to_date(claim.get("created"), "Claim.created"),
        visit_type=first_code(claim.get("type")),
        icd_code=icd.get("code"),
        icd_name=icd.get("display"),
        coverage_uuid=reference_id(insurance.get("coverage")),
        claimed=total or Decimal(0),
        currency=iso_currency(currency, currencies),
        lines=lines,
        untold=any(_is_untold(line, status) for line in lines),
    )


def claim_uuid_of_response(response):
    """UUID of the claim a ClaimResponse answers: `ClaimV2/<uuid>` in the wild."""
    return reference_id(response.get("request")) or uuid_of(response)


def _status(response):
    """openIMIS claim status: the last stage that has a total.

    Only a rejected claim has no totals; one whose lines were all refused after it was
    processed has them, and is not called rejected by openIMIS either.
    """
    if not response:
        return const.ENTERED
    summed = {int(stage) for stage in _stages_with_total(response)}
    if summed:
        return max(summed)
    stages = {
        int(stage)
        for item in response.get("item") or ()
        for stage in _adjudications(item)
    }
    if stages:
        return max(stages)
    is_closed = response.get("outcome") == "complete"
    return const.REJECTED if is_closed else const.ENTERED


def _stages_with_total(response):
    """Stages the response sums up. The sums themselves are of no use.

    openIMIS adds up what it shows of each line, asked prices included where a stage
    has none, and not what its claim holds.
    """
    categories = [first_code(t.get("category")) for t in response.get("total") or ()]
    return [category for category in categories if category]


def _adjudications(item):
    return {
        first_code(a.get("category")) or const.STAGE_ENTERED: a
        for a in (item or {}).get("adjudication") or ()
    }


def _lines(claim, response):
    answers = (response or {}).get("item") or ()
    by_sequence = {item.get("itemSequence"): item for item in answers}
    origins = _origins(response)
    return tuple(
        _line(
            item,
            by_sequence.get(item.get("sequence")),
            origins.get(item.get("sequence")),
        )
        for item in claim.get("item") or ()
    )


def _origins(response):
    """{sequence: price origin} of the lines of which it can be known.

    Each line writes its origin over the one before it, under number 2 (or 1 where it
    is the only line). So a text that several lines point at is the last one's, and
    nobody else's.
    """
    notes = (response or {}).get("processNote") or ()
    owners = {}
    for item in (response or {}).get("item") or ():
        for number in item.get("noteNumber") or ():
            owners[number] = item.get("itemSequence")
    return {
        owners[note["number"]]: note.get("text")
        for note in notes
        if note.get("number") in owners and note.get("text") in ORIGINS
    }


def _line(item, answer, origin):
    stages = _adjudications(answer)
    asked = {
        "amount": _value(item.get("unitPrice"), Decimal(0)),
        "value": _value(item.get("quantity"), Decimal(0)),
    }
    reference = extensions(item, "claim-item-reference")
    category = (item.get("category") or {}).get("text")
    return ClaimLine(
        sequence=int(item.get("sequence") or 0),
        kind="service" if category == "service" else "item",
        code=(item.get("productOrService") or {}).get("text") or "",
        uuid=reference_id(reference[0].get("valueReference")) if reference else None,
        qty_provided=asked["value"],
        price_asked=asked["amount"],
        qty_approved=_told(stages.get(const.STAGE_CHECKED), "value", asked),
        price_approved=_told(stages.get(const.STAGE_CHECKED), "amount", asked),
        price_adjusted=_told(stages.get(const.STAGE_PROCESSED), "amount", asked),
        price_valuated=_told(stages.get(const.STAGE_VALUATED), "amount", asked),
        price_origin=origin,
        rejection_reason=_rejection(stages),
    )


def _told(adjudication, name, asked):
    """What a stage says of a line, None when it says nothing.

    openIMIS fills a stage that has no value of its own (or one of zero) with what was
    asked for; a stage that repeats it is therefore no information.
    """
    if not adjudication:
        return None
    if name == "amount":
        number = _value(adjudication.get("amount"))
    else:
        number = to_decimal(adjudication.get("value"), "ClaimResponse.item")
    return None if number == asked[name] else number


def _value(element, default=None):
    number = to_decimal((element or {}).get("value"), "Claim.item")
    return default if number is None else number


def _rejection(stages):
    """Reason of a refused line, 0 for an accepted one.

    A refused line has one adjudication only, of category «rejected».
    """
    if str(const.REJECTED) in stages:
        reason = stages[str(const.REJECTED)].get("reason")
        return int(first_code(reason) or 0) or UNNAMED_REASON
    reasons = (int(first_code(a.get("reason")) or 0) for a in stages.values())
    return next(filter(None, reasons), 0)


def _is_untold(line, status):
    """Whether a processed line may be worth another amount than what was told."""
    return (
        status >= const.PROCESSED
        and not line.rejection_reason
        and line.price_valuated is None
    )
