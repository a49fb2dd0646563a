"""FHIR R4 resources as openIMIS emits them -> records (spec section 5).

Every function takes the parsed JSON of one resource (numbers as `Decimal`, see
`client.loads`) and returns one frozen record, or raises `UnreadableResource` naming
the element at fault. `currencies` maps what openIMIS calls a currency to ISO 4217.
"""

from . import const
from .exceptions import UnreadableResource
from .fhir_values import (
    extension_code,
    extensions,
    first_code,
    identifier,
    iso_currency,
    money,
    reference_id,
    reference_tail,
    tail,
    to_date,
    to_decimal,
    uuid_of,
)
from .records import Facility, Insuree, Location, Policy, Premium, Product

# Location.physicalType of openIMIS: area (region, district, ward, village)
LOCATION_LEVELS = {"R": "R", "D": "D", "W": "W", "M": "W", "V": "V"}


def read_location(resource, currencies=None):
    """Location -> `Location`; level from type or physicalType, parent from partOf."""
    level = None
    concepts = [resource.get("physicalType"), *(resource.get("type") or ())]
    for concept in concepts:
        level = level or LOCATION_LEVELS.get(first_code(concept))
    return Location(
        uuid=uuid_of(resource),
        code=identifier(resource, "Code") or uuid_of(resource),
        name=resource.get("name") or "",
        level=level or ("D" if resource.get("partOf") else "R"),
        parent_uuid=reference_id(resource.get("partOf")),
    )


def read_facility(resource, currencies=None):
    """Organization of type `prov` -> `Facility` (the account code is not in FHIR)."""
    address = next(iter(resource.get("address") or ()), {})
    telecom = {t.get("system"): t.get("value") for t in resource.get("telecom") or ()}
    location = None
    for extension in extensions(address, "address-location-reference"):
        # openIMIS points at the organization itself here, not at a location
        if (extension.get("valueReference") or {}).get("type") == "Location":
            location = reference_id(extension["valueReference"])
    return Facility(
        uuid=uuid_of(resource),
        code=_required(identifier(resource, "Code"), "Organization.identifier", "Code"),
        name=resource.get("name") or "",
        legal_form=extension_code(resource, "organization-legal-form"),
        level=extension_code(resource, "organization-hf-level"),
        care_type=extension_code(resource, "organization-hf-care-type"),
        location_uuid=location,
        district=address.get("district"),
        region=address.get("state"),
        # openIMIS escapes the line break twice
        street=", ".join(address.get("line") or ()).replace("\\n", ", ") or None,
        phone=telecom.get("phone"),
        email=telecom.get("email"),
    )


def read_product(resource, currencies=None):
    """InsurancePlan -> `Product`; accounts and capitation weights are not in FHIR."""
    period = resource.get("period") or {}
    area = next(iter(resource.get("coverageArea") or ()), None)
    return Product(
        uuid=uuid_of(resource),
        code=_required(
            identifier(resource, "Code"), "InsurancePlan.identifier", "Code"
        ),
        name=resource.get("name") or "",
        date_from=to_date(period.get("start"), "InsurancePlan.period.start"),
        date_to=to_date(period.get("end"), "InsurancePlan.period.end"),
        lump_sum=_lump_sum(resource),
        location_uuid=reference_id(area),
    )


def _lump_sum(resource):
    for plan in resource.get("plan") or ():
        for cost in plan.get("generalCost") or ():
            if (first_code(cost.get("type")) or "").lower() == "lumpsum":
                return money(cost.get("cost"), "InsurancePlan.plan.generalCost")[0]
    return None


def read_insuree(resource, currencies=None):
    """Patient -> `Insuree`."""
    name = next(iter(resource.get("name") or ()), {})
    group = extensions(resource, "patient-group-reference")
    address = next(iter(resource.get("address") or ()), {})
    place = extensions(address, "address-location-reference")
    head = extensions(resource, "patient-is-head")
    return Insuree(
        uuid=uuid_of(resource),
        chf_id=_required(
            identifier(resource, "Code") or identifier(resource, "SB"),
            "Patient.identifier",
            "Code",
        ),
        last_name=name.get("family") or "",
        other_names=" ".join(name.get("given") or ()),
        is_head=bool(head and head[0].get("valueBoolean")),
        family_uuid=reference_id(group[0].get("valueReference")) if group else None,
        location_uuid=reference_id(place[0].get("valueReference")) if place else None,
        birth_date=to_date(resource.get("birthDate"), "Patient.birthDate"),
        gender=resource.get("gender"),
    )


def read_policy(resource, currencies=None):
    """Coverage -> `Policy`. Coverage has no id: its UUID identifier is the policy's."""
    period = resource.get("period") or {}
    plan = next(
        (c for c in resource.get("class") or () if first_code(c.get("type")) == "plan"),
        {},
    )
    return Policy(
        uuid=uuid_of(resource),
        status=const.COVERAGE_STATUS.get(resource.get("status")),
        number=identifier(resource, "ACSN"),
        product_code=plan.get("value"),
        # the reference is Patient/<chf id>, not a UUID
        holder_chf_id=reference_tail(resource.get("policyHolder")),
        date_from=to_date(period.get("start"), "Coverage.period.start"),
        date_to=to_date(period.get("end"), "Coverage.period.end"),
    )


def read_premiums(resource, currencies=None):
    """Contract -> its premiums, one per `contract-premium` extension.

    :return: tuple of `Premium`, empty when nothing was paid
    """
    policy = uuid_of(resource)
    officer = resource.get("author") or {}
    group = next(iter(resource.get("subject") or ()), {})
    premiums = []
    for term in resource.get("term") or ():
        for asset in term.get("asset") or ():
            for extension in extensions(asset, "contract-premium"):
                premiums.append(
                    _premium(asset, extension, policy, len(premiums) + 1, currencies)
                    | {
                        "officer_uuid": reference_id(officer),
                        "officer_code": officer.get("display"),
                        "family_uuid": reference_id(group),
                    }
                )
    return tuple(Premium(**values) for values in premiums)


def _premium(asset, extension, policy, sequence, currencies):
    part = {tail(e.get("url")): e for e in extension.get("extension") or ()}
    amount, currency = money(
        part.get("amount", {}).get("valueMoney"), "Contract.term.asset.premium.amount"
    )
    item = next(iter(asset.get("valuedItem") or ()), {})
    period = next(iter(asset.get("period") or ()), {})
    return {
        "uuid": f"{policy}#{sequence}",
        "policy_uuid": policy,
        "sequence": sequence,
        "amount": _required(amount, "Contract.term.asset.premium.amount", "value"),
        "currency": iso_currency(currency, currencies),
        "product_uuid": reference_id(item.get("entityReference")),
        "product_code": (item.get("entityReference") or {}).get("display"),
        "payer": first_code(part.get("payer", {}).get("valueCodeableConcept")),
        "category": first_code(part.get("category", {}).get("valueCodeableConcept")),
        "receipt": part.get("receipt", {}).get("valueString"),
        "pay_type": first_code(part.get("type", {}).get("valueCodeableConcept")),
        "pay_date": to_date(
            part.get("date", {}).get("valueDate"), "Contract.premium.date"
        ),
        "date_from": to_date(period.get("start"), "Contract.term.asset.period"),
        "date_to": to_date(period.get("end"), "Contract.term.asset.period"),
        "policy_value": to_decimal((item.get("net") or {}).get("value")),
    }


def _required(value, path, what):
    if value in (None, ""):
        raise UnreadableResource(path, f"{what} missing")
    return value
