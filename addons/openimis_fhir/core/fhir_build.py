"""Plain values -> FHIR R4 resources (4.0.1), as dicts ready for `client.dumps`.

One Invoice serves both readers: it is plain R4, and it keeps the rules of openIMIS'
profile `openimis-invoice-bill` (exactly two identifiers, recipient Organization or
Patient, no lineItem.sequence, discount factor = rate).
"""

from decimal import ROUND_HALF_UP, Decimal

from . import const

CHARGE_ITEM = {
    "claim": ("claim", "Claim"),
    "capitation": ("claim", "Capitation"),
    "commission": ("commission", "Commission"),
    "fee": ("fees", "Payment fees"),
    "cash": ("policy", "Policy"),
    "contribution": ("contribution", "Contribution"),
}
BILL_TYPE_NAMES = {
    "claim-batch": "Claim batch payment",
    "commission": "Commission",
    "fees": "Payment fees",
    "policy": "Insuree cash payment",
    "contribution": "Contribution",
}
RATE = Decimal("0.000001")


class Builder:
    """Build resources whose URLs and naming systems belong to one server.

    :param str base: FHIR base without trailing slash, e.g. `https://x/fhir/R4`
    """

    def __init__(self, base):
        self.base = base
        self.bill_code = f"{base}/sid/bill-code"
        self.line_code = f"{base}/sid/line-code"
        self.organization_code = f"{base}/sid/organization-code"
        self.account_code = f"{base}/sid/ledger-account"
        self.claim_code = f"{base}/sid/claim-code"

    def definition(self, name):
        """Canonical URL of an extension this server defines."""
        return f"{self.base}/StructureDefinition/{name}"

    # === INVOICE === #

    def invoice(self, head, lines=()):
        """Invoice of one bill with its lines.

        :param outgoing.BillHead head: the bill
        :param lines: iterable of `outgoing.Line`, may be empty
        :rtype: dict
        """
        resource = self.invoice_head(head)
        items = [self.line_item(line, head.currency) for line in lines]
        if items:
            resource["lineItem"] = items
        return resource

    def invoice_head(self, head):
        """Invoice without `lineItem`, which large bills stream behind it."""
        systems = (const.INVOICE_TYPES, const.BILL_TYPES)
        resource = {
            "resourceType": "Invoice",
            "id": head.id,
            "meta": _meta(head.updated, head.version, [const.BILL_PROFILE]),
            "extension": self._bill_extensions(head),
            "identifier": [
                _identifier("UUID", "urn:ietf:rfc:3986", f"urn:uuid:{head.id}"),
                _identifier("Code", self.bill_code, head.code),
            ],
            "status": const.BILL_STATUS_TO_FHIR[head.status],
            "cancelledReason": head.cancelled_reason,
            "type": _concept(
                systems[not head.receivable],
                head.bill_type,
                BILL_TYPE_NAMES.get(head.bill_type),
            ),
            "subject": _party(head.subject),
            "recipient": _party(head.recipient),
            "date": head.date_bill,
            "issuer": _party(head.issuer),
            "account": self._account(head),
            "totalPriceComponent": [
                {
                    "type": "tax",
                    "code": {"text": name},
                    "amount": _money(amount, head.currency),
                }
                for name, amount in head.taxes
            ],
            "totalNet": _money(head.net, head.currency),
            "totalGross": _money(head.gross, head.currency),
            "paymentTerms": head.terms,
            "note": [{"text": note} for note in head.notes if note],
        }
        return _filled(resource)

    def _bill_extensions(self, head):
        found = []
        if head.date_due:
            found.append(
                {"url": self.definition("invoice-due-date"), "valueDate": head.date_due}
            )
        if head.date_from or head.date_to:
            period = _filled({"start": head.date_from, "end": head.date_to})
            found.append({"url": const.PERIOD_EXTENSION, "valuePeriod": period})
        found.append(
            {"url": self.definition("openimis-status"), "valueInteger": head.status}
        )
        if head.refund:
            found.append(
                {"url": self.definition("invoice-is-refund"), "valueBoolean": True}
            )
        for name, other in (
            ("replaces", head.replaces),
            ("replaced-by", head.replaced_by),
        ):
            if other:
                reference = {"reference": f"Invoice/{other}", "type": "Invoice"}
                url = self.definition(f"invoice-{name}")
                found.append({"url": url, "valueReference": reference})
        return found

    def _account(self, head):
        if not head.account:
            return None
        return _filled(
            {
                "type": "Account",
                "identifier": {"system": self.account_code, "value": head.account},
                "display": head.account_name,
            }
        )

    def line_item(self, line, currency):
        """`lineItem` of one payable line, with base, discount, deduction and tax.

        Amounts: base = price before reductions, the others negative where they lower
        the bill; their sum is the line's total (spec section 5, table of Invoice).
        """
        code, display = CHARGE_ITEM.get(line.kind, ("claim", None))
        concept = _concept(const.BILL_CHARGE_ITEMS, code, display)
        if line.description:
            concept["text"] = line.description
        gross = line.net + line.discount + line.deduction
        base = {
            "extension": [
                {
                    "url": const.UNIT_PRICE,
                    "valueMoney": _money(line.unit_price, currency),
                }
            ],
            "type": "base",
            "code": _concept(self.line_code, "Code", line.code),
            "factor": line.quantity,
            "amount": _money(gross, currency),
        }
        if line.account:
            base["code"]["coding"].append(
                {"system": self.account_code, "code": line.account}
            )
        components = [base]
        components += _reductions(line, gross, currency)
        if line.tax:
            components.append(_component("tax", line.tax, line.net, currency))
        return {"chargeItemCodeableConcept": concept, "priceComponent": components}

    def charge_item(self, line, head):
        """ChargeItem of one payable line."""
        code, display = CHARGE_ITEM.get(line.kind, ("claim", None))
        concept = _concept(const.BILL_CHARGE_ITEMS, code, display)
        if line.description:
            concept["text"] = line.description
        gone = head.status in (3, 4)
        return _filled(
            {
                "resourceType": "ChargeItem",
                "id": line.id,
                "meta": _meta(head.updated, head.version),
                "identifier": [_identifier("Code", self.line_code, line.code)],
                "status": "aborted"
                if gone
                else "billed"
                if head.status
                else "billable",
                "code": concept,
                # R4 demands a subject; a capitation line has none but the group
                "subject": _party(line.subject)
                or {"type": "Group", "display": line.description or line.code},
                "quantity": {"value": line.quantity},
                "priceOverride": _money(line.unit_price, head.currency),
                "enteredDate": head.date_bill,
                "account": [self._account(head)] if head.account else None,
                "supportingInformation": [
                    {"reference": f"Invoice/{head.id}", "type": "Invoice"}
                ],
            }
        )

    # === PAYMENTS === #

    def payment_notice(self, notice):
        """PaymentNotice of one payment of one bill."""
        return _filled(
            {
                "resourceType": "PaymentNotice",
                "id": notice.id,
                "meta": _meta(notice.updated),
                "identifier": [
                    _filled({"system": system, "value": value})
                    for system, value in notice.identifiers
                ],
                "status": notice.status,
                "request": {
                    "reference": f"Invoice/{notice.bill_id}",
                    "type": "Invoice",
                },
                "created": notice.created,
                "payment": {"reference": f"PaymentReconciliation/{notice.payment_id}"},
                "paymentDate": notice.payment_date,
                "recipient": _party(notice.recipient),
                "amount": _money(notice.amount, notice.currency),
                "paymentStatus": _concept(const.PAYMENT_STATUS, notice.payment_code),
            }
        )

    def payment_reconciliation(self, payment):
        """PaymentReconciliation of one payment with the bills it settles."""
        details = [
            _filled(
                {
                    "type": _concept(const.PAYMENT_TYPE, "payment", "Payment"),
                    "request": {"reference": f"Invoice/{bill}", "type": "Invoice"},
                    "date": day,
                    "payee": _party(payment.payee),
                    "amount": _money(amount, payment.currency),
                }
            )
            for bill, amount, day in payment.details
        ]
        identifier = f"{self.base}/sid/payment", payment.reference
        return _filled(
            {
                "resourceType": "PaymentReconciliation",
                "id": payment.id,
                "meta": _meta(payment.updated),
                "status": payment.status,
                "created": payment.created,
                "paymentIssuer": _party(payment.issuer),
                "outcome": "complete",
                "paymentDate": payment.payment_date,
                "paymentAmount": _money(payment.amount, payment.currency),
                "paymentIdentifier": (
                    {"system": identifier[0], "value": identifier[1]}
                    if payment.reference
                    else None
                ),
                "detail": details,
            }
        )

    # === PARTIES AND CLAIMS === #

    def organization(self, facility):
        """Organization of a health facility, readable as openIMIS' own."""
        extensions = [
            {
                "url": f"{const.IG}/StructureDefinition/{name}",
                "valueCodeableConcept": _concept(f"{const.IG}/CodeSystem/{name}", code),
            }
            for name, code in (
                ("organization-legal-form", facility.legal_form),
                ("organization-hf-level", facility.level),
                ("organization-hf-care-type", facility.care_type),
            )
            if code
        ]
        if facility.account_code:
            url = self.definition("organization-account-code")
            extensions.append({"url": url, "valueString": facility.account_code})
        address = {
            "type": "physical",
            "line": [facility.street] if facility.street else None,
            "city": facility.city,
            "district": facility.district,
            "state": facility.region,
        }
        telecom = [("phone", facility.phone), ("email", facility.email)]
        return _filled(
            {
                "resourceType": "Organization",
                "id": facility.id,
                "meta": _meta(facility.updated),
                "extension": extensions,
                "identifier": [
                    _identifier("UUID", None, facility.id),
                    _identifier("Code", self.organization_code, facility.code),
                ],
                "active": facility.active,
                "type": [
                    _concept(
                        "http://terminology.hl7.org/CodeSystem/organization-type",
                        facility.kind,
                    )
                ],
                "name": facility.name,
                "telecom": [
                    {"system": system, "value": value}
                    for system, value in telecom
                    if value
                ],
                "address": [_filled(address)]
                if any(list(address.values())[1:])
                else None,
            }
        )

    def claim(self, claim):
        """Claim as received, for readers who follow a bill to its claims."""
        period = _filled({"start": claim.date_from, "end": claim.date_to})
        coverage = (
            {"reference": f"Coverage/{claim.coverage_id}", "type": "Coverage"}
            if claim.coverage_id
            else {"type": "Coverage", "display": "openIMIS"}
        )
        diagnosis = {
            "sequence": 1,
            "diagnosisCodeableConcept": _concept(
                f"{const.IG}/CodeSystem/diagnosis-ICD10-level1",
                claim.icd_code,
                claim.icd_name,
            ),
        }
        return _filled(
            {
                "resourceType": "Claim",
                "id": claim.id,
                "meta": _meta(claim.updated),
                "identifier": [
                    _identifier("UUID", None, claim.id),
                    _identifier("Code", self.claim_code, claim.code),
                ],
                "status": "active" if claim.active else "cancelled",
                "type": _concept(
                    f"{const.IG}/CodeSystem/claim-visit-type", claim.visit_type
                ),
                "use": "claim",
                "patient": _party(claim.patient),
                "billablePeriod": period,
                "created": claim.created,
                "provider": _party(claim.provider),
                "priority": _concept(const.PROCESS_PRIORITY, "normal"),
                "diagnosis": [diagnosis] if claim.icd_code else None,
                "insurance": [{"sequence": 1, "focal": True, "coverage": coverage}],
                "item": [
                    {
                        "sequence": item.sequence,
                        "category": {"text": item.kind},
                        "productOrService": {"text": item.code},
                        "quantity": {"value": item.quantity},
                        "unitPrice": _money(item.unit_price, claim.currency),
                    }
                    for item in claim.items
                ],
                "total": _money(claim.total, claim.currency),
            }
        )


