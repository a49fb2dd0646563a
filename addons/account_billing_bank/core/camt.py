"""Statements and notifications of banks in ISO 20022, read to the cent or not at all.

camt.053 (statement of a day) and camt.054 (details of what was booked), in any version
that has the same elements, among them 001.02, 001.04 and the 001.08 of the Swiss
payment standards. Amounts are `Decimal`, in the account's currency, and positive for
money that came in.

An entry is what the bank books; its details are the payments in it. Details are taken
when they add up to what was booked, with the bank's charges or without; otherwise the
entry stays one line, for somebody to look at. Nothing is left out in silence.
"""

import dataclasses
import re
from collections import Counter
from datetime import date
from decimal import Decimal

from ...exchange_run.core import xml_file

#: bytes of a file that is looked at: 20,000 payments have less
LARGEST = 25 * 1024**2
NAMESPACE = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:camt\.(05[234])\.001\.(\d\d)", re.ASCII
)
MARK = b"tech:xsd:camt.05"
STATEMENT, NOTIFICATION = "053", "054"
#: elements that hold what one account is told, by message
PARTS = {STATEMENT: "Stmt", NOTIFICATION: "Ntfctn"}
BOOKED = "BOOK"
DIRECTIONS = {"CRDT": 1, "DBIT": -1}
#: ActiveOrHistoricCurrencyAndAmount: 18 digits, five of them decimals
AMOUNT = re.compile(r"\d{1,13}(\.\d{1,5})?", re.ASCII)
DAY = re.compile(r"(\d{4}-\d\d-\d\d)(T[\d:.]+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
#: what banks write where there is no reference
NONE_GIVEN = {"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"}
ZERO = Decimal(0)


class CamtError(Exception):
    """A file that is not read.

    :param str code: `too_large`, `no_xml`, `no_camt`, `intraday`, `account`,
        `currency`, `amount`, `direction` or `date`
    :param dict details: what the message names: `where`, `value`
    """

    def __init__(self, code, where="", value=""):
        super().__init__(code)
        self.code, self.where, self.value = code, where, value


@dataclasses.dataclass(slots=True)
class Transaction:
    """A line of the account.

    :ivar str key: the same for the same booking in any file, unique in a file
    :ivar str entry: reference of the bank's booking, empty where it gives none
    :ivar str reference: structured: QR reference or creditor reference, without spaces
    :ivar str end_to_end: reference of who pays
    :ivar str batch: reference of the payment order that was booked as one
    :ivar bool is_return: money that comes back, or is taken back
    :ivar str return_reason: the bank's code and text for that
    :ivar str note: `charges`, or `total` for a booking whose details do not add up
    :ivar int details: how many payments a booking says it has
    """

    amount: Decimal
    day: date
    key: str = ""
    entry: str = ""
    reference: str = ""
    text: str = ""
    end_to_end: str = ""
    batch: str = ""
    partner_name: str = ""
    partner_account: str = ""
    is_return: bool = False
    return_reason: str = ""
    note: str = ""
    details: int = 1


@dataclasses.dataclass(slots=True)
class Statement:
    """What a file says of one account.

    :ivar str kind: `053` or `054`
    :ivar list skipped: amounts of entries that the bank has not booked (yet)
    """

    kind: str
    name: str
    account: str
    currency: str
    opening: Decimal | None = None
    closing: Decimal | None = None
    transactions: list = dataclasses.field(default_factory=list)
    skipped: list = dataclasses.field(default_factory=list)


def is_camt(raw):
    """Tell whether a file says that it is one of these messages.

    :param bytes raw: its content
    """
    # anywhere: whatever comes before it must not lead to a less careful reader
    return MARK in raw or MARK in raw[:4096].replace(b"\0", b"")


def read(raw):
    """Read a file.

    :param bytes raw: its content
    :rtype: list[Statement]
    :raises CamtError: nothing of it is taken
    """
    if len(raw) > LARGEST:
        raise CamtError("too_large", value=str(LARGEST // 1024**2))
    try:
        root = xml_file.read(raw)
    except xml_file.NotXml as error:
        raise CamtError("no_xml", value=str(error.row or 1)) from error
    found = NAMESPACE.fullmatch(xml_file.namespace(root))
    if not found:
        raise CamtError("no_camt")
    if found[1] not in PARTS:
        raise CamtError("intraday")
    parts = root.findall(f"{{*}}*/{{*}}{PARTS[found[1]]}")
    if not parts:
        raise CamtError("no_camt")
    seen = Counter()
    return [_statement(found[1], part, seen) for part in parts]


def _statement(kind, part, seen):
    account = _squeezed(_text(part, "Acct/Id/IBAN") or _text(part, "Acct/Id/Othr/Id"))
    name = _text(part, "Id")
    if not account:
        raise CamtError("account", name)
    currencies = {node.get("Ccy", "") for node in part.iterfind("{*}Ntry/{*}Amt")} or {
        node.get("Ccy", "") for node in part.iterfind("{*}Bal/{*}Amt")
    }
    if own := _text(part, "Acct/Ccy"):
        currencies.add(own)
    if len(currencies) != 1 or not (currency := currencies.pop()):
        raise CamtError("currency", name, ", ".join(sorted(currencies)))
    result = Statement(kind, name, account, currency)
    result.opening = _balance(part, "OPBD", "PRCD")
    result.closing = _balance(part, "CLBD")
    for number, entry in enumerate(part.iterfind("{*}Ntry"), 1):
        booking = _Entry(entry, result, f"{name}, {number}")
        if (_text(entry, "Sts/Cd") or _text(entry, "Sts")) != BOOKED:
            result.skipped.append(booking.amount)
            continue
        source = booking.reference or f"{name}#{number}"
        for transaction in booking.transactions():
            if transaction.amount:
                transaction.key = _key(account, source, transaction, seen)
                result.transactions.append(transaction)
    return result


def _key(account, source, transaction, seen):
    """Return what a booking is known by, whichever file tells of it."""
    parts = [account, source, transaction.key, f"{transaction.amount.normalize():f}"]
    key = "|".join([*parts, transaction.day.isoformat()])
    seen[key] += 1
    # a bank that gives one reference twice means two payments
    return key if seen[key] == 1 else f"{key}|{seen[key]}"


class _Entry:
    """One booking of the bank."""

    def __init__(self, node, statement, where):
        self.node, self.currency, self.where = node, statement.currency, where
        self.direction = self._direction(node)
        self.amount = self.direction * self._decimal(node.find("{*}Amt"))
        self.reference = _reference(node, "AcctSvcrRef")
        self.day = _day(
            _text(node, "BookgDt/Dt")
            or _text(node, "BookgDt/DtTm")
            or _text(node, "ValDt/Dt"),
            where,
        )
        self.is_return = _text(node, "RvslInd").lower() in ("true", "1")

    def _direction(self, node, given=None):
        text = _text(node, "CdtDbtInd")
        if not text and given:
            return given
        if text not in DIRECTIONS:
            raise CamtError("direction", self.where, text)
        return DIRECTIONS[text]

    def _decimal(self, node):
        text = "" if node is None else (node.text or "").strip()
        if not AMOUNT.fullmatch(text):
            raise CamtError("amount", self.where, text[:40])
        return Decimal(text)

    def transactions(self):
        """Return the lines of this booking, which add up to it."""
        details = self.node.findall("{*}NtryDtls/{*}TxDtls")
        charges = -self._charges(self.node)
        if not details:
            return [self._total()]
        lines = []
        for detail in details:
            amount = self._detail_amount(detail, len(details))
            if amount is None:
                return [self._total(len(details))]
            lines.append(self._detail(detail, amount))
            charges -= self._charges(detail)
        total = sum((line.amount for line in lines), ZERO)
        if total == self.amount:
            return lines
        if total + charges == self.amount:
            fee = self._line(charges)
            fee.key, fee.note = "charges", "charges"
            fee.text = _joined(self.node, "AddtlNtryInf")
            return [*lines, fee]
        return [self._total(len(details))]

    def _line(self, amount):
        return Transaction(
            amount,
            self.day,
            entry=self.reference,
            batch=_reference(self.node, "NtryDtls/Btch/PmtInfId"),
            is_return=self.is_return,
        )

    def _total(self, details=0):
        """Return the booking as one line; its details, if any, do not add up to it."""
        line = self._line(self.amount)
        number = _text(self.node, "NtryDtls/Btch/NbOfTxs")
        announced = int(number) if re.fullmatch(r"\d{1,9}", number, re.ASCII) else 0
        line.details = max(details, announced, 1)
        line.text = _joined(self.node, "AddtlNtryInf")
        line.note = "total" if details else ""
        return line

    def _detail_amount(self, node, count):
        """Return what a payment is worth on the account, None where that is unknown."""
        direction = self._direction(node, self.direction)
        own = [
            found
            for path in ("{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt")
            if (found := node.find(path)) is not None
        ]
        for amount in own:
            if amount.get("Ccy") == self.currency:
                return direction * self._decimal(amount)
        return self.amount if count == 1 else None

    def _charges(self, node):
        """Return what the bank kept: positive, in the account's currency."""
        total = ZERO
        records = node.findall("{*}Chrgs/{*}Rcrd") or node.findall("{*}Chrgs")
        for record in records:
            amount = record.find("{*}Amt")
            if amount is None or amount.get("Ccy") != self.currency:
                continue
            sign = -1 if _text(record, "CdtDbtInd") == "CRDT" else 1
            total += sign * self._decimal(amount)
        return total

    def _detail(self, node, amount):
        line = self._line(amount)
        line.key = _reference(node, "Refs/AcctSvcrRef")
        line.reference = _squeezed(_text(node, "RmtInf/Strd/CdtrRefInf/Ref"))
        line.end_to_end = _reference(node, "Refs/EndToEndId")
        line.batch = line.batch or _reference(node, "Refs/PmtInfId")
        line.text = _joined(node, "RmtInf/Ustrd") or _joined(node, "AddtlTxInf")
        returned = node.find("{*}RtrInf")
        if returned is not None:
            line.is_return = True
            line.return_reason = " ".join(
                filter(None, (_text(returned, "Rsn/Cd"), _joined(returned, "AddtlInf")))
            )
        side = "Dbtr" if amount > 0 else "Cdtr"
        line.partner_name = _text(node, f"RltdPties/{side}/Nm") or _text(
            node, f"RltdPties/{side}/Pty/Nm"
        )
        line.partner_account = _squeezed(
            _text(node, f"RltdPties/{side}Acct/Id/IBAN")
            or _text(node, f"RltdPties/{side}Acct/Id/Othr/Id")
        )
        return line


def _balance(part, *codes):
    for code in codes:
        for balance in part.iterfind("{*}Bal"):
            if _text(balance, "Tp/CdOrPrtry/Cd") == code:
                sign = DIRECTIONS.get(_text(balance, "CdtDbtInd"), 1)
                text = _text(balance, "Amt")
                if not AMOUNT.fullmatch(text):
                    raise CamtError("amount", code, text[:40])
                return sign * Decimal(text)
    return None


def _path(path):
    return "/".join(f"{{*}}{step}" for step in path.split("/"))


def _text(node, path):
    return (node.findtext(_path(path)) or "").strip()


def _joined(node, path):
    texts = (
        " ".join((found.text or "").split()) for found in node.iterfind(_path(path))
    )
    return " ".join(filter(None, texts))


def _squeezed(text):
    return "".join(text.split()).upper()


def _reference(node, path):
    text = _text(node, path)
    return "" if text.upper() in NONE_GIVEN else text


def _day(text, where):
    found = DAY.fullmatch(text)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if not day or not 2000 <= day.year <= 2100:
        raise CamtError("date", where, text[:40])
    return day
