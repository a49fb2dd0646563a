"""Workbooks of strangers, `.xls` and `.xlsx`: rows of values, in bounded memory.

A value is None, a text, a number, a truth value, a date with or without time, a time,
a `timedelta` where a time exceeds the day, or a `CellError`: what a spreadsheet could
not compute, or has never computed, is never told as empty.
"""

import dataclasses
import datetime
import io
import logging
import re
import warnings
from xml.etree import ElementTree

import openpyxl
import xlrd

from . import old_workbook, zip_file
from .trace import log_fault

_logger = logging.getLogger(__name__)

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
#: What the names of XML parts end with.
XML_NAMES = (".xml", ".rels", ".vml")
#: What makes a part an XML text, whatever its name and encoding.
XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
TYPES = "[Content_Types].xml"
LONGEST_TAG = 4096
#: More than a sheet has columns.
MOST_CELLS_OF_A_ROW = 20_000
_TAGS = re.compile(rb"<(?:\w+:)?(row|c|f)[\s/>]")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*\bhidden=[\"'](?:1|true)[\"']")
_ZEROS = re.compile(r"0+")
_DAY = 24 * 60 * 60


class CellError(str):
    """What a cell shows instead of a value: an error, or a formula without a result."""

    __slots__ = ()


class BookError(Exception):
    """A workbook that is not read.

    :param str code: `damaged`, `encrypted`, `entities`, `too_large` or `too_many`
    :param str name: of the part, empty for the whole workbook
    :param int size: what is too much: bytes, parts, or cells
    """

    def __init__(self, code, name="", size=0):
        super().__init__(code)
        self.code, self.name, self.size = code, name, size


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How much a workbook may hold; the libraries keep several times of it.

    :ivar int xls: bytes of an `.xls`, which is kept whole
    :ivar int parts: parts of an `.xlsx`
    :ivar int total: bytes of all parts, unpacked; also of one sheet, or picture
    :ivar int strings: bytes of the texts, which are all kept
    :ivar int other: bytes of any other XML part
    :ivar int cells: cells of all sheets, and shared texts of an `.xls`; a row counts as
        far as its last cell. Where there are formulas the sheets are read twice, and
        half as many are too much
    """

    xls: int = 20 * 1024**2
    parts: int = 2000
    total: int = 60 * 1024**2
    strings: int = 24 * 1024**2
    other: int = 50 * 1024**2
    cells: int = 1_000_000


@dataclasses.dataclass(slots=True)
class Book:
    """An open workbook.

    :ivar list titles: of its sheets, hidden ones included
    :ivar int hidden_rows: of all sheets, as far as the file tells
    """

    titles: list
    _rows: object
    hidden_rows: int = 0
    _room: int = 0

    def rows(self, place, most_rows, most_columns):
        """Yield (row number, values) of a sheet; rows are as long as what they hold.

        :param int place: of the sheet, from 0
        :param int most_rows: what is below is not read
        :param int most_columns: what is further right is not read
        :raises BookError: it is damaged, or its rows are wider than the cells it has
        """
        rows = _told(lambda: self._rows(place, most_rows, most_columns))
        for number, values in enumerate(rows, 1):
            while values and values[-1] in (None, ""):
                values.pop()
            # empty cells before the last one take as much as others
            self._room -= len(values)
            if self._room < 0:
                raise BookError("too_many", size=number)
            yield number, values


def kind_of(raw):
    """Return `xls`, `xlsx`, `zip` or None by the first bytes and, for a ZIP, its index.

    :param bytes raw: content of a file
    :raises zip_file.ZipError: a ZIP without a readable index
    """
    if raw.startswith(OLE_MAGIC):
        return "xls"
    if not raw.startswith(zip_file.MAGIC):
        return None
    return "xlsx" if "xl/workbook.xml" in zip_file.names(raw) else "zip"


def is_encrypted(raw):
    """Tell whether a workbook asks for a password (`.xlsx` only)."""
    return raw.startswith(OLE_MAGIC) and ENCRYPTED_PACKAGE in raw


def open_book(raw, limits=None, zeros=False):
    """Open a workbook.

    :param bytes raw: its content, which decides what it is
    :param Limits limits: how much it may hold
    :param bool zeros: a number whose format only adds leading zeros is the text it
        shows
    :rtype: Book
    :raises BookError: it is damaged, encrypted, dangerous or too large
    """
    if is_encrypted(raw):
        raise BookError("encrypted")
    opened = _open_xls if raw.startswith(OLE_MAGIC) else _open_xlsx
    [book] = _told(lambda: [opened(raw, limits or Limits(), zeros)])
    return book


def _told(iterate):
    """Yield what a library gives; whatever it stumbles upon is a damaged workbook."""
    try:
        yield from iterate()
    except BookError:
        raise
    # The libraries raise anything; none of it may reach a user as a traceback.
    except Exception as error:
        log_fault(_logger, "Reading a workbook", error)
        raise BookError("damaged") from None


def _with_zeros(value, number_format):
    """Return a number as its format shows it where it only adds leading zeros."""
    if value == int(value) and value >= 0 and _ZEROS.fullmatch(number_format or ""):
        return f"{int(value):0{len(number_format)}d}"
    return value


def _number(value):
    return int(value) if isinstance(value, float) and value.is_integer() else value


# === XLSX ===


def _open_xlsx(raw, limits, zeros):
    facts = _check_package(raw, limits)
    values = _load(raw, data_only=True)
    sources = _load(raw, data_only=False) if facts.formulas else None

    def rows(place, most_rows, most_columns):
        read = _xlsx_rows(values[place], most_rows, most_columns)
        if not sources:
            for cells in read:
                yield [_xlsx_value(cell, zeros) for cell in cells]
            return
        written = _xlsx_rows(sources[place], most_rows, most_columns)
        for cells, formulas in zip(read, written, strict=True):
            pairs = zip(cells, formulas, strict=True)
            yield [_computed(cell, formula, zeros) for cell, formula in pairs]

    titles = [sheet.title for sheet in values]
    return Book(titles, rows, facts.hidden, limits.cells)


def _load(raw, data_only):
    with warnings.catch_warnings():
        # styles and extensions of Excel that do not matter here
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=data_only, keep_links=False
        )
        return book.worksheets


def _xlsx_rows(sheet, most_rows, most_columns):
    sheet.reset_dimensions()  # which programs write wrong
    return sheet.iter_rows(max_row=most_rows, max_col=most_columns)


def _computed(cell, formula, zeros):
    """Return the value of a cell; a formula without a stored result has none."""
    value = _xlsx_value(cell, zeros)
    if value is None and formula.data_type == "f":
        source = formula.value
        return CellError(source if isinstance(source, str) else "=…")
    return value


def _xlsx_value(cell, zeros):
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if cell.data_type == "e":
        return CellError(value)
    if isinstance(value, int | float):
        return _with_zeros(_number(value), cell.number_format if zeros else "")
    return value


@dataclasses.dataclass(slots=True)
class _Facts:
    """What was seen while a package was looked at."""

    formulas: bool = False
    hidden: int = 0
    cells: int = 0
    all_cells: int = 0


def _check_package(raw, limits):
    """Refuse a package that is too large, declares entities or has endless rows.

    Every part is looked at whole, whatever its name: the package itself says which of
    them is a sheet.
    """
    facts = _Facts()
    counted = zip_file.Limits(
        limits.parts, limits.total, limits.total, ratio=limits.total
    )
    try:
        archive = zip_file.Archive(raw, counted, names=False)
        members = sorted(archive.members, key=lambda info: info.filename != TYPES)
        types = {}
        for info in members:
            if info.file_size > _allowed(info.filename, types, limits):
                raise BookError("too_large", info.filename, info.file_size)
            blocks = archive.blocks(info)
            if info.filename == TYPES:
                blocks = list(blocks)
            _check_part(blocks, info.filename, facts)
            read = 2 * facts.all_cells if facts.formulas else facts.all_cells
            if read > limits.cells:
                raise BookError("too_many", info.filename, facts.all_cells)
            if info.filename == TYPES:
                types = _content_types(b"".join(blocks))
    except zip_file.ZipError as error:
        raise BookError(error.code, error.name, error.size) from error
    return facts


def _content_types(content):
    """Return {part: type} as the package declares them."""
    root = ElementTree.fromstring(content)  # no DOCTYPE: it was looked at
    return {
        str(part.get("PartName", "")).lstrip("/").lower(): str(part.get("ContentType"))
        for part in root
        if part.tag.endswith("Override")
    }


def _allowed(name, types, limits):
    """Return how large a part may be by what it is to the workbook."""
    kind = types.get(name.lower(), "")
    if kind.endswith("sharedStrings+xml"):
        return limits.strings
    if kind.endswith("sheet+xml"):
        return limits.total
    is_xml = kind.endswith("xml") or name.lower().endswith(XML_NAMES)
    return limits.other if is_xml else limits.total


def _check_part(blocks, name, facts):
    """Refuse entities, encodings that hide them, and rows of endless cells."""
    rest, is_xml, first = b"", name.lower().endswith(XML_NAMES), True
    for block in blocks:
        if first:
            start = block.lstrip()
            if start.startswith(XML_STARTS[2:]):
                raise BookError("entities", name)
            is_xml, first = is_xml or start.startswith(XML_STARTS), False
        if is_xml and b"\0" in block:
            raise BookError("entities", name)
        chunk = rest + block
        # A tag that the block has cut in two is looked at with the next one.
        cut = chunk.rfind(b"<")
        whole = cut < 0 or b">" in chunk[cut:] or len(chunk) - cut > LONGEST_TAG
        chunk, rest = (chunk, b"") if whole else (chunk[:cut], chunk[cut:])
        _check_chunk(chunk, name, facts)
    _check_chunk(rest, name, facts)


def _check_chunk(chunk, name, facts):
    if b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk:
        raise BookError("entities", name)
    facts.hidden += len(_HIDDEN_ROW.findall(chunk))
    for found in _TAGS.finditer(chunk):
        facts.formulas |= found[1] == b"f"
        facts.cells = 0 if found[1] == b"row" else facts.cells + 1
        facts.all_cells += found[1] == b"c"
        if facts.cells > MOST_CELLS_OF_A_ROW:
            raise BookError("too_many", name, facts.cells)


# === XLS ===


def _open_xls(raw, limits, zeros):
    if len(raw) > limits.xls:
        raise BookError("too_large", size=len(raw))
    if (count := old_workbook.cells(raw, limits.cells)) > limits.cells:
        raise BookError("too_many", size=count)
    try:
        # logfile: the library prints on standard output otherwise
        book = xlrd.open_workbook(
            file_contents=raw,
            formatting_info=zeros,
            ragged_rows=True,
            on_demand=True,
            logfile=io.StringIO(),
        )
    except xlrd.XLRDError as error:
        encrypted = "encrypt" in str(error).lower()
        raise BookError("encrypted" if encrypted else "damaged") from None

    def rows(place, most_rows, most_columns):
        sheet = book.sheet_by_index(place)
        for number in range(min(sheet.nrows, most_rows)):
            cells = sheet.row_slice(number, 0, most_columns)
            yield [_xls_value(book, cell, zeros) for cell in cells]

    return Book(book.sheet_names(), rows, 0, limits.cells)


def _xls_value(book, cell, zeros):
    kind, value = cell.ctype, cell.value
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if kind == xlrd.XL_CELL_NUMBER:
        return _with_zeros(_number(value), _xls_format(book, cell) if zeros else "")
    if kind == xlrd.XL_CELL_DATE:
        return _xls_date(value, book.datemode)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return CellError(xlrd.error_text_from_code.get(value, "#ERR"))
    # Only a formula leaves a text without a letter: its result was never stored.
    return CellError("=…") if value == "" else value


def _xls_format(book, cell):
    known = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return known.format_str if known else ""


def _xls_date(value, datemode):
    """A number below one is a time of day: the library has no year for it."""
    if 0 <= value <= 1:
        span = datetime.timedelta(seconds=round(value * _DAY))
        if span.days:
            return span
        return (datetime.datetime.min + span).time()
    try:
        return xlrd.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError, xlrd.XLDateError):
        return CellError("#####")
