"""Code tables of openIMIS and of FHIR R4 (spec: sections 1 and 5)."""

FHIR_VERSION = "4.0.1"
IG = "https://openimis.github.io/openimis_fhir_r4_ig"
BILL_PROFILE = f"{IG}/StructureDefinition/openimis-invoice-bill"
IDENTIFIER_TYPES = f"{IG}/CodeSystem/openimis-identifiers"
BILL_TYPES = f"{IG}/CodeSystem/bill-type"
INVOICE_TYPES = f"{IG}/CodeSystem/invoice-type"
BILL_CHARGE_ITEMS = f"{IG}/CodeSystem/bill-charge-item"
UUID_SYSTEM = "urn:ietf:rfc:3986"
UNIT_PRICE = f"{IG}/StructureDefinition/unit-price"
PAYMENT_STATUS = "http://terminology.hl7.org/CodeSystem/paymentstatus"
PAYMENT_TYPE = "http://terminology.hl7.org/CodeSystem/payment-type"
PROCESS_PRIORITY = "http://terminology.hl7.org/CodeSystem/processpriority"
# R4 has no due date and no period on Invoice; the period is borrowed from R5 by
# HL7's own cross-version extension, the rest are extensions of this server.
PERIOD_EXTENSION = (
    "http://hl7.org/fhir/5.0/StructureDefinition/extension-Invoice.period"
)

# openIMIS number -> FHIR Invoice.status. FHIR knows no "suspended" or "unpaid": both
# are issued bills; the number itself travels in an extension.
BILL_STATUS_TO_FHIR = {
    0: "draft",
    1: "issued",
    2: "balanced",
    3: "cancelled",
    4: "entered-in-error",
    5: "issued",
    6: "issued",
    7: "balanced",
}
# What the wild says -> openIMIS number; "active" is the constant openIMIS emits,
# which tells nothing: the bill is validated as soon as it exists (section 3).
FHIR_TO_BILL_STATUS = {
    "active": 1,
    "draft": 0,
    "issued": 1,
    "balanced": 2,
    "cancelled": 3,
    "entered-in-error": 4,
}

# ClaimResponse.item.adjudication.category -> stage
STAGE_ENTERED, STAGE_CHECKED, STAGE_PROCESSED, STAGE_VALUATED = "2", "4", "8", "16"

# Claim.status is not in FHIR: it is the last stage the response has reached.
REJECTED, ENTERED, CHECKED, PROCESSED, VALUATED = 1, 2, 4, 8, 16

COVERAGE_STATUS = {"draft": 1, "active": 2, "cancelled": 4}

# Order matters: what others point at comes first.
KINDS = (
    "location",
    "facility",
    "product",
    "payer",
    "officer",
    "payment_plan",
    "insuree",
    "family",
    "policy",
    "premium",
    "relative_index",
    "batch_run",
    "claim",
    "bill",
)
# Pulled on demand only: personal data, and what openIMIS keeps too roughly to use.
ON_DEMAND = ("insuree", "family", "relative_index")
RESOURCE_OF_KIND = {
    "location": "Location",
    "facility": "Organization",
    "product": "InsurancePlan",
    "insuree": "Patient",
    "policy": "Coverage",
    "premium": "Contract",
    "claim": "Claim",
    "bill": "Invoice",
}
# Search parameters each kind always carries (section 6).
FIXED_PARAMETERS = {
    "facility": {"type": "prov"},
    "bill": {"resourceType": "bill"},
}
# Kinds whose lists can be asked for what changed since a moment. Of facilities openIMIS
# fails on the question (500); a policy and its premium change without a new date, so
# they come whole each time and their fingerprint tells what changed.
INCREMENTAL_KINDS = ("location", "insuree", "claim", "bill")
# Kinds whose lists understand _lastUpdated at all.
BOUNDED_KINDS = (*INCREMENTAL_KINDS, "product", "policy", "premium")
