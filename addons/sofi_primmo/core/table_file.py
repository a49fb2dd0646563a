"""Rows of a CSV, .xls or .xlsx list, read without trust."""

import csv
import io
import zipfile
from dataclasses import dataclass

from .exceptions import CodedError

LARGEST = 20 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
_DELIMITERS = ";,\t|"


class TableFileError(CodedError):
    """`.code` is `too_large`, `empty`, `unreadable` or `too_many`."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list with headings.

    :ivar list header: texts of the first row
    :ivar list rows: (row number as in the file, list of values as long as the header);
        values are texts, numbers, dates or None
    """

    header: list
    rows: list


def read(content, name):
    """Read a list; its kind is told by the content, the name only breaks ties.

    :param bytes content: the file
    :param str name: its name
    :rtype: Table
    :raises TableFileError: when it cannot be read
    """
    if len(content) > LARGEST:
        raise TableFileError("too_large")
    if content[:4] == b"PK\x03\x04":
        rows = _read_xlsx(content)
    elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        rows = _read_xls(content)
    else:
        rows = _read_csv(content)
    return _table(rows)


def text(value):
    """Return a cell as a text; a whole number without its `.0`."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _table(rows):
    """Take the first row that is not empty as heading."""
    header, table = None, []
    for number, row in rows:
        if number > MOST_ROWS + 1 or len(row) > MOST_COLUMNS:
            raise TableFileError("too_many")
        if not any(text(value) for value in row):
            continue
        if header is None:
            header = [text(value) for value in row]
            continue
        padded = [*row, *[None] * (len(header) - len(row))]
        table.append((number, padded[: len(header)]))
    if header is None:
        raise TableFileError("empty")
    return Table(header, table)


def _read_csv(content):
    lines = _decode(content)
    first = lines.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    stream = io.StringIO(lines, newline="")
    try:
        yield from enumerate(csv.reader(stream, delimiter=delimiter, strict=True), 1)
    except csv.Error as error:
        raise TableFileError("unreadable", str(error)) from error


def _decode(content):
    if b"\x00" in content:
        raise TableFileError("unreadable", "NUL")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableFileError("unreadable", "encoding")


def _read_xlsx(content):
    # Imported here: the rest of the package needs no spreadsheet library.
    from openpyxl import load_workbook

    _check_archive(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = [
            list(row)
            for row in sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 2)
        ]
    except Exception as error:  # the library raises whatever its parts raise
        raise TableFileError("unreadable", type(error).__name__) from error
    return enumerate(rows, 1)


def _check_archive(content):
    """Refuse archives that unpack to far more than a list, or declare entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST_UNPACKED:
                raise TableFileError("too_large")
            for info in archive.infolist():
                with archive.open(info) as member:
                    if b"<!DOCTYPE" in member.read(4096):
                        raise TableFileError("unreadable", "DOCTYPE")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise TableFileError("unreadable", type(error).__name__) from error


def _read_xls(content):
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=content)
        sheet = book.sheet_by_index(0)
        rows = [
            [_xls_value(book, cell) for cell in sheet.row(number)]
            for number in range(min(sheet.nrows, MOST_ROWS + 2))
        ]
    except Exception as error:  # the library raises whatever its parts raise
        raise TableFileError("unreadable", type(error).__name__) from error
    return enumerate(rows, 1)


def _xls_value(book, cell):
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, book.datemode)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return cell.value