def operation_outcome(code, text, expression=None, severity="error"):
    """OperationOutcome with one issue.

    :param str code: FHIR issue type, e.g. `invalid`, `not-found`, `business-rule`
    """
    issue = {
        "severity": severity,
        "code": code,
        "details": {"text": text},
        "expression": [expression] if expression else None,
    }
    return {"resourceType": "OperationOutcome", "issue": [_filled(issue)]}


def _reductions(line, gross, currency):
    if line.discount:
        yield _component("discount", -line.discount, gross, currency, line.discount)
    if line.deduction:
        yield {
            "type": "deduction",
            "factor": 1,
            "amount": _money(-line.deduction, currency),
        }


def _component(kind, amount, base, currency, part=None):
    """Price component whose factor is the rate `part / base`."""
    component = {"type": kind, "amount": _money(amount, currency)}
    if base:
        rate = ((amount if part is None else part) / base).quantize(RATE, ROUND_HALF_UP)
        component["factor"] = rate
    return component


def _meta(updated, version=None, profile=None):
    return _filled(
        {
            "versionId": str(version) if version else None,
            "lastUpdated": updated,
            "profile": profile,
        }
    )


def _identifier(code, system, value):
    return _filled(
        {
            "type": {"coding": [{"system": const.IDENTIFIER_TYPES, "code": code}]},
            "system": system,
            "value": value,
        }
    )


def _concept(system, code, display=None):
    return {"coding": [_filled({"system": system, "code": code, "display": display})]}


def _money(value, currency):
    return {"value": value, "currency": currency}


def _party(party):
    if not party:
        return None
    return _filled(
        {
            "reference": f"{party.kind}/{party.id}",
            "type": party.kind,
            "identifier": _identifier("UUID", None, party.id)
            if party.has_uuid
            else None,
            "display": party.name,
        }
    )


def _filled(element):
    """Without empty values: FHIR forbids null, empty text and empty lists."""
    return {
        key: value
        for key, value in element.items()
        if value is not None and value != "" and value != [] and value != {}
    }
