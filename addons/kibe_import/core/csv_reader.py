"""CSV files: encoding, separator, quotes, line ends (spec sections 1.1, 3.2)."""

from ...exchange_run.core import csv_file
from . import table, text
from .wording import Text
from .wording import source as _lt

SEPARATORS = (";", "\t", ",", "|")
TAB = Text(_lt("tab"))
ENCODING_CODES = {
    "utf-8": "C07",
    "utf-8-sig": "C08",
    "utf-16": "C09",
    "windows-1252": "C10",
    "cp850": "C24",
}


def read(raw, spec, issues, max_rows):
    """Read one CSV file.

    :param bytes raw: its content
    :param FileSpec spec: the expected columns
    :param Issues issues: receives the messages of section 3.2
    :param int max_rows: refuse a file with more data rows
    :return: a Table, or None when the file is blocked
    """
    if not raw.strip():
        issues.add("C01", spec.file)
        return None
    try:
        content, encoding = csv_file.decode(raw)
    except csv_file.NotText:
        issues.add("C17", spec.file)
        return None
    if encoding in ENCODING_CODES:
        issues.add(ENCODING_CODES[encoding], spec.file)
    _note_line_ends(content, spec, issues)
    separator = _find_separator(content, spec, issues)
    if separator is None:
        return None
    try:
        records = list(csv_file.records(content, separator))
    except csv_file.OpenQuote as error:
        issues.add("C16", spec.file, error.row)
        return None
    shown = TAB.source if separator == "\t" else separator
    origin = {"encoding": encoding, "separator": shown}
    return table.build(spec, records, issues, max_rows, origin)


def _note_line_ends(content, spec, issues):
    if "\r\n" not in content and ("\r" in content or "\n" in content):
        issues.add("C14", spec.file, value="CR" if "\r" in content else "LF")


def _find_separator(content, spec, issues):
    """Return the separator of the header line, or None when there is none.

    The first candidate that gives an accepted number of columns wins, else the first
    that gives more, else the one that gives most.
    """
    counts = {separator: _width(content, separator) for separator in SEPARATORS}
    low, high = spec.minimum, len(spec.columns)
    found = next((s for s, n in counts.items() if low <= n <= high), None)
    found = found or next((s for s, n in counts.items() if n > high), None)
    found = found or max(counts, key=counts.get)
    if counts[found] < 2:
        # One cell: an empty header, a lone id (C03), or no separator at all.
        if counts[found] == 0:
            issues.add("C01", spec.file)
        else:
            issues.add("C13", spec.file)
        return None
    if found != ";":
        issues.add("C12", spec.file, value=TAB if found == "\t" else found)
    return found


def _width(content, separator):
    """Return the number of cells of the first record that is not blank."""
    try:
        for _number, cells in csv_file.records(content, separator):
            if any(cell.strip(text.BLANKS) for cell in cells):
                return len(cells)
    except csv_file.OpenQuote:
        return 1
    return 0
