"""An entry of openIMIS' ledger, read and checked before anything is booked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .exceptions import UnreadableResource
from .fhir_values import to_date, to_decimal

ZERO = Decimal(0)
#: What no entry reaches, and what the database keeps exactly.
MAX_AMOUNT = 10**15


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
    try:
        written = _text(value, "date")
        day = to_date(written, "date")
        lines = tuple(_line(line, digits) for line in _lines(value))
    except UnreadableResource as error:
        raise LedgerRefused(str(error)) from None
    if not day or len(written) < len("YYYY-MM-DD"):
        raise LedgerRefused(f"date: {written}")
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
        description=_text(value, "description"),
    )


def _lines(value):
    lines = value.get("lines")
    if not isinstance(lines, list) or len(lines) < 2:
        raise LedgerRefused("lines")
    return lines


def _text(value, name):
    """Text of a member, a number included; empty when there is none."""
    member = value.get(name)
    if isinstance(member, int) and not isinstance(member, bool):
        return str(member)
    if member is not None and not isinstance(member, str):
        raise LedgerRefused(f"{name}: {member}")
    return member or ""


def _line(value, digits):
    if not isinstance(value, dict) or not _text(value, "account"):
        raise LedgerRefused("lines.account")
    debit = to_decimal(value.get("debit"), "lines.debit") or ZERO
    credit = to_decimal(value.get("credit"), "lines.credit") or ZERO
    if debit < 0 or credit < 0 or bool(debit) == bool(credit):
        raise LedgerRefused("lines.debit / lines.credit")
    amount = debit or credit
    if amount >= MAX_AMOUNT or amount != round(amount, digits):
        raise LedgerRefused(f"lines: {amount}")
    return LedgerLine(
        account=_text(value, "account"),
        debit=debit,
        credit=credit,
        label=_text(value, "label"),
        party=_text(value, "party") or None,
    )
