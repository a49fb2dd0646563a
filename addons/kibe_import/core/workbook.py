"""Workbooks `.xls` and `.xlsx`: one sheet for each CSV file (spec 1.1, 3.1)."""

import datetime

from ...exchange_run.core.workbook import BookError, CellError, Limits, open_book
from . import table
from .archive import UNREADABLE, megabytes
from .const import MAX_ARCHIVE, MAX_MEMBER, MAX_PARTS, MAX_UNPACKED, SPECS
from .wording import Text
from .wording import source as _lt

WIDEST = 64
LIMITS = Limits(xls=MAX_ARCHIVE, parts=MAX_PARTS, total=MAX_UNPACKED, other=MAX_MEMBER)
#: How a spreadsheet shows the time of a whole day: as a day of its first year.
WHOLE_DAY = (datetime.date(1899, 12, 31), datetime.date(1900, 1, 1))


def read(raw, name, issues, max_rows):
    """Read the five sheets of a workbook.

    :param bytes raw: its content
    :param str name: its file name
    :param Issues issues: receives Z02, Z03, Z09, Z11, Z12, Z16, Z17, X02 and the
        messages of the sheets
    :param int max_rows: refuse a sheet with more data rows
    :return: dict of file name → Table or None (blocked); empty when refused
    """
    try:
        book = open_book(raw, LIMITS)
        places = _our_sheets(book.titles, name, issues)
        sheets = {
            sheet: [
                (number, [_cell(value) for value in values])
                for number, values in book.rows(place, max_rows + 2, WIDEST)
            ]
            for sheet, place in places.items()
        }
    except BookError as error:
        _refuse(error, name, issues)
        return {}
    if not sheets:
        return {}
    if book.hidden_rows:
        issues.add("Z17", name, value=book.hidden_rows)
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


def _refuse(error, name, issues):
    """Say why a workbook is not read (Z02, Z03, Z09, X02)."""
    if error.code == "encrypted":
        issues.add("Z03", name)
    elif error.code == "entities":
        issues.add("X02", f"{name}/{error.name}")
    elif error.code == "too_large":
        issues.add("Z09", error.name or name, value=megabytes(error.size))
    elif error.code == "too_many":
        count = Text.of(_lt("{count} parts or cells"), count=error.size)
        issues.add("Z09", error.name or name, value=count)
    else:
        issues.add("Z02", name, value=UNREADABLE)


def _our_sheets(titles, name, issues):
    """Return {name of a file: place of its sheet} of the sheets that are read.

    :return: nothing when two sheets stand for one file (Z16) or none does (Z12)
    """
    places = {}
    for place, title in enumerate(titles):
        key = title.strip().lower()
        if key not in SPECS:
            continue
        if key in places:
            issues.add("Z16", name, value=key)
            return {}
        places[key] = place
    if not places:
        issues.add("Z12", name, value=", ".join(SPECS))
    return places


def _cell(value):
    """Return a value as the parsers of `cells` take it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return CellError("TRUE" if value else "FALSE")
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.timedelta):
        return _time(value)
    return value


def _time(span):
    """Return a part of a day as a time; the whole day, or more, as a text."""
    minutes = round(span.total_seconds() / 60)
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
