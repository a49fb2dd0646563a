"""Relay answers of openIMIS' GraphQL -> persons, policies, premiums and plans.

Field names are those of openIMIS 1.11; see `graphql_read` for claims and bills.
"""

import json

from .exceptions import UnreadableResource
from .fhir_values import normal_uuid, to_date, to_decimal
from .graphql_read import (
    _money,
    _number,
    _uuid,
    _uuid_in,
    embedded_row,
    global_id,
)
from .records import (
    Family,
    Insuree,
    Officer,
    Payer,
    PaymentPlan,
    Policy,
    Premium,
    RelativeIndex,
)

GENDER = {"M": "male", "F": "female", "O": "other"}
#: openIMIS' calculation rules (spec section 3)
CALCULATIONS = {
    "0a1b6d54-eef4-4ee6-ac47-2a99cfa5e9a8": "claim",
    "0a1b6d54-5681-4fa6-ac47-2a99c235eaa8": "capitation",
    "a64c5d26-ed8e-42de-8bdd-3b52e806c3a8": "commission",
    "1a69f129-afa3-4919-a53d-e111f5fb2b2b": "fee",
    "16bca786-1c12-4e8e-9cbf-e33c2a6d9f4f": "cash",
}
RATES = ("commission_rate", "fee_rate")
LUMP_SUMS = ("lumpsum_to_be_paid", "lump_sum")
WEIGHTS = (
    "weight_population",
    "weight_number_families",
    "weight_insured_population",
    "weight_number_insured_families",
    "weight_number_visits",
    "weight_adjusted_amount",
)
NONE = (None, "", "null")


def read_insuree(node, currencies=None):
    """Node of `insurees` -> `Insuree`."""
    return Insuree(
        uuid=_uuid(node),
        chf_id=node.get("chfId") or "",
        last_name=node.get("lastName") or "",
        other_names=node.get("otherNames") or "",
        is_head=bool(node.get("head")),
        family_uuid=_uuid_in(node, "family"),
        location_uuid=_uuid_in(node, "currentVillage"),
        birth_date=to_date(node.get("dob"), "insuree.dob"),
        gender=GENDER.get((node.get("gender") or {}).get("code")),
    )


def read_family(node, currencies=None):
    """Node of `families` -> `Family`."""
    uuid = _uuid(node)
    head = node.get("headInsuree") or {}
    return Family(
        uuid=uuid,
        code=head.get("chfId") or uuid,
        head_uuid=normal_uuid(head.get("uuid")),
        location_uuid=_uuid_in(node, "location"),
        poverty=bool(node.get("poverty")),
    )


def read_payer(node, currencies=None):
    """Node of `payers` -> `Payer`; its number in openIMIS stands in for a code."""
    return Payer(
        uuid=_uuid(node),
        code=f"PAYER-{_number(node)}",
        name=node.get("name") or "",
        type=node.get("type"),
        location_uuid=_uuid_in(node, "location"),
        phone=node.get("phone") or None,
        email=node.get("email") or None,
    )


def read_officer(node, currencies=None):
    """Node of `enrolmentOfficers` -> `Officer`."""
    return Officer(
        uuid=_uuid(node),
        code=node.get("code") or "",
        last_name=node.get("lastName") or "",
        other_names=node.get("otherNames") or "",
        location_uuid=_uuid_in(node, "location"),
        works_to=to_date(node.get("worksTo"), "officer.worksTo"),
        phone=node.get("phone") or None,
        email=node.get("email") or None,
    )


def read_policy(node, currencies=None):
    """Node of `policies` -> `Policy`; one without effective date is not in force."""
    officer = node.get("officer") or {}
    return Policy(
        uuid=_uuid(node),
        status=node.get("status"),
        number=_number(node),
        product_code=(node.get("product") or {}).get("code"),
        date_from=to_date(node.get("startDate"), "policy.startDate"),
        date_to=to_date(node.get("expiryDate"), "policy.expiryDate"),
        stage=node.get("stage"),
        value=to_decimal(node.get("value"), "policy.value"),
        date_enrolled=to_date(node.get("enrollDate"), "policy.enrollDate"),
        date_effective=to_date(node.get("effectiveDate"), "policy.effectiveDate"),
        officer_uuid=normal_uuid(officer.get("uuid")),
        officer_code=officer.get("code"),
        family_uuid=_uuid_in(node, "family"),
        exact=True,
    )


