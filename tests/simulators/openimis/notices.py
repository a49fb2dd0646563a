"""Notices of payments as a real openIMIS keeps them.

Rebuilt from recordings (`samples/PaymentNotice_recorded.json`), with which a test
compares it: what is refused, and what becomes of the bill.
"""

import copy
import uuid
from decimal import ROUND_HALF_EVEN, Decimal

#: elements without which a notice cannot be stored
NEEDED = (
    "status",
    "request",
    "created",
    "payment",
    "recipient",
    "amount",
    "paymentStatus",
)
CENT = Decimal("0.01")
PAID, SUSPENDED = 2, 5


def stored_notice(notice, pattern):
    """PaymentNotice as openIMIS gives it back.

    :param dict notice: as it was sent
    :param dict pattern: a captured one
    :raises KeyError: an element is missing, or it is not about a bill
    """
    for name in NEEDED:
        if not notice.get(name):
            raise KeyError(name)
    kind, _, bill = notice["request"]["reference"].partition("/")
    if kind != "Bill" or notice["request"].get("type") != "Bill":
        raise KeyError(kind)
    key = str(uuid.uuid4())
    stored = copy.deepcopy(pattern)
    value = Decimal(str(notice["amount"]["value"]))
    stored.update(
        id=key,
        status=notice["status"],
        payment=notice["payment"],
        paymentDate=notice["paymentDate"],
        paymentStatus=notice["paymentStatus"],
        amount={
            "value": float(value.quantize(CENT, ROUND_HALF_EVEN)),
            "currency": notice["amount"].get("currency"),
        },
    )
    stored["identifier"][0]["value"] = key
    return bill, stored


def status_after(status, bill, notice):
    """Status of a bill after a notice.

    :param int status: before it
    :param dict bill: Invoice of the bill
    :param dict notice: as stored
    """
    if notice["status"] == "cancelled":
        return SUSPENDED
    # a bill is counted once per line: with more than one it never comes out right,
    # and payments are not added up
    whole = Decimal(str(notice["amount"]["value"])) == Decimal(
        str(bill["totalGross"]["value"])
    )
    if status != SUSPENDED and whole and len(bill.get("lineItem") or ()) == 1:
        return PAID
    return status
