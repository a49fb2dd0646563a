"""Result file of a bank or mobile-money operator: which payments went through."""

import csv
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

MAX_BYTES = 20_000_000
REQUIRED = ("code", "amount", "status")
ACCEPTED = {"accepted", "paid", "success", "successful", "1", "accepté", "payé"}
REJECTED = {"rejected", "failed", "failure", "0", "rejeté", "échoué"}
DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")


class PaymentFileError(Exception):
    """What is wrong with a cell; `code` names the kind of problem.

    :param str code: kind of problem
    :param int row: line of the file, the heading is line 1
    :param str column: name of the column
    :param str value: what the cell says
    """

    def __init__(self, code, row=None, column=None, value=None):
        super().__init__(code)
        self.code, self.row, self.column, self.value = code, row, column, value


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the file."""

    row: int
    codes: tuple
    accepted: bool
    amount: Decimal
    date: date | None
    fees: Decimal
    amount_received: Decimal
    code_ext: str
    code_rcp: str
    code_receipt: str
    label: str
    reason: str


def read_payment_file(raw):
    """Read a result file: CSV in UTF-8 or Windows-1252, comma or semicolon.

    Columns: code (bill code, several separated by a blank), amount, status, and any
    of date, code_ext, code_rcp, code_receipt, label, fees, amount_received, reason.

    :param bytes raw: content of the file
    :return: tuple (list of Result, list of PaymentFileError found in its lines)
    :raises PaymentFileError: the file cannot be read at all (too_large, empty,
        missing_column)
    """
    if len(raw) > MAX_BYTES:
        raise PaymentFileError("too_large")
    text = _decode(raw)
    if not text.strip():
        raise PaymentFileError("empty")
    heading = text.splitlines()[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.DictReader(text.splitlines(), delimiter=delimiter)
    names = [(name or "").strip().lower() for name in reader.fieldnames]
    for name in REQUIRED:
        if name not in names:
            raise PaymentFileError("missing_column", row=1, column=name)
    reader.fieldnames = names
    results, errors = [], []
    for number, cells in enumerate(reader, 2):
        try:
            results.append(_read_row(number, cells))
        except PaymentFileError as error:
            errors.append(error)
    return results, errors


def _decode(raw):
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _read_row(number, cells):
    def text(name):
        return (cells.get(name) or "").strip()

    status = text("status").lower()
    if status not in ACCEPTED | REJECTED:
        raise PaymentFileError("bad_status", number, "status", text("status"))
    if not text("code") and not text("code_ext"):
        raise PaymentFileError("no_code", number, "code", "")
    return Result(
        row=number,
        codes=tuple(text("code").split()),
        accepted=status in ACCEPTED,
        amount=_amount(number, "amount", text("amount")),
        date=_date(number, text("date")),
        fees=_amount(number, "fees", text("fees")),
        amount_received=_amount(number, "amount_received", text("amount_received")),
        **{
            name: text(name)
            for name in (
                "code_ext",
                "code_rcp",
                "code_receipt",
                "label",
                "reason",
            )
        },
    )


def _amount(row, column, text):
    """Return an amount written with point or comma; 0 for an empty cell."""
    if not text:
        return Decimal(0)
    plain = text.replace(" ", "").replace("\u00a0", "").replace("'", "")
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise PaymentFileError("bad_amount", row, column, text) from None
    if not amount.is_finite() or amount < 0:
        raise PaymentFileError("bad_amount", row, column, text)
    return amount


def _date(row, text):
    if not text:
        return None
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise PaymentFileError("bad_date", row, "date", text)
