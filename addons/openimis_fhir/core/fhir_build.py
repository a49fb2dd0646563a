"""Plain values -> FHIR R4 resources (4.0.1), as dicts ready for `client.dumps`.

One Invoice serves both readers: it is plain R4, and it keeps the rules of openIMIS'
profile `openimis-invoice-bill` (exactly two identifiers, recipient Organization or
Patient, no lineItem.sequence, discount factor = rate).
"""

from decimal import Decimal

from ...exchange_run.core.money import round_to
from . import const
from .fhir_build_party import PartyBuilder
from .fhir_elements import concept, filled, identifier, identifiers, meta, money, party

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


class Builder(PartyBuilder):
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
            "meta": meta(head.updated, head.version, [const.BILL_PROFILE]),
            "extension": self._bill_extensions(head),
            "identifier": [
                identifier("UUID", const.UUID_SYSTEM, f"urn:uuid:{head.id}"),
                identifier("Code", self.bill_code, head.code),
            ],
            "status": const.BILL_STATUS_TO_FHIR[head.status],
            "cancelledReason": head.cancelled_reason,
            "type": concept(
                systems[not head.receivable],
                head.bill_type,
                BILL_TYPE_NAMES.get(head.bill_type),
            ),
            "subject": party(head.subject),
            "recipient": party(head.recipient),
            "date": head.date_bill,
            "issuer": party(head.issuer),
            "account": self._account(head),
            "totalPriceComponent": [
                {
                    "type": "tax",
                    "code": {"text": name},
                    "amount": money(amount, head.currency),
                }
                for name, amount in head.taxes
            ],
            "totalNet": money(head.net, head.currency),
            "totalGross": money(head.gross, head.currency),
            "paymentTerms": head.terms,
            "note": [{"text": note} for note in head.notes if note],
        }
        return filled(resource)

    def _bill_extensions(self, head):
        found = []
        if head.date_due:
            found.append(
                {"url": self.definition("invoice-due-date"), "valueDate": head.date_due}
            )
        if head.date_from or head.date_to:
            period = filled({"start": head.date_from, "end": head.date_to})
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
        return filled(
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
        article = concept(const.BILL_CHARGE_ITEMS, code, display)
        if line.description:
            article["text"] = line.description
        gross = line.net + line.discount + line.deduction
        base = {
            "extension": [
                {
                    "url": const.UNIT_PRICE,
                    "valueMoney": money(line.unit_price, currency),
                }
            ],
            "type": "base",
            "code": concept(self.line_code, "Code", line.code),
            "factor": line.quantity,
            "amount": money(gross, currency),
        }
        if line.account:
            base["code"]["coding"].append(
                {"system": self.account_code, "code": line.account}
            )
        components = [base]
        components += _reductions(line, gross, currency)
        if line.tax:
            components.append(_component("tax", line.tax, line.net, currency))
        return {"chargeItemCodeableConcept": article, "priceComponent": components}

    def charge_item(self, line, head):
        """ChargeItem of one payable line."""
        code, display = CHARGE_ITEM.get(line.kind, ("claim", None))
        article = concept(const.BILL_CHARGE_ITEMS, code, display)
        if line.description:
            article["text"] = line.description
        gone = head.status in (3, 4)
        return filled(
            {
                "resourceType": "ChargeItem",
                "id": line.id,
                "meta": meta(head.updated, head.version),
                "identifier": [identifier("Code", self.line_code, line.code)],
                "status": "aborted"
                if gone
                else "billed"
                if head.status
                else "billable",
                "code": article,
                # R4 demands a subject; a capitation line has none but the group
                "subject": party(line.subject)
                or {"type": "Group", "display": line.description or line.code},
                "quantity": {"value": line.quantity},
                "priceOverride": money(line.unit_price, head.currency),
                "enteredDate": head.date_bill,
                "account": [self._account(head)] if head.account else None,
                "supportingInformation": [
                    {"reference": f"{kind}/{named}", "type": kind}
                    for kind, named in (("Invoice", head.id), ("Claim", line.claim_id))
                    if named
                ],
            }
        )

    # === PAYMENTS === #

    def payment_notice(self, notice):
        """PaymentNotice of one payment of one bill."""
        return filled(
            {
                "resourceType": "PaymentNotice",
                "id": notice.id,
                "meta": meta(notice.updated),
                "identifier": [
                    filled({"system": system, "value": value})
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
                "recipient": party(notice.recipient),
                "amount": money(notice.amount, notice.currency),
                "paymentStatus": concept(const.PAYMENT_STATUS, notice.payment_code),
            }
        )

    def payment_reconciliation(self, payment):
        """PaymentReconciliation of one payment with the bills it settles."""
        details = [
            filled(
                {
                    "type": concept(const.PAYMENT_TYPE, "payment", "Payment"),
                    "request": {"reference": f"Invoice/{bill}", "type": "Invoice"},
                    "date": day,
                    "payee": party(payment.payee),
                    "amount": money(amount, payment.currency),
                }
            )
            for bill, amount, day in payment.details
        ]
        system = f"{self.base}/sid/payment"
        return filled(
            {
                "resourceType": "PaymentReconciliation",
                "id": payment.id,
                "meta": meta(payment.updated),
                "identifier": identifiers(payment.id, system, payment.reference),
                "status": payment.status,
                "created": payment.created,
                "paymentIssuer": party(payment.issuer),
                "outcome": "complete",
                "paymentDate": payment.payment_date,
                "paymentAmount": money(payment.amount, payment.currency),
                "paymentIdentifier": (
                    {"system": system, "value": payment.reference}
                    if payment.reference
                    else None
                ),
                "detail": details,
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
    return {"resourceType": "OperationOutcome", "issue": [filled(issue)]}


def _reductions(line, gross, currency):
    if line.discount:
        yield _component("discount", -line.discount, gross, currency, line.discount)
    if line.deduction:
        yield {
            "type": "deduction",
            "factor": 1,
            "amount": money(-line.deduction, currency),
        }


def _component(kind, amount, base, currency, part=None):
    """Price component whose factor is the rate `part / base`."""
    component = {"type": kind, "amount": money(amount, currency)}
    if base:
        rate = round_to((amount if part is None else part) / base, RATE)
        component["factor"] = rate
    return component
