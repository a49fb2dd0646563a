"""The error report: the rows as delivered, to correct and send back (section 5.2).

One workbook, one sheet for each CSV file, with three columns more. The reader knows
these columns and leaves them aside when the corrected workbook comes back.
"""

import io

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill

from ...exchange_run.core.numbers import ranges
from ...exchange_run.core.text import is_formula
from .cells import ExcelError
from .const import SPECS
from .table import REPORT_HEADERS, REPORT_STATUS
from .wording import Text
from .wording import source as _lt

FILLS = {
    "error": PatternFill("solid", fgColor="F8D7DA"),
    "held": PatternFill("solid", fgColor="FFE5D0"),
    "warning": PatternFill("solid", fgColor="FFF3CD"),
}
STATUSES = {
    "error": Text(_lt("Error")),
    "warning": Text(_lt("Warning")),
    "info": Text(_lt("Notice")),
    "held": Text(_lt("Held back")),
    "ok": Text(_lt("OK")),
}
HELD = Text(_lt("This row waits: another one of the same child or parent is in error."))
RANKS = {"error": 0, "held": 1, "warning": 2, "info": 3}
DATE_FORMAT = "DD.MM.YYYY"
TIME_FORMAT = "HH:MM:SS"


def build(tables, findings, language, held=()):
    """Return the workbook.

    :param dict tables: name → Table or None, of an Analysis
    :param findings: iterable of (file, row, level, code, text), level being one of
        `error`, `warning`, `info`
    :param Language language: of statuses
    :param held: iterable of (file, row), of the rows that an error elsewhere holds back
    :return: bytes of an `.xlsx` file
    """
    places = {}
    for file, row, level, code, text in findings:
        places.setdefault((file, row), []).append((RANKS[level], level, code, text))
    for place in held:
        note = (RANKS["held"], "held", "", language.express(HELD))
        places.setdefault(place, []).append(note)
    book = openpyxl.Workbook(write_only=True)
    for name, spec in SPECS.items():
        sheet = book.create_sheet(name)
        table = tables.get(name)
        header = table.header if table else [column.label for column in spec.columns]
        sheet.append(
            [_cell(sheet, h, bold=True) for h in (*header, *_headers(language))]
        )
        for number, cells in table.rows if table else ():
            notes = sorted(places.get((spec.file, number), ()))
            sheet.append(_row(sheet, cells, len(header), notes, language))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _headers(language):
    return [language.express(REPORT_STATUS), *REPORT_HEADERS]


def _row(sheet, cells, width, notes, language):
    level = notes[0][1] if notes else "ok"
    values = list(cells or []) + [""] * (width - len(cells or []))
    values += [
        language.express(STATUSES[level]),
        ", ".join(dict.fromkeys(code for _rank, _level, code, _text in notes if code)),
        "\n".join(text for _rank, _level, _code, text in notes),
    ]
    return [_cell(sheet, value, level) for value in values]


def _cell(sheet, value, level="ok", bold=False):
    """Return a cell; text that a spreadsheet would compute is marked as text."""
    value = str(value) if isinstance(value, ExcelError) else value
    cell = WriteOnlyCell(sheet, value=None if value == "" else value)
    if isinstance(value, str) and value:
        cell.data_type = "s"
        cell.quotePrefix = is_formula(value)
    elif hasattr(value, "year"):
        cell.number_format = DATE_FORMAT
    elif hasattr(value, "hour"):
        cell.number_format = TIME_FORMAT
    if bold:
        cell.font = Font(bold=True)
    if level in FILLS:
        cell.fill = FILLS[level]
    return cell


def show_rows(files):
    """Return rows as people write them.

    :param dict files: file → numbers

    >>> show_rows({"contrats.csv": [2], "prestations.csv": [4, 5, 6, 9]})
    'contrats.csv 2; prestations.csv 4–6, 9'
    """
    return "; ".join(f"{file} {ranges(numbers)}" for file, numbers in files.items())
