"""What is served and searched: the one table of parser, server and its descriptions."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter.

    :ivar str kind: token, date, string, reference or quantity, as R4 calls it
    :ivar str text: what is compared, for who reads the descriptions
    :ivar str | None column: field of the model that holds the value; a method
        `_by_<name>` of the server may compare otherwise
    :ivar bool optional: whether there are resources without a value; where `column`
        does not tell, a method `_with_<name>` of the server does
    :ivar bool sorts: whether pages may be sorted by `column`
    :ivar bool days: whether days are compared, which have no clock
    :ivar tuple targets: kinds of resource a reference names
    :ivar str | None path: from the record to the records of the first target, for
        `_include`; a method `_named_<name>` of the server may follow it otherwise
    :ivar bool logical: whether what is named is no resource here: it is found by
        `:identifier` only
    """

    kind: str
    text: str = ""
    column: str | None = None
    optional: bool = False
    sorts: bool = False
    days: bool = False
    targets: tuple = ()
    path: str | None = None
    logical: bool = False

    @property
    def modifiers(self):
        """Modifiers the parameter takes."""
        return (
            "missing",
            *{
                "string": ("contains", "exact"),
                "token": ("not",),
                "reference": ("identifier",) if self.logical else self.targets,
            }.get(self.kind, ()),
        )


@dataclass(frozen=True, slots=True)
class Served:
    """One kind of resource: what can be done with it, how it is searched."""

    interactions: tuple
    parameters: dict = field(default_factory=dict)

    @property
    def sorts(self):
        """Names of the parameters pages may be sorted by."""
        return [name for name, known in self.parameters.items() if known.sorts]

    def includes(self):
        """{parameter: kinds of resource} that `_include` follows."""
        return {
            name: known.targets[:1]
            for name, known in self.parameters.items()
            if known.path
        }


ID = Parameter("token", "The id", sorts=True)
UPDATED = Parameter("date", "meta.lastUpdated", sorts=True)
IDENTIFIER = "UUID, or code, with or without its system"

SERVED = {
    "Invoice": Served(
        ("read", "vread", "search-type", "history-type", "history-instance"),
        {
            "_id": ID,
            "_lastUpdated": UPDATED,
            "account": Parameter(
                "reference",
                "Ledger account that is owed on: account:identifier=<code>",
                optional=True,
                logical=True,
            ),
            "claim": Parameter(
                "reference",
                "Bills that pay a claim; no parameter of R4",
                optional=True,
                targets=("Claim",),
                path="openimis_line_ids.claim_id",
            ),
            "date": Parameter(
                "date", "Day of the bill", "invoice_date", sorts=True, days=True
            ),
            "identifier": Parameter("token", IDENTIFIER, "openimis_code", sorts=True),
            "issuer": Parameter(
                "reference",
                "The scheme",
                targets=("Organization",),
                path="company_id.partner_id",
            ),
            "patient": Parameter(
                "reference", "Insured person", optional=True, targets=("Patient",)
            ),
            "recipient": Parameter(
                "reference",
                "Who is paid",
                optional=True,
                targets=("Organization", "Patient"),
                path="partner_id",
            ),
            "status": Parameter("token", "draft, issued, balanced, cancelled …"),
            "subject": Parameter(
                "reference", "Insured person", optional=True, targets=("Patient",)
            ),
            "totalgross": Parameter("quantity", "With tax", "amount_total"),
            "totalnet": Parameter("quantity", "Without tax", "amount_untaxed"),
            "type": Parameter("token", "claim-batch, commission, fees, policy …"),
        },
    ),
    "ChargeItem": Served(
        ("read", "search-type"),
        {
            "_id": ID,
            "claim": Parameter(
                "reference",
                "Claim the line pays; no parameter of R4",
                "claim_id",
                optional=True,
                targets=("Claim",),
                path="claim_id",
            ),
            "invoice": Parameter(
                "reference",
                "Bill of the line; no parameter of R4",
                targets=("Invoice",),
                path="move_id",
            ),
        },
    ),
    "PaymentNotice": Served(
        ("read", "search-type", "create"),
        {
            "_id": ID,
            "_lastUpdated": UPDATED,
            "created": Parameter("date", "When it came", "create_date", sorts=True),
            "identifier": Parameter(
                "token", "The sender's own", "identifier", optional=True
            ),
            "payment-status": Parameter("token", "paid or cleared", "payment_code"),
            "request": Parameter(
                "reference",
                "The bill",
                "move_id",
                targets=("Invoice",),
                path="move_id",
            ),
            "status": Parameter("token", "active or cancelled"),
        },
    ),
    "PaymentReconciliation": Served(
        ("read", "search-type"),
        {
            "_id": ID,
            "_lastUpdated": UPDATED,
            "created": Parameter(
                "date", "When it was entered", "create_date", sorts=True
            ),
            "detail-request": Parameter(
                "reference",
                "Bill that is settled; no parameter of R4",
                optional=True,
                targets=("Invoice",),
                path="invoice_ids",
            ),
            "identifier": Parameter("token", "UUID, or the bank's reference"),
            "outcome": Parameter("token", "complete"),
            "payment-amount": Parameter(
                "quantity", "The amount; no parameter of R4", "amount"
            ),
            "payment-date": Parameter(
                "date",
                "Day of the payment; no parameter of R4",
                "date",
                sorts=True,
                days=True,
            ),
            "payment-issuer": Parameter(
                "reference",
                "The scheme",
                targets=("Organization",),
                path="company_id.partner_id",
            ),
            "status": Parameter("token", "draft, active or cancelled"),
        },
    ),
    "Organization": Served(
        ("read", "search-type"),
        {
            "_id": ID,
            "_lastUpdated": UPDATED,
            "identifier": Parameter("token", IDENTIFIER),
            "name": Parameter("string", "Its name", "name", sorts=True),
            "type": Parameter(
                "token", "prov (health facility) or other", "openimis_is_facility"
            ),
        },
    ),
    "Claim": Served(
        ("read", "search-type"),
        {
            "_id": ID,
            "_lastUpdated": UPDATED,
            "created": Parameter("date", "Day it was handed in", days=True),
            "identifier": Parameter("token", IDENTIFIER, "code", sorts=True),
            "patient": Parameter("reference", "Insured person", targets=("Patient",)),
            "provider": Parameter(
                "reference",
                "Health facility",
                targets=("Organization",),
                path="health_facility_id",
            ),
            "status": Parameter("token", "active or cancelled"),
            "use": Parameter("token", "claim"),
        },
    ),
}


def reverse_includes(resource):
    """(kind, parameter) of what names a kind of resource, for `_revinclude`.

    :param str resource: a key of `SERVED`
    :rtype: list[tuple[str, str]]
    """
    return [
        (kind, name)
        for kind, served in SERVED.items()
        for name, known in served.parameters.items()
        if resource in known.targets
    ]
