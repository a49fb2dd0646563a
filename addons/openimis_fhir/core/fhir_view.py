"""Part of a resource instead of the whole (FHIR R4 search: `_summary`, `_elements`)."""

from dataclasses import dataclass

SUBSETTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "SUBSETTED",
    "display": "subsetted",
}
#: what tells whose resource it is goes with every part of it
ALWAYS = frozenset(("resourceType", "id", "meta"))
SUMMARIES = ("true", "text", "data", "count", "false")

#: elements every resource may have
COMMON = frozenset(
    "id meta implicitRules language text contained extension modifierExtension".split()
)
#: resource -> elements R4 demands
MANDATORY = {
    name: frozenset(elements.split())
    for name, elements in {
        "Invoice": "status",
        "ChargeItem": "status code subject",
        "PaymentNotice": "status created payment recipient amount",
        "PaymentReconciliation": "status created paymentDate paymentAmount",
        "Organization": "",
        "Claim": "status type use patient created provider priority insurance",
    }.items()
}
#: resource -> elements R4 marks with Σ beside those demanded
SUMMARY = {
    name: MANDATORY[name] | set(elements.split())
    for name, elements in {
        "Invoice": "identifier type subject recipient date totalNet totalGross",
        "ChargeItem": "identifier context occurrenceDateTime occurrencePeriod "
        "occurrenceTiming quantity bodysite enterer enteredDate account",
        "PaymentNotice": "",
        "PaymentReconciliation": "period paymentIssuer",
        "Organization": "identifier active type name partOf",
        "Claim": "billablePeriod insurer",
    }.items()
}
#: resource -> all elements of R4, whether they are ever served or not
ELEMENTS = {
    name: COMMON | SUMMARY[name] | set(elements.split())
    for name, elements in {
        "Invoice": "cancelledReason participant issuer account lineItem "
        "totalPriceComponent paymentTerms note",
        "ChargeItem": "definitionUri definitionCanonical partOf performer "
        "performingOrganization requestingOrganization costCenter factorOverride "
        "priceOverride overrideReason reason service productReference "
        "productCodeableConcept note supportingInformation",
        "PaymentNotice": "identifier request response provider paymentDate payee "
        "paymentStatus",
        "PaymentReconciliation": "identifier request requestor outcome disposition "
        "paymentIdentifier detail formCode processNote",
        "Organization": "alias telecom address contact endpoint",
        "Claim": "identifier subType enterer fundsReserve related prescription "
        "originalPrescription payee referral facility careTeam supportingInfo "
        "diagnosis procedure accident item total",
    }.items()
}


@dataclass(frozen=True, slots=True)
class View:
    """Which elements of a resource are asked for.

    :ivar frozenset | None elements: those to keep, None for all
    :ivar bool count_only: only the number of matches is asked for
    """

    elements: frozenset | None = None
    count_only: bool = False

    @property
    def is_whole(self):
        """Whether everything is asked for."""
        return self.elements is None and not self.count_only

    def keeps(self, element):
        """Tell whether an element is asked for.

        :param str element: name at the root of the resource
        """
        return self.elements is None or element in self.elements

    def of(self, resource):
        """Return what is asked for of a resource, marked as SUBSETTED.

        :param dict resource: the whole
        :return: the same when all is asked for
        :rtype: dict
        """
        if self.elements is None:
            return resource
        kept = {name: value for name, value in resource.items() if self.keeps(name)}
        # a part may lack what the profile demands, so it does not claim to keep it
        about = {k: v for k, v in resource.get("meta", {}).items() if k != "profile"}
        return {**kept, "meta": {**about, "tag": [SUBSETTED]}}


WHOLE = View()


def make_view(resource, summary="false", elements=None):
    """Return the view that `_summary` and `_elements` ask for; both restrict.

    :param str resource: a key of `MANDATORY`
    :param str summary: one of `SUMMARIES`
    :param elements: names of `ELEMENTS`, None when not asked for
    :rtype: View
    """
    # our resources have no narrative: without it («data») they are whole
    kept = {"true": SUMMARY[resource], "text": frozenset()}.get(summary)
    if elements is not None:
        asked = frozenset(elements)
        kept = asked if kept is None else kept & asked
    if kept is not None:
        kept |= ALWAYS | MANDATORY[resource]
    return View(kept, summary == "count")
