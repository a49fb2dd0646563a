"""Result file of a bank or mobile-money operator: which payments went through."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ...exchange_run.core import csv_file
from ...exchange_run.core.clock import is_of_our_time

MAX_BYTES = 20_000_000
#: more payments than a bank sends at once, and still read within the memory of one job
MAX_ROWS = 50_000
REQUIRED = ("code", "amount", "status")
TEXTS = ("code_ext", "code_rcp", "code_receipt", "label", "reason")
COLUMNS = {*REQUIRED, *TEXTS, "date", "fees", "amount_received"}
#: texts that name something; a status there means that the cells are shifted
NAMES = ("code", "code_ext", "code_rcp", "code_receipt")
ACCEPTED = {"accepted", "paid", "success", "successful", "1", "accepté", "payé"}
REJECTED = {"rejected", "failed", "failure", "0", "rejeté", "échoué"}
#: more digits no currency and no database keeps exactly
MAX_DIGITS = 15
#: apart from point and comma, what stands between groups of three digits
BLANKS = " \u00a0\u202f'’"
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
    """One line of the file; amounts are None where the cell is empty.

    :ivar row: line of the file in which the row begins, the heading is line 1
    """

    row: int
    codes: tuple
    accepted: bool
    amount: Decimal | None
    date: date | None
    fees: Decimal | None
    amount_received: Decimal | None
    code_ext: str
    code_rcp: str
    code_receipt: str
    label: str
    reason: str


def read_payment_file(raw, decimal_mark=None):
    """Read a result file: CSV in whatever encoding, comma or semicolon.

    Columns: code (bill code, several separated by a blank), amount, status, and any
    of date, code_ext, code_rcp, code_receipt, label, fees, amount_received, reason.

    :param bytes raw: content of the file
    :param str decimal_mark: "." or ","; None takes either and refuses what may be
        thousands as well: 45,000
    :return: tuple (list of Result, list of PaymentFileError found in its lines)
    :raises PaymentFileError: the file cannot be read at all (too_large, empty,
        bad_character, missing_column, column_twice, no_csv)
    """
    if len(raw) > MAX_BYTES:
        raise PaymentFileError("too_large")
    rows = _records(raw)
    results, errors = [], []
    names = _column_names(next(rows)[1])
    for count, (number, cells) in enumerate(rows):
        if count >= MAX_ROWS:
            raise PaymentFileError("too_large", number)
        try:
            if cells:
                results.append(_read_row(number, names, cells, decimal_mark))
        except PaymentFileError as error:
            errors.append(error)
    return results, errors


def _records(raw):
    """Yield (line, cells) of each record, the heading first."""
    try:
        text, _encoding = csv_file.decode(raw)
    except csv_file.NotText as error:
        raise PaymentFileError("bad_character", error.row) from None
    if not text.strip():
        raise PaymentFileError("empty")
    heading = text.splitlines()[0]
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    try:
        yield from csv_file.records(text, delimiter)
    except csv_file.OpenQuote as error:
        # what stands behind it would be one cell: payments nobody misses
        raise PaymentFileError("no_csv", error.row) from None


def unread_columns(raw):
    """Return the names of the columns that are not read, as they are written.

    :param bytes raw: content of a file that :func:`read_payment_file` can read
    :return: list of str
    """
    names = [name.strip() for name in next(_records(raw))[1]]
    return [name for name in names if name and name.lower() not in COLUMNS]


def _column_names(heading):
    """Return the names of the columns, in small letters.

    :raises PaymentFileError: one is missing, or there twice
    """
    names = [name.strip().lower() for name in heading]
    for name in REQUIRED:
        if name not in names:
            raise PaymentFileError("missing_column", row=1, column=name)
    for name, times in Counter(names).items():
        if name and times > 1:
            raise PaymentFileError("column_twice", row=1, column=name)
    return names


def _read_row(number, names, written, decimal_mark):
    cells = dict(zip(names, written, strict=False))

    def text(name):
        return cells.get(name, "").strip()

    def amount(name):
        return _amount(number, name, text(name), decimal_mark)

    if any(surplus := written[len(names) :]):
        # an amount like 45,000 without quotation marks: all that follows is shifted
        raise PaymentFileError("too_many_cells", number, None, surplus[-1])
    status = text("status").lower()
    if status not in ACCEPTED | REJECTED:
        raise PaymentFileError("bad_status", number, "status", text("status"))
    if not text("code") and not text("code_ext"):
        raise PaymentFileError("no_code", number, "code", "")
    for name in NAMES:
        # 45,5 without quotation marks in a file with commas: 45 would be paid
        if text(name).lower() in (ACCEPTED | REJECTED) - {"0", "1"}:
            raise PaymentFileError("shifted", number, name, text(name))
    accepted = status in ACCEPTED
    if accepted and not amount("amount"):
        raise PaymentFileError("no_amount", number, "amount", text("amount"))
    return Result(
        row=number,
        codes=tuple(text("code").split()),
        accepted=accepted,
        amount=amount("amount"),
        date=_date(number, text("date")),
        fees=amount("fees"),
        amount_received=amount("amount_received"),
        **{name: text(name) for name in TEXTS},
    )


def _amount(row, column, text, decimal_mark=None):
    """Return an amount of at least 0, or None for an empty cell.

    :raises PaymentFileError: bad_amount is none, ambiguous_amount may be thousands
    """
    if not text:
        return None
    mark = decimal_mark or _decimal_mark(row, column, text)
    whole, _mark, fraction = text.partition(mark) if mark else (text, "", "")
    groups = re.split(f"[{re.escape(BLANKS)}.,]", whole)
    digits = [*groups, *([fraction] if _mark else [])]
    if (
        sum(map(len, digits)) > MAX_DIGITS
        or not all(re.fullmatch("[0-9]+", part) for part in digits)
        or len(groups) > 1
        and (len(groups[0]) > 3 or any(len(group) != 3 for group in groups[1:]))
        or len(set(re.findall("[^0-9]", whole))) > 1
    ):
        raise PaymentFileError("bad_amount", row, column, text)
    return Decimal("".join(groups) + ("." + fraction if fraction else ""))


def _decimal_mark(row, column, text):
    """Return which of point and comma is the decimal mark of an amount, or neither.

    :raises PaymentFileError: ambiguous_amount
    """
    marks = re.findall("[.,]", text)
    if not marks or (len(marks) > 1 and len(set(marks)) == 1):
        return None  # 1200, 1,234,567
    mark = marks[-1]
    whole, _mark, fraction = text.rpartition(mark)
    alone = len(marks) == 1 and not set(whole) & set(BLANKS)
    if alone and len(fraction) == 3 and re.fullmatch("[1-9][0-9]{0,2}", whole):
        raise PaymentFileError("ambiguous_amount", row, column, text)
    return mark


def _date(row, text):
    if not text:
        return None
    for form in DATE_FORMATS:
        try:
            day = datetime.strptime(text, form).date()
        except ValueError:
            continue
        if is_of_our_time(day):
            return day
    raise PaymentFileError("bad_date", row, "date", text)
