"""A file as rows of cells, whatever it came from (specification section 3.2)."""

import dataclasses
import itertools

from . import text
from .cells import ID_LOOSE, as_text
from .wording import Text, written
from .wording import source as _lt

# Columns of the error report, left aside when a corrected workbook comes back; the one
# before them has the word of the reader's language.
REPORT_STATUS = Text(_lt("Status"))
REPORT_HEADERS = ["Code", "Message"]


@dataclasses.dataclass(slots=True)
class Table:
    """The data rows of one file.

    :ivar spec: the FileSpec
    :ivar header: labels of the columns, as written
    :ivar rows: list of (row number, list of cells), padded to the columns; the cells
        are None when the row has not the shape of the file
    :ivar origin: what was detected, for the preview: encoding, separator, columns
    :ivar blank_rows: number of empty lines skipped
    """

    spec: object
    header: list
    rows: list
    origin: dict = dataclasses.field(default_factory=dict)
    blank_rows: int = 0


def build(spec, records, issues, max_rows, origin=None):
    """Check the header and the shape of the rows of a file.

    :param FileSpec spec: the expected columns
    :param records: iterable of (row number, list of cells)
    :param Issues issues: receives C01 to C06, C11, C15, C18, C21, C23
    :param int max_rows: refuse a file with more data rows
    :param dict origin: what was detected while reading
    :return: a Table, or None when the file is blocked
    """
    records = iter(records)
    header = next((rec for rec in records if not _is_blank(rec[1])), None)
    if header is None:
        issues.add("C01", spec.file)
        return None
    labels = [text.clean(as_text(cell)) for cell in header[1]]
    records = _without_report(spec, labels, records)
    if not _check_header(spec, labels, header[0], issues):
        return None
    rows = list(itertools.islice(records, max_rows + 1))
    if len(rows) > max_rows:
        issues.add("C21", spec.file, n=written(max_rows))
        return None
    if not _check_surplus(spec, labels, rows, issues):
        return None
    table = Table(spec, labels[: len(spec.columns)], [], origin or {})
    table.origin["columns"] = len(labels)
    _fill(table, rows, issues)
    return table


def _without_report(spec, labels, records):
    """Drop the columns of our own error report, from the labels and the records."""
    width = len(spec.columns)
    if labels[width + 1 : width + 3] != REPORT_HEADERS:
        return records
    del labels[width:]
    return ((number, cells[:width]) for number, cells in records)


def _is_blank(cells):
    return not any(
        cell if not isinstance(cell, str) else cell.strip(text.BLANKS)
        for cell in cells
        if cell is not None and cell != ""
    )


def _check_header(spec, labels, number, issues):
    """Refuse a missing header and one with too few columns; strip empty labels."""
    if ID_LOOSE.fullmatch(labels[0]):
        issues.add("C03", spec.file, number, value=labels[0])
        return False
    if len(labels) < spec.minimum:
        expected = ", ".join(column.label for column in spec.columns)
        issues.add(
            "C04", spec.file, number, value=len(labels), n=spec.minimum, list=expected
        )
        return False
    _check_order(spec, labels, number, issues)
    return True


def _check_order(spec, labels, number, issues):
    """Warn when known labels stand in another order (C23)."""
    places = {text.fold(column.label): i for i, column in enumerate(spec.columns)}
    found = {
        i: places[text.fold(label)]
        for i, label in enumerate(labels)
        if text.fold(label) in places
    }
    moved = [labels[i] for i, place in found.items() if i != place]
    if moved and len(found) >= 0.6 * len(spec.columns):
        issues.add("C23", spec.file, number, value=", ".join(moved))


def _check_surplus(spec, labels, rows, issues):
    """Refuse columns beyond the last one, unless they are empty (C05, C06)."""
    expected = len(spec.columns)
    if len(labels) <= expected:
        return True
    extra = [label for label in labels[expected:] if label]
    filled = any(
        not _is_blank(cells[expected:])
        for _number, cells in rows
        if len(cells) > expected
    )
    if not extra and not filled:
        issues.add("C06", spec.file)
        return True
    shown = ", ".join(extra) or f"{expected + 1}–{len(labels)}"
    issues.add("C05", spec.file, value=len(labels), n=expected, list=shown)
    return False


def _fill(table, rows, issues):
    """Keep the rows with data, each with one cell for each column."""
    spec, width = table.spec, len(table.spec.columns)
    for number, cells in rows:
        if _is_blank(cells):
            table.blank_rows += 1
            continue
        if len(cells) < spec.cells or not _is_blank(cells[width:]):
            issues.add("C15", spec.file, number, value=len(cells), n=width)
            cells = None
        else:
            cells = cells[:width] + [""] * (width - len(cells))
            _flag_mojibake(spec, number, cells, issues)
        table.rows.append((number, cells))
    if table.blank_rows:
        issues.add("C18", spec.file, value=table.blank_rows)
    if not table.rows:
        issues.add("C02", spec.file)


def _flag_mojibake(spec, number, cells, issues):
    for cell in cells:
        if isinstance(cell, str) and not cell.isascii() and text.is_mojibake(cell):
            issues.add("C11", spec.file, number, value=cell)
            return
