"""Rows of a CSV, .xls or .xlsx list, read without trust."""

import codecs
import csv
import io
import logging
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

from .exceptions import CodedError

_logger = logging.getLogger(__name__)

LARGEST = 20 * 1024 * 1024
# xlrd keeps the whole sheet, and a cell takes far more there than in the file.
LARGEST_XLS = 8 * 1024 * 1024
LARGEST_UNPACKED = 200 * 1024 * 1024
# openpyxl keeps all strings and all styles; rows it reads one by one.
LARGEST_STRINGS = 24 * 1024 * 1024
LARGEST_OTHER_XML = 2 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
MOST_CELLS = 2_000_000
#: So many rows from the top on may be the one with the headings.
HEADING_WITHIN = 30
_DELIMITERS = ";,\t|"
_BLOCK = 1024 * 1024
_CELLS = re.compile(rb"<(?:\w+:)?(row|c)[\s/>]")
_ZEROS = re.compile(r"0+")
_STRINGS_TYPE = "sharedStrings+xml"
_SHEET_TYPE = "sheet+xml"
# A letter of French as DOS wrote it (code page 850), beside another letter.
_DOS = re.compile(rb"[A-Za-z][\x82\x83\x85\x87\x88\x89\x8a\x8b\x90]|[\x82\x90][a-z]")
_ANSI = re.compile(rb"[A-Za-z][\xc0-\xff]|[\xc0-\xff][A-Za-z]")


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
    if content[:4] == b"PK\x03\x04":
        rows = _read_xlsx(content)
    elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        rows = _read_xls(content)
    else:
        rows = _read_csv(content)
    return _table(_bounded(rows), choose, heading_row)


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


# === CSV ===


def _read_csv(content):
    encoding = _encoding(content)
    stream = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    delimiter = _delimiter(stream.read(64 * 1024))
    stream.seek(0)
    try:
        yield from enumerate(csv.reader(stream, delimiter=delimiter, strict=True), 1)
    except csv.Error as error:
        raise TableFileError("unreadable", str(error)) from error


def _delimiter(start):
    """Return what parts the cells of most of the first lines: titles have none."""
    lines = start.splitlines()[:HEADING_WITHIN]
    return max(_DELIMITERS, key=lambda d: (sum(d in x for x in lines), start.count(d)))


def _encoding(content):
    """Return the encoding of a text: Unicode, Windows or DOS.

    :raises TableFileError: it is no text
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        candidates = ("utf-16",)
    elif content[1:200:2].count(0) > len(content[1:200:2]) // 2:
        candidates = ("utf-16-le",)
    elif b"\x00" in content:
        raise TableFileError("unreadable", "NUL")
    elif _DOS.search(content) and not _ANSI.search(content):
        candidates = ("utf-8-sig", "cp850")
    else:
        candidates = ("utf-8-sig", "cp1252")
    for encoding in candidates:
        if _decodes(content, encoding):
            return encoding
    raise TableFileError("unreadable", "encoding")


def _decodes(content, encoding):
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for at in range(0, len(content), _BLOCK):
            decoder.decode(content[at : at + _BLOCK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


# === XLSX ===


def _read_xlsx(content):
    # Imported here: the rest of the package needs no spreadsheet library.
    from openpyxl import load_workbook

    _check_archive(content)
    try:
        book = load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(
            max_row=MOST_ROWS + HEADING_WITHIN + 1, max_col=MOST_COLUMNS + 1
        )
        for number, row in enumerate(rows, 1):
            yield number, [_xlsx_value(cell) for cell in row]
    except TableFileError:
        raise
    except Exception as error:  # the library raises whatever its parts raise
        raise _unreadable(error) from error


def _unreadable(error):
    """Return the error for a clerk; what really happened goes to the log."""
    _logger.info("A list cannot be read", exc_info=error)
    return TableFileError("unreadable", type(error).__name__)


def _xlsx_value(cell):
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _with_zeros(value, cell.number_format)
    return value


def _with_zeros(value, number_format):
    """Return a number as its format shows it where it only adds leading zeros."""
    if value == int(value) and value >= 0 and _ZEROS.fullmatch(number_format or ""):
        return f"{int(value):0{len(number_format)}d}"
    return value


def _check_archive(content):
    """Refuse archives that unpack to far more than a list, or declare entities.

    Every member is looked at whole, whatever its name: the workbook itself says which
    is what.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if sum(info.file_size for info in members) > LARGEST_UNPACKED:
                raise TableFileError("too_large")
            types = _content_types(archive)
            for info in members:
                if info.file_size > _allowed(info.filename, types):
                    raise TableFileError("too_large")
                with archive.open(info) as member:
                    _check_member(member)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, ElementTree.ParseError) as error:
        raise _unreadable(error) from error
    except (RuntimeError, NotImplementedError, EOFError, OSError, KeyError) as error:
        raise _unreadable(error) from error


def _content_types(archive):
    """Return {part: type} as the package declares them."""
    name = "[Content_Types].xml"
    if archive.getinfo(name).file_size > LARGEST_OTHER_XML:
        raise TableFileError("too_large")
    with archive.open(name) as member:
        _check_member(member)
    root = ElementTree.fromstring(archive.read(name))  # noqa: S314 no DOCTYPE, see above
    return {
        str(part.get("PartName", "")).lstrip("/").lower(): str(part.get("ContentType"))
        for part in root
        if part.tag.endswith("Override")
    }


def _allowed(name, types):
    """Return how large a member may be by what it is to the workbook."""
    kind = types.get(name.lower(), "")
    if kind.endswith(_STRINGS_TYPE):
        return LARGEST_STRINGS
    if kind.endswith(_SHEET_TYPE):
        return LARGEST_UNPACKED
    is_xml = kind.endswith("xml") or name.lower().endswith((".xml", ".rels", ".vml"))
    return LARGEST_OTHER_XML if is_xml else LARGEST_UNPACKED


def _check_member(member):
    """Refuse entities, encodings that hide them, and rows of endless cells."""
    before, cells, first = b"", 0, True
    while block := member.read(_BLOCK):
        if first and block[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
            raise TableFileError("unreadable", "encoding")
        # What the last block cut in two is looked at again.
        chunk, first = before + block, False
        if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
            raise TableFileError("unreadable", "DOCTYPE")
        for found in _CELLS.finditer(chunk):
            cells = 0 if found[1] == b"row" else cells + 1
            if cells > 20_000:  # more than a sheet has columns
                raise TableFileError("too_many")
        before = block[-16:] if b"<" in block[-16:] else b""
        before = before[before.rfind(b"<") :] if before else b""


# === XLS ===


def _read_xls(content):
    import xlrd

    if len(content) > LARGEST_XLS:
        raise TableFileError("too_large")
    try:
        book = xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            ragged_rows=True,
            on_demand=True,
            logfile=io.StringIO(),
        )
        sheet = book.sheet_by_index(0)
        for number in range(min(sheet.nrows, MOST_ROWS + HEADING_WITHIN + 1)):
            yield number + 1, [_xls_value(book, cell) for cell in sheet.row(number)]
    except TableFileError:
        raise
    except Exception as error:  # the library raises whatever its parts raise
        raise _unreadable(error) from error


def _xls_value(book, cell):
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        return xlrd.xldate_as_datetime(cell.value, book.datemode)
    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK, xlrd.XL_CELL_ERROR):
        return None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        style = book.xf_list[cell.xf_index].format_key
        known = book.format_map.get(style)
        return _with_zeros(cell.value, known.format_str if known else "")
    return cell.value
