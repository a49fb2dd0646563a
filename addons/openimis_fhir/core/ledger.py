"""An entry of openIMIS' ledger, read and checked before anything is booked."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .exceptions import UnreadableResource
from .fhir_values import to_date, to_decimal

ZERO = Decimal(0)


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


def read_entry(value):
    """Read an entry.

    :param dict value: see `openimis.ledger.entry.send`
    :rtype: LedgerEntry
    :raises LedgerRefused: missing date or lines, wrong amounts, or not balanced
    """
    if not isinstance(value, dict):
        raise LedgerRefused("ledger_entry")
    try:
        day = to_date(value.get("date"), "date")
        lines = tuple(_line(line) for line in value.get("lines") or ())
    except UnreadableResource as error:
        raise LedgerRefused(str(error)) from None
    if not day:
        raise LedgerRefused("date")
    if len(lines) < 2:
        raise LedgerRefused("lines")
    debit = sum((line.debit for line in lines), ZERO)
    credit = sum((line.credit for line in lines), ZERO)
    if debit != credit or not debit:
        raise LedgerRefused(f"debit {debit} / credit {credit}")
    return LedgerEntry(
        date=day,
        lines=lines,
        journal=value.get("journal"),
        currency=value.get("currency"),
        reference=str(value.get("reference") or ""),
        description=str(value.get("description") or ""),
    )


def _line(value):
    if not isinstance(value, dict) or not value.get("account"):
        raise LedgerRefused("lines.account")
    debit = to_decimal(value.get("debit"), "lines.debit") or ZERO
    credit = to_decimal(value.get("credit"), "lines.credit") or ZERO
    if debit < 0 or credit < 0 or bool(debit) == bool(credit):
        raise LedgerRefused("lines.debit / lines.credit")
    if debit.as_tuple().exponent < -2 or credit.as_tuple().exponent < -2:
        raise LedgerRefused(f"lines: {debit or credit}")
    return LedgerLine(
        account=str(value["account"]),
        debit=debit,
        credit=credit,
        label=str(value.get("label") or ""),
        party=value.get("party") or None,
    )
