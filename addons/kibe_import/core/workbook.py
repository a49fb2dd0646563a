"""Workbooks `.xls` and `.xlsx`: one sheet for each CSV file (spec 1.1, 3.1)."""

import datetime
import io
import logging
import re
import warnings
import zipfile

import openpyxl
import xlrd

from . import table
from .archive import OLE_MAGIC, UNREADABLE, Refused, megabytes
from .cells import ExcelError
from .const import MAX_MEMBER, MAX_PARTS, MAX_UNPACKED, SPECS
from .messages import Text
from .trace import log_fault

_logger = logging.getLogger(__name__)

WIDEST = 64
FORMULA = b"<f"
HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]*\bhidden=[\"'](?:1|true)[\"']")
#: What makes a part an XML text, whatever its name and encoding.
XML_STARTS = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0<", b"<\0")
EMPTY_FORMULA = ExcelError("=…")
#: How a spreadsheet shows the time of a whole day: as a day of its first year.
WHOLE_DAY = (datetime.date(1899, 12, 31), datetime.date(1900, 1, 1))


def read(raw, name, issues, max_rows):
    """Read the five sheets of a workbook.

    :param bytes raw: its content
    :param str name: its file name
    :param Issues issues: receives Z02, Z03, Z11, Z12 and the messages of the sheets
    :param int max_rows: refuse a sheet with more data rows
    :return: dict of file name → Table or None (blocked); empty when refused
    """
    reader = _read_xls if raw.startswith(OLE_MAGIC) else _read_xlsx
    try:
        sheets = reader(raw, name, issues, max_rows + 2)
    except Refused:
        return {}
    # The libraries raise whatever a damaged file makes them stumble upon; none of it
    # may reach the operator as a traceback.
    except Exception as error:
        log_fault(_logger, "Reading a workbook", error)
        issues.add("Z02", name, value=UNREADABLE)
        return {}
    missing = [sheet for sheet in SPECS if sheet not in sheets]
    if missing:
        issues.add("Z12", name, value=", ".join(missing))
        return {}
    issues.add("Z11", name, value=", ".join(sheets))
    return {
        sheet: table.build(
            spec, sheets[sheet], issues, max_rows, {"encoding": "workbook"}
        )
        for sheet, spec in SPECS.items()
    }


def _read_xls(raw, name, issues, enough):
    try:
        # logfile: the library prints on standard output otherwise
        book = xlrd.open_workbook(
            file_contents=raw, logfile=io.StringIO(), on_demand=True
        )
    except xlrd.XLRDError as error:
        encrypted = "encrypt" in str(error).lower()
        issues.add("Z03" if encrypted else "Z02", name, value=UNREADABLE)
        raise Refused from None
    return {
        key: [
            (number + 1, [_xls_cell(cell, book.datemode) for cell in sheet.row(number)])
            for number in range(min(sheet.nrows, enough))
        ]
        for key, sheet in _our_sheets(
            ((title, book.sheet_by_name(title)) for title in book.sheet_names()),
            name,
            issues,
        ).items()
    }


def _our_sheets(titled, name, issues):
    """Return {name of a file: sheet} of the sheets that are read.

    :param titled: iterable of (title, sheet), hidden ones included
    :raises Refused: two sheets stand for one file (Z16)
    """
    sheets = {}
    for title, sheet in titled:
        key = title.strip().lower()
        if key not in SPECS:
            continue
        if key in sheets:
            issues.add("Z16", name, value=key)
            raise Refused
        sheets[key] = sheet
    return sheets


def _xls_cell(cell, datemode):
    kind, value = cell.ctype, cell.value
    if kind in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    if kind == xlrd.XL_CELL_NUMBER:
        return int(value) if value.is_integer() else value
    if kind == xlrd.XL_CELL_DATE:
        return _xls_date(value, datemode)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return ExcelError("TRUE" if value else "FALSE")
    if kind == xlrd.XL_CELL_ERROR:
        return ExcelError(xlrd.error_text_from_code.get(value, "#ERR"))
    # Only a formula leaves a text without a letter: its result was never stored.
    return EMPTY_FORMULA if value == "" else value


