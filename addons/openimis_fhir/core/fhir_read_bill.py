"""Invoice with `resourceType=bill` -> `Bill` (spec section 5).

FHIR lacks due date, real status, details and ledger account; amounts are complete.
"""

from decimal import Decimal

from . import const
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
from .records import Bill, BillLine


def read_bill(resource, currencies=None):
    """Invoice -> `Bill`.

    :param dict resource: FHIR Invoice as emitted by openIMIS
    :param dict currencies: e.g. `{"$": "USD"}`
    :rtype: Bill
    :raises UnreadableResource: no UUID, or a value that is no number or date
    """
    net, currency = money(resource.get("totalNet"), "Invoice.totalNet")
    total = money(resource.get("totalGross"), "Invoice.totalGross")[0]
    recipient = resource.get("recipient") or {}
    lines = tuple(_line(item) for item in resource.get("lineItem") or ())
    notes = [note.get("text") or "" for note in resource.get("note") or ()]
    return Bill(
        uuid=uuid_of(resource),
        code=identifier(resource, "Code") or uuid_of(resource),
        status=const.FHIR_TO_BILL_STATUS.get(resource.get("status")),
        bill_type=first_code(resource.get("type")),
        third_party_type=recipient.get("type"),
        third_party_uuid=reference_id(recipient),
        date_bill=to_date(resource.get("date"), "Invoice.date"),
        net=net or Decimal(0),
        total=net or Decimal(0) if total is None else total,
        discount=sum((line.discount for line in lines), Decimal(0)),
        currency=iso_currency(currency, currencies),
        note="\n".join(notes) or None,
        lines=lines,
    )


def _line(item):
    parts = {"base": {}, "discount": {}, "deduction": {}, "tax": {}}
    for component in item.get("priceComponent") or ():
        parts[component.get("type")] = component
    base = parts["base"]
    quantity = to_decimal(base.get("factor"), "Invoice.lineItem.factor")
    quantity = Decimal(1) if quantity is None else quantity
    gross = _amount(base)
    net = gross + _amount(parts["discount"]) + _amount(parts["deduction"])
    code = next(iter((base.get("code") or {}).get("coding") or ()), {})
    return BillLine(
        # the line's code stands in the display of a coding whose code is "Code"
        code=code.get("display") or "",
        kind=first_code(item.get("chargeItemCodeableConcept")),
        quantity=quantity,
        unit_price=_unit_price(base, gross, quantity),
        discount=-_amount(parts["discount"]),
        deduction=-_amount(parts["deduction"]),
        net=net,
        total=net + _amount(parts["tax"]),
    )


def _unit_price(base, gross, quantity):
    for extension in extensions(base, "unit-price"):
        value = money(extension.get("valueMoney"), "Invoice.lineItem.unit-price")[0]
        if value is not None:
            return value
    return gross / quantity if quantity else gross


def _amount(component):
    amount = money(component.get("amount"), "Invoice.lineItem.priceComponent")[0]
    return Decimal(0) if amount is None else amount
