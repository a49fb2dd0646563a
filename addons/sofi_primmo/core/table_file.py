"""Rows of a CSV, .xls or .xlsx list, read without trust."""

from dataclasses import dataclass

from ...exchange_run.core import csv_file, workbook
from .exceptions import CodedError

LARGEST = 20 * 1024 * 1024
#: The library keeps the whole `.xls`, all texts and all styles; rows one by one.
LIMITS = workbook.Limits(
    xls=8 * 1024**2,
    total=200 * 1024**2,
    strings=24 * 1024**2,
    other=2 * 1024**2,
    cells=3_000_000,
)
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELLS = 2_000_000
#: So many rows from the top on may be the one with the headings.
HEADING_WITHIN = 30


class TableFileError(CodedError):
    """`.code` is `too_large`, `empty`, `unreadable` or `too_many`."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list with headings.

    :ivar list header: texts of the row with the headings
    :ivar list rows: (row number as in the file, list of values as long as the header);
        values are texts, numbers, dates or None
    :ivar int heading_row: number of the row with the headings
    """

    header: list
    rows: list
    heading_row: int = 1


def read(content, name, choose=None, heading_row=0):
    """Read a list; its kind is told by the content, the name only breaks ties.

    :param bytes content: the file
    :param str name: its name
    :param choose: called with [(row number, texts)] of the first rows that are not
        empty, gives the number of the one with the headings; the first by default
    :param int heading_row: number of that row, where a person has chosen it
    :rtype: Table
    :raises TableFileError: when it cannot be read
    """
    if len(content) > LARGEST:
        raise TableFileError("too_large")
    known = workbook.OLE_MAGIC, *workbook.zip_file.MAGIC
    rows = _book_rows if content.startswith(known) else _csv_rows
    return _table(_bounded(rows(content)), choose, heading_row)


def text(value):
    """Return a cell as a text; a whole number without its `.0`."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _bounded(rows):
    """Let rows that are not empty through, as long as there are not too many cells."""
    cells = 0
    for number, row in rows:
        while row and not text(row[-1]):
            row.pop()
        cells += len(row)
        if number > MOST_ROWS + HEADING_WITHIN or len(row) > MOST_COLUMNS:
            raise TableFileError("too_many")
        if cells > MOST_CELLS:
            raise TableFileError("too_many")
        if row:
            yield number, row


def _table(rows, choose, heading_row):
    """Take the chosen row as headings and all rows below it."""
    rows = list(rows)
    if not rows:
        raise TableFileError("empty")
    if not heading_row and choose:
        first = [(n, [text(v) for v in row]) for n, row in rows[:HEADING_WITHIN]]
        heading_row = choose(first)
    numbers = [number for number, _row in rows]
    if heading_row and heading_row not in numbers:
        raise TableFileError("empty")
    at = numbers.index(heading_row) if heading_row else 0
    header = [text(value) for value in rows[at][1]]
    if len(rows) - at - 1 > MOST_ROWS:
        raise TableFileError("too_many")
    width = len(header)
    table = [
        (n, (row + [None] * (width - len(row)))[:width]) for n, row in rows[at + 1 :]
    ]
    return Table(header, table, numbers[at])


def _csv_rows(content):
    try:
        content, _encoding = csv_file.decode(content)
        delimiter = csv_file.separator(content, HEADING_WITHIN)
        yield from csv_file.records(content, delimiter)
    except csv_file.NotText as error:
        raise TableFileError("unreadable", "encoding") from error
    except csv_file.OpenQuote as error:
        raise TableFileError("unreadable", f"row {error.row}") from error


def _book_rows(content):
    try:
        book = workbook.open_book(content, LIMITS, zeros=True)
        yield from book.rows(0, MOST_ROWS + HEADING_WITHIN + 1, MOST_COLUMNS + 1)
    except workbook.BookError as error:
        code = error.code if error.code in ("too_large", "too_many") else "unreadable"
        raise TableFileError(code, error.code) from error