def read_premium(node, currencies=None):
    """Node of `premiums` -> `Premium`."""
    policy = _uuid_in(node, "policy")
    if not policy:
        raise UnreadableResource("premium.policy", "missing")
    return Premium(
        uuid=_uuid(node),
        policy_uuid=policy,
        sequence=0,
        amount=_money(node.get("amount"), "premium.amount"),
        receipt=node.get("receipt") or None,
        pay_type=node.get("payType"),
        pay_date=to_date(node.get("payDate"), "premium.payDate"),
        payer_uuid=_uuid_in(node, "payer"),
        is_photo_fee=bool(node.get("isPhotoFee")),
    )


def read_relative_index(node, currencies=None):
    """Node of `relativeIndexes` -> `RelativeIndex` (keyed by its database number)."""
    return RelativeIndex(
        uuid=_number(node),
        product_uuid=_uuid_in(node, "product"),
        type=int(node.get("type") or 0),
        care_type=node.get("careType") or "B",
        year=int(node.get("year") or 0),
        period=int(node.get("period") or 0),
        index=_money(node.get("relIndex"), "relativeIndex.relIndex"),
        calc_date=to_date(node.get("calcDate"), "relativeIndex.calcDate"),
    )


def read_payment_plan(node, currencies=None):
    """Node of `paymentPlan` -> `PaymentPlan`, its parameters taken apart.

    :raises UnreadableResource: a rule that is not known, or no product
    """
    rule = normal_uuid(node.get("calculation"))
    if rule not in CALCULATIONS:
        raise UnreadableResource("paymentPlan.calculation", node.get("calculation"))
    product = normal_uuid(embedded_row(node.get("benefitPlan")).get("uuid"))
    if not product:
        raise UnreadableResource(
            "paymentPlan.benefitPlan", node.get("benefitPlanTypeName") or "missing"
        )
    given = embedded_row(node.get("jsonExt")).get("calculation_rule") or {}
    return PaymentPlan(
        uuid=normal_uuid(global_id(node.get("id"))),
        code=node.get("code") or "",
        name=node.get("name") or node.get("code") or "",
        calculation=CALCULATIONS[rule],
        calculation_uuid=rule,
        product_uuid=product,
        periodicity=int(node.get("periodicity") or 1),
        date_from=to_date(node.get("dateValidFrom"), "paymentPlan.dateValidFrom"),
        date_to=to_date(node.get("dateValidTo"), "paymentPlan.dateValidTo"),
        rate=_first_number(given, RATES),
        lump_sum=_first_number(given, LUMP_SUMS),
        payment_origin=given.get("payment_origin") or None,
        parameters=json.dumps(given, default=str, sort_keys=True) if given else None,
        weights=tuple(
            (name, _money(given[name], f"paymentPlan.{name}"))
            for name in WEIGHTS
            if given.get(name) not in NONE
        ),
        share_contribution=_first_number(given, ("share_contribution",)),
        levels=_levels(given),
        care_type=None if given.get("claim_type") in NONE else given["claim_type"],
        distribution=_months(given),
        version=node.get("version"),
    )


def _first_number(given, names):
    found = [given[name] for name in names if given.get(name) not in NONE]
    return to_decimal(found[0], "paymentPlan.jsonExt") if found else None


def _levels(given):
    """(level, sub-level or None) of the facilities a plan pays, without repeats."""
    levels = {}
    for number in range(1, 5):
        level = given.get(f"hf_level_{number}")
        sub_level = given.get(f"hf_sublevel_{number}")
        if level not in NONE:
            levels[level, None if sub_level in NONE else sub_level] = True
    return tuple(levels)


def _months(given):
    percents = [given.get(f"distr_{month}") for month in range(1, 13)]
    if any(percent in NONE for percent in percents):
        return None
    return tuple(_money(percent, "paymentPlan.distr") for percent in percents)
