"""Which packages of openIMIS this site has."""

#: a package comes after those its migrations and signals need
MODULES = (
    "core",
    "individual",
    "workflow",
    "tasks_management",
    "report",
    "location",
    "medical",
    "medical_pricelist",
    "product",
    "insuree",
    "policy",
    "contribution",
    "payer",
    "payment",
    "claim",
    "claim_batch",
    "claim_sampling",
    "tools",
    "policyholder",
    "contribution_plan",
    "contract",
    "social_protection",
    "invoice",
    "calculation",
    "calcrule_third_party_payment",
    "calcrule_capitation_payment",
    "calcrule_commission",
    "calcrule_fees",
    "calcrule_unconditional_cash_payment",
    "api_fhir_r4",
)


def openimis_apps():
    """Names of the packages, as openIMIS' own ask for them.

    :rtype: list[str]
    """
    return list(MODULES)
