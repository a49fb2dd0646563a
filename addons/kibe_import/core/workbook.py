"""Workbooks `.xls` and `.xlsx`: one sheet for each CSV file (spec 1.1, 3.1)."""

import datetime
import io
import warnings
import zipfile

import openpyxl
import xlrd

from . import table
from .archive import OLE_MAGIC, UNREADABLE, Refused, megabytes
from .cells import ExcelError
from .const import MAX_MEMBER, MAX_TOTAL, SPECS

WIDEST = 64
FORMULA = b"<f"


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
    except Exception:
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
        sheet.name.strip().lower(): [
            (number + 1, [_xls_cell(cell, book.datemode) for cell in sheet.row(number)])
            for number in range(min(sheet.nrows, enough))
        ]
        for sheet in map(book.sheet_by_name, book.sheet_names())
        if sheet.name.strip().lower() in SPECS
    }


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
    return value


def _xls_date(value, datemode):
    """A number below one is a time of day: the library has no year for it."""
    if 0 <= value < 1:
        return _time(value)
    try:
        return xlrd.xldate_as_datetime(value, datemode).date()
    except (ValueError, OverflowError, xlrd.XLDateError):
        return ExcelError("#####")


def _time(fraction):
    minutes = round(fraction * 1440)
    return datetime.time(minutes // 60, minutes % 60) if minutes < 1440 else 1


def _read_xlsx(raw, name, issues, enough):
    formulas = _check_package(raw, name, issues)
    sheets = _xlsx_sheets(raw, enough, data_only=True)
    if formulas:
        _mark_empty_formulas(sheets, _xlsx_sheets(raw, enough, data_only=False))
    return sheets


def _check_package(raw, name, issues):
    """Refuse a package that is too large or declares entities.

    :return: whether a sheet holds formulas
    """
    formulas, total = False, 0
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        for info in package.infolist():
            if not info.filename.endswith((".xml", ".rels")):
                continue
            with package.open(info) as handle:
                content = handle.read(MAX_MEMBER + 1)
            total += len(content)
            if len(content) > MAX_MEMBER or total > MAX_TOTAL:
                issues.add("Z09", info.filename, value=megabytes(total))
                raise Refused
            if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\0" in content:
                issues.add("X02", f"{name}/{info.filename}")
                raise Refused
            formulas |= "worksheets/" in info.filename and FORMULA in content
    return formulas


def _xlsx_sheets(raw, enough, data_only):
    with warnings.catch_warnings():
        # styles and extensions of Excel that do not matter here
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(
            io.BytesIO(raw), read_only=True, data_only=data_only, keep_links=False
        )
        return {
            sheet.title.strip().lower(): _xlsx_rows(sheet, enough)
            for sheet in book.worksheets
            if sheet.title.strip().lower() in SPECS
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
        return value.date()
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
