"""An entry of openIMIS' ledger, read and checked before anything is booked."""

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .exceptions import UnreadableResource
from .fhir_values import to_date, to_decimal

ZERO = Decimal(0)
#: What no entry reaches, and what the database keeps exactly.
MAX_AMOUNT = 10**15
#: letters of a text, lines of an entry and letters of the whole that are read
MAX_TEXT = 1000
MAX_CODE = 255
MAX_LINES = 10_000
MAX_PAYLOAD = 8 * 1024 * 1024
DAY = re.compile(r"20\d\d-\d\d-\d\d", re.ASCII)


class LedgerRefused(ValueError):
    """The entry cannot be booked; the text says why."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line; debit and credit in the entry's currency, one of them zero."""

    account: str
    debit: Decimal
    credit: Decimal
    label: str = ""
    party: str | None = None
    funder: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A balanced entry; without journal or currency the company's own are meant."""

    date: date
    lines: tuple[LedgerLine, ...]
    journal: str | None = None
    currency: str | None = None
    reference: str = ""
    description: str = ""


def read_entry(value, digits=2):
    """Read an entry.

    :param dict value: see `openimis.ledger.entry.send`
    :param int digits: decimals of the currency of the books
    :rtype: LedgerEntry
    :raises LedgerRefused: missing date or lines, wrong amounts, or not balanced
    """
    if not isinstance(value, dict):
        raise LedgerRefused("ledger_entry")
    _check_storable(value)
    try:
        written = _text(value, "date")
        if not DAY.fullmatch(written):
            raise LedgerRefused(f"date: {written}")
        day = to_date(written, "date")
        lines = tuple(_line(line, digits) for line in _lines(value))
    except UnreadableResource as error:
        raise LedgerRefused(str(error)) from None
    debit = sum((line.debit for line in lines), ZERO)
    credit = sum((line.credit for line in lines), ZERO)
    if debit != credit or not debit:
        raise LedgerRefused(f"debit {debit} / credit {credit}")
    return LedgerEntry(
        date=day,
        lines=lines,
        journal=_text(value, "journal") or None,
        currency=_text(value, "currency") or None,
        reference=_text(value, "reference"),
        description=_text(value, "description", MAX_TEXT),
    )


def check_key(key):
    """Refuse what cannot be the key of an entry.

    :param key: as the sender gave it
    :raises LedgerRefused: no text, too long, or with characters no text has
    """
    if not isinstance(key, str) or not key or len(key) > MAX_CODE:
        raise LedgerRefused("idempotency_key")
    _check_storable(key)


def _check_storable(value):
    """Refuse what the database does not keep: NUL, half letters, endless nesting.

    :raises LedgerRefused: the sender must not try that again
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        raise LedgerRefused("ledger_entry: no JSON") from None
    if "\\u0000" in text:
        raise LedgerRefused("ledger_entry: NUL")
    if len(text) > MAX_PAYLOAD:
        raise LedgerRefused("ledger_entry: too large")


def _lines(value):
    lines = value.get("lines")
    if not isinstance(lines, list) or not 2 <= len(lines) <= MAX_LINES:
        raise LedgerRefused("lines")
    return lines


def _text(value, name, most=MAX_CODE):
    """Text of a member, a number included; empty when there is none."""
    member = value.get(name)
    if isinstance(member, int) and not isinstance(member, bool):
        member = str(member) if abs(member) < MAX_AMOUNT else None
    if member is not None and not isinstance(member, str):
        raise LedgerRefused(f"{name}: {type(member).__name__}")
    if len(member or "") > most:
        raise LedgerRefused(f"{name}: > {most}")
    return member or ""


def _line(value, digits):
    if not isinstance(value, dict) or not _text(value, "account"):
        raise LedgerRefused("lines.account")
    debit = to_decimal(value.get("debit"), "lines.debit") or ZERO
    credit = to_decimal(value.get("credit"), "lines.credit") or ZERO
    if debit < 0 or credit < 0 or bool(debit) == bool(credit):
        raise LedgerRefused("lines.debit / lines.credit")
    amount = debit or credit
    # compared before it is rounded: an exponent may be of any size
    if not Decimal(1).scaleb(-digits) <= amount < MAX_AMOUNT:
        raise LedgerRefused("lines.debit / lines.credit")
    if amount != round(amount, digits):
        raise LedgerRefused(f"lines: {amount:.6f}")
    return LedgerLine(
        account=_text(value, "account"),
        debit=debit,
        credit=credit,
        label=_text(value, "label", MAX_TEXT),
        party=_text(value, "party") or None,
        funder=_text(value, "funder") or None,
    )