def _xls_date(value, datemode):
    """A number below one is a time of day: the library has no year for it."""
    if 0 <= value <= 1:
        return _time(value)
    try:
        return _moment(xlrd.xldate_as_datetime(value, datemode))
    except (ValueError, OverflowError, xlrd.XLDateError):
        return ExcelError("#####")


def _time(fraction):
    """Return a part of a day as a time; the whole day, or more, as a text."""
    minutes = round(fraction * 1440)
    if minutes < 1440:
        return datetime.time(minutes // 60, minutes % 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def _moment(value):
    """Return a date, with its time of the day where it has one.

    :param datetime.datetime value: as the library reads the cell
    """
    if value.date() in WHOLE_DAY and value.time() == datetime.time():
        return "24:00"
    return value if value.time() != datetime.time() else value.date()


def _read_xlsx(raw, name, issues, enough):
    formulas = _check_package(raw, name, issues)
    sheets = _xlsx_sheets(raw, name, issues, enough, data_only=True)
    if formulas:
        sources = _xlsx_sheets(raw, name, issues, enough, data_only=False)
        _mark_empty_formulas(sheets, sources)
    return sheets


def _check_package(raw, name, issues):
    """Refuse a package that is too large or declares entities.

    Every part is looked at: the package itself says which of them is a sheet, and
    need not call it so.

    :return: whether a sheet holds formulas
    """
    formulas, hidden, total = False, 0, 0
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        infos = package.infolist()
        if len(infos) > MAX_PARTS:
            count = Text(f"{len(infos)} parties", f"{len(infos)} parts")
            issues.add("Z09", name, value=count)
            raise Refused
        for info in infos:
            with package.open(info) as handle:
                content = handle.read(MAX_MEMBER + 1)
            total += len(content)
            if len(content) > MAX_MEMBER or total > MAX_UNPACKED:
                issues.add("Z09", info.filename, value=megabytes(total))
                raise Refused
            if _is_xml(content, info.filename) and _declares_entities(content):
                issues.add("X02", f"{name}/{info.filename}")
                raise Refused
            formulas |= FORMULA in content
            hidden += len(HIDDEN_ROW.findall(content))
    if hidden:
        issues.add("Z17", name, value=hidden)
    return formulas


def _is_xml(content, filename):
    return filename.endswith((".xml", ".rels")) or content.lstrip().startswith(
        XML_STARTS
    )


def _declares_entities(content):
    """Tell whether a part does, or hides in an encoding that could."""
    return b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content


def _xlsx_sheets(raw, name, issues, enough, data_only):
    with warnings.catch_warnings():
        # styles and extensions of Excel that do not matter here
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=data_only, keep_links=False
        )
        titled = ((sheet.title, sheet) for sheet in book.worksheets)
        return {
            key: _xlsx_rows(sheet, enough)
            for key, sheet in _our_sheets(titled, name, issues).items()
        }


def _xlsx_rows(sheet, enough):
    rows = sheet.iter_rows(max_row=enough, max_col=WIDEST, values_only=True)
    result = []
    for number, values in enumerate(rows, 1):
        cells = [_xlsx_cell(value) for value in values]
        while cells and cells[-1] == "":
            cells.pop()
        result.append((number, cells))
    return result


def _xlsx_cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return ExcelError("TRUE" if value else "FALSE")
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.timedelta):
        return _time(value.total_seconds() / 86400)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _mark_empty_formulas(values, formulas):
    """A formula whose result was never stored has no value to read (C19)."""
    for sheet, rows in formulas.items():
        for (_number, cells), (_same, sources) in zip(values[sheet], rows, strict=True):
            for position, source in enumerate(sources):
                if isinstance(source, str) and source.startswith("="):
                    if position >= len(cells):
                        cells.extend([""] * (position + 1 - len(cells)))
                    if cells[position] == "":
                        cells[position] = ExcelError(source)
