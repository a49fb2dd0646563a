"""pain.002: what a bank says of a pain.001, of all of it, a part or one payment.

Every version since 2009 has the same elements; countries and banks put them into
namespaces of their own, so that names alone count.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from ...exchange_run.core import xml_file

MAX_BYTES = 20_000_000
#: more payments than a bank speaks of at once
MAX_STATUSES = 50_000
REPORTS = ("CstmrPmtStsRpt", "pain.002.001.02")
#: what ISO's codes of a status say of the money: it has left, it never will (again), it
#: is on its way, or whoever asks the bank knows
PAID = {"ACSC", "ACCC", "ACWP"}
REJECTED = {"RJCT", "CANC"}
ON_THE_WAY = {
    "ACCP",
    "ACFC",
    "ACSP",
    "ACTC",
    "ACWC",
    "PART",
    "PATC",
    "PDNG",
    "RCVD",
}
#: after these nothing else comes
FINAL = ("paid", "rejected")
#: an identification that means that there was none
NOT_PROVIDED = "NOTPROVIDED"
#: more digits no currency and no database keeps exactly
MAX_DIGITS = 15


class StatusFileError(Exception):
    """The file cannot be used; `code` names why: too_large, no_xml, no_report.

    :ivar int row: line of the file, or None
    """

    def __init__(self, code, row=None):
        super().__init__(code)
        self.code, self.row = code, row


@dataclass(frozen=True, slots=True)
class Status:
    """What the bank says of one payment, or of all payments of a file or a part of it.

    :ivar str level: group, part or payment
    :ivar int row: line of the file
    :ivar str code: of the status, as the bank wrote it
    :ivar str message: identification of the pain.001
    :ivar str part: identification of the part, empty for the whole file
    :ivar str reference: end-to-end identification of the payment, empty else
    :ivar tuple reasons: ISO's codes of the reasons, or the bank's own
    :ivar str text: what the bank adds in words
    :ivar str bank_reference: the bank's own
    :ivar Decimal amount: that was to be paid, None where the file does not say
    :ivar str currency: of the amount
    :ivar Decimal fees: charges of the bank, None where it says nothing of any
    :ivar str fees_currency: of the charges
    """

    level: str
    row: int
    code: str
    message: str
    part: str = ""
    reference: str = ""
    reasons: tuple = ()
    text: str = ""
    bank_reference: str = ""
    amount: Decimal | None = None
    currency: str = ""
    fees: Decimal | None = None
    fees_currency: str = ""

    @property
    def meaning(self):
        """What becomes of the money: paid, rejected, on_the_way, or unclear."""
        if self.code in PAID:
            return "paid"
        if self.code in REJECTED:
            return "rejected"
        return "on_the_way" if self.code in ON_THE_WAY else "unclear"


def read(raw):
    """Read a status report.

    :param bytes raw: content of the file
    :return: list of Status in the order of the file; levels without a status are left
        out, for they say nothing
    :raises StatusFileError: the file cannot be read at all
    """
    if len(raw) > MAX_BYTES:
        raise StatusFileError("too_large")
    try:
        root = xml_file.read(raw)
    except xml_file.NotXml as error:
        raise StatusFileError("no_xml", error.row) from None
    report = next((e for e in root.iter() if xml_file.name(e) in REPORTS), None)
    if report is None:
        raise StatusFileError("no_report", root.sourceline)
    found = list(_statuses(report))
    if len(found) > MAX_STATUSES:
        raise StatusFileError("too_large")
    return found


def _statuses(report):
    group = xml_file.child(report, "OrgnlGrpInfAndSts")
    message = xml_file.text(group, "OrgnlMsgId")
    yield from _level(group, "group", "GrpSts", message)
    for element in report:
        if xml_file.name(element) == "TxInfAndSts":  # as the oldest version has it
            part = xml_file.text(element, "OrgnlPmtInfId")
            yield from _payment(element, message, part)
        if xml_file.name(element) != "OrgnlPmtInfAndSts":
            continue
        part = xml_file.text(element, "OrgnlPmtInfId")
        yield from _level(element, "part", "PmtInfSts", message, part)
        for payment in element:
            if xml_file.name(payment) == "TxInfAndSts":
                yield from _payment(payment, message, part)


def _level(element, level, tag, message, part=""):
    """Yield the status of a file or a part, if it has one."""
    if code := xml_file.text(element, tag):
        yield Status(
            level=level,
            row=xml_file.child(element, tag).sourceline,
            code=code,
            message=message,
            part=part,
            **_reasons(element),
        )


def _payment(element, message, part):
    """Yield the status of one payment, if it has one."""
    code = xml_file.text(element, "TxSts")
    if not code:
        return
    reference = xml_file.text(element, "OrgnlEndToEndId")
    if reference in ("", NOT_PROVIDED):
        reference = xml_file.text(element, "OrgnlInstrId")
    instructed = xml_file.child(element, "OrgnlTxRef", "Amt", "InstdAmt")
    charges = [
        found
        for info in element
        if xml_file.name(info) == "ChrgsInf"
        if (found := xml_file.child(info, "Amt")) is not None
    ]
    yield Status(
        level="payment",
        row=element.sourceline,
        code=code,
        message=message,
        part=part,
        reference=reference,
        bank_reference=xml_file.text(element, "AcctSvcrRef"),
        amount=_amount(instructed),
        currency=_currency(instructed),
        fees=_sum(charges),
        fees_currency=",".join(sorted({_currency(charge) for charge in charges})),
        **_reasons(element),
    )


def _reasons(element):
    codes, words = [], []
    for info in element:
        if xml_file.name(info) != "StsRsnInf":
            continue
        for kind in ("Cd", "Prtry"):
            codes.append(xml_file.text(info, "Rsn", kind))
        words += [
            (part.text or "").strip()
            for part in info
            if xml_file.name(part) == "AddtlInf"
        ]
    return {
        "reasons": tuple(dict.fromkeys(filter(None, codes))),
        "text": " ".join(filter(None, words)),
    }


def _amount(element):
    """Return an exact amount, None where there is none that can be one."""
    written = (element.text or "").strip() if element is not None else ""
    if not re.fullmatch(r"[0-9]+(\.[0-9]*)?", written, re.ASCII):
        return None
    return Decimal(written) if len(written) <= MAX_DIGITS + 1 else None


def _sum(elements):
    amounts = [_amount(element) for element in elements]
    if not amounts or None in amounts:
        return None
    return sum(amounts, Decimal(0))


def _currency(element):
    return element.get("Ccy", "") if element is not None else ""


@dataclass(slots=True)
class Settled:
    """What a file settles.

    :ivar list results: (Status, reference) of each payment whose money is paid or
        rejected, in the order of the file
    :ivar list faults: (Status, code) that cannot be followed: no_reference, twice (the
        file says both of a payment), unknown (of a file, or a part of one, that is none
        of those sent)
    :ivar list unclear: Status that somebody has to ask the bank about
    :ivar list on_the_way: Status that will be followed by another
    """

    results: list = field(default_factory=list)
    faults: list = field(default_factory=list)
    unclear: list = field(default_factory=list)
    on_the_way: list = field(default_factory=list)


def settle(statuses, sent):
    """Tell what becomes of each payment: the nearest level that speaks of it decides.

    What is said of a whole file or part holds for those payments of it that nothing
    nearer names.

    :param list statuses: of one file
    :param dict sent: {message: {part: [references]}} of the files that were sent
    :return: a Settled
    """
    settled = Settled()
    for status in statuses:
        if status.meaning == "unclear":
            settled.unclear.append(status)
        if status.meaning == "on_the_way":
            settled.on_the_way.append(status)
    spoken_of = _settle_payments(settled, statuses)
    for level in ("part", "group"):
        for status in statuses:
            if status.level == level:
                _settle_whole(settled, status, sent, spoken_of)
    settled.results.sort(key=lambda result: result[0].row)
    return settled


def _settle_payments(settled, statuses):
    """Take what is said of payments by name; return their references."""
    said = {}
    for status in statuses:
        if status.level != "payment":
            continue
        if not status.reference:
            if status.meaning in FINAL:
                settled.faults.append((status, "no_reference"))
            continue
        said.setdefault(status.reference, []).append(status)
    for reference, sayings in said.items():
        final = {
            saying.meaning: saying for saying in sayings if saying.meaning in FINAL
        }
        if len(final) > 1:
            settled.faults += [(saying, "twice") for saying in final.values()]
        elif final:
            settled.results += [(saying, reference) for saying in final.values()]
    return set(said)


def _settle_whole(settled, status, sent, spoken_of):
    """Take what is said of a file or part for its payments not yet spoken of."""
    parts = sent.get(status.message, {})
    if status.level == "part":
        parts = {name: parts[name] for name in parts if name == status.part}
    if not parts and status.meaning in FINAL:
        settled.faults.append((status, "unknown"))
    for references in parts.values():
        for reference in references:
            if reference in spoken_of:
                continue
            spoken_of.add(reference)
            if status.meaning in FINAL:
                settled.results.append((status, reference))
