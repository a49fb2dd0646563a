"""Payment files of banks and mobile-money operators: separated values, as data says."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ...exchange_run.core.text import is_formula, without_accents
from .pattern import LONGEST_ACCOUNT, is_quick

#: how the value of each source is written
TYPES = {
    "account": "identifier",
    "amount": "decimal",
    "batch": "identifier",
    "bic": "identifier",
    "communication": "text",
    "company": "text",
    "company_account": "identifier",
    "count": "identifier",
    "currency": "identifier",
    "date": "date",
    "holder": "text",
    "number": "identifier",
    "partner_code": "identifier",
    "phone": "identifier",
    "reference": "identifier",
    "total": "decimal",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a layout.

    :ivar str title: in the heading
    :ivar str source: one of `TYPES`, or empty for what is always the same
    :ivar str prefix: before the value; all there is without a source
    :ivar int width: most characters, 0 for any; a text is cut, all else refused
    :ivar bool required: an empty value is refused
    """

    title: str
    source: str = ""
    prefix: str = ""
    width: int = 0
    required: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of payment file, and what it takes.

    :ivar str account_pattern: regular expression of the whole account, empty for any
    :ivar amount_least: least of one payment, None for any above zero
    :ivar amount_most: most of one payment, None for any
    :ivar int rows_most: most payments of a file, 0 for any
    :ivar int decimals: of an amount; more are refused
    :ivar tuple currencies: codes that are taken, empty for any
    """

    columns: tuple
    separator: str = ","
    quote_all: bool = False
    decimal_sign: str = "."
    decimals: int = 2
    date_format: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    heading: bool = True
    account_pattern: str = ""
    amount_least: Decimal | None = None
    amount_most: Decimal | None = None
    rows_most: int = 0
    currencies: tuple = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a payment cannot be written.

    :ivar int row: of the payment among those of the file, from 0; None for the file
    :ivar str code: too_many, no_value, account, too_little, too_much, decimals,
        currency, too_wide, unwritable
    :ivar str title: of the column
    :ivar str value: what it would say
    """

    row: int | None
    code: str
    title: str = ""
    value: str = ""


class _Unwritable(Exception):
    def __init__(self, code, value):
        super().__init__(code)
        self.code, self.value = code, value


@dataclass(slots=True)
class Written:
    """A file as bytes, or why there is none."""

    content: bytes = b""
    faults: list = field(default_factory=list)


def fits_account(layout, account):
    """Tell whether a layout can pay to an account.

    :param str account: without blanks
    """
    pattern, account = layout.account_pattern, account or ""
    if not pattern:
        return True
    if len(account) > LONGEST_ACCOUNT or not is_quick(pattern):
        return False
    return bool(re.fullmatch(pattern, account))


def write(layout, payments):
    """Write a file, or say everything that stands in the way: no part of one is paid.

    :param Layout layout: what the bank or operator takes
    :param list payments: dicts with a value for each of `TYPES`: text, Decimal, date
    :return: a `Written`
    """
    written = Written()
    if layout.rows_most and len(payments) > layout.rows_most:
        fault = Fault(None, "too_many", value=str(layout.rows_most))
        written.faults.append(fault)
    lines = []
    if layout.heading:
        lines.append([_spelt(c.title, layout.encoding) for c in layout.columns])
    for row, payment in enumerate(payments):
        written.faults += _checked(layout, row, payment)
        cells = []
        for column in layout.columns:
            try:
                cells.append(_cell(layout, column, payment))
            except _Unwritable as error:
                fault = Fault(row, error.code, column.title, error.value)
                written.faults.append(fault)
        lines.append(cells)
    if not written.faults:
        written.content = _join(layout, lines)
    return written


def _checked(layout, row, payment):
    """Return what is wrong with a payment, whatever columns are written."""
    amount, faults = payment["amount"], []

    def fault(code, title, value):
        faults.append(Fault(row, code, title, str(value)))

    if not fits_account(layout, payment["account"]):
        fault("account", "account", payment["account"])
    if layout.amount_least is not None and amount < layout.amount_least:
        fault("too_little", "amount", layout.amount_least)
    if layout.amount_most is not None and amount > layout.amount_most:
        fault("too_much", "amount", layout.amount_most)
    if amount != round(amount, layout.decimals):
        fault("decimals", "amount", f"{amount:f}")
    if layout.currencies and payment["currency"] not in layout.currencies:
        fault("currency", "currency", payment["currency"])
    return faults


def _cell(layout, column, payment):
    """Return the text of a cell.

    :raises _Unwritable: it would say something else
    """
    value = payment[column.source] if column.source else ""
    kind = TYPES[column.source] if column.source else "text"
    if kind == "decimal":
        text = f"{value:.{layout.decimals}f}".replace(".", layout.decimal_sign)
    elif kind == "date":
        text = value.strftime(layout.date_format) if isinstance(value, date) else ""
    else:
        text = str(value or "")
    if column.required and column.source and not text:
        raise _Unwritable("no_value", "")
    if text or not column.source:
        text = column.prefix + text
    if kind == "text":
        text = _CONTROL.sub(" ", _spelt(text, layout.encoding)).strip()
        if column.source and is_formula(text):
            text = text.lstrip("=+-@ ")
        return text[: column.width] if column.width else text
    if _CONTROL.search(text) or _spelt(text, layout.encoding) != text:
        # another account or reference would be somebody else's
        raise _Unwritable("unwritable", text)
    if column.width and len(text) > column.width:
        raise _Unwritable("too_wide", text)
    return text


def _spelt(text, encoding):
    """Return a text that an encoding can write: without accents it lacks, else `?`."""
    return "".join(_letter(char, encoding) for char in text)


def _letter(char, encoding):
    for candidate in (char, without_accents(char)):
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"


def _join(layout, lines):
    text = "".join(
        layout.separator.join(_quoted(layout, cell) for cell in cells) + layout.line_end
        for cells in lines
    )
    return text.encode(layout.encoding)


def _quoted(layout, text):
    special = (layout.separator, '"', "\r", "\n")
    if layout.quote_all or any(char in text for char in special):
        return '"' + text.replace('"', '""') + '"'
    return text
