"""From a table to typed rows; everything a single cell can be blamed for."""

import dataclasses

from . import text
from .cells import EXCEL_ERROR, OK, PARSERS, ExcelError, as_text
from .issue import HIDDEN
from .messages import BLOCKING, MESSAGES

SIZED = ("text", "name", "email")


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    :ivar file: name of the file
    :ivar number: row as a spreadsheet shows it
    :ivar values: column key → value, blank cells left out
    :ivar blocked: an error stands in the row
    """

    file: str
    number: int
    values: dict
    blocked: bool = False

    def get(self, key):
        """Return the value of a column, None when its cell is blank."""
        return self.values.get(key)


class RowReader:
    """Turn the tables of a delivery into rows, each distinct cell parsed once.

    :param Reference reference: the editable lists
    :param Issues issues: receives the messages of sections 3.2 and 3.4
    :param bool keep_cells: keep the cells of the tables, which take much room
    """

    def __init__(self, reference, issues, keep_cells=True):
        self.issues = issues
        self.keep_cells = keep_cells
        self.parsers = {**PARSERS, **_lookups(reference)}
        self.seen = {}

    def read_table(self, table, watch):
        """Return the rows of a table; an absent table has none.

        :param table: a Table or None
        :param Watch watch: follows the work
        :return: list of Row
        """
        if table is None:
            return []
        rows = []
        for place, (number, cells) in enumerate(watch.each(table.rows)):
            rows.append(self._row(table.spec, number, cells))
            if not self.keep_cells:
                table.rows[place] = None
        if not self.keep_cells:
            table.rows = []
        return rows

    def _row(self, spec, number, cells):
        if cells is None:
            return Row(spec.file, number, {}, True)
        values, wrong = {}, []
        for column, cell in zip(spec.columns, cells, strict=True):
            value, problems = self._cell(column, cell)
            if value is not None:
                values[column.key] = value
            if problems:
                wrong.append((column, cell, problems))
        child = values.get(spec.child)
        for column, cell, problems in wrong:
            for code, args in problems:
                if code == "P07":
                    args = _hours(spec, cells)
                self._report(spec.file, number, column, cell, code, args, child)
        codes = (code for _c, _v, problems in wrong for code, _args in problems)
        blocked = any(MESSAGES[code].severity in BLOCKING for code in codes)
        return Row(spec.file, number, values, blocked)

    def _cell(self, column, cell):
        if cell == "" and not column.required:
            return None, OK
        key = (column, type(cell), cell)
        if key not in self.seen:
            self.seen[key] = self._parse(column, cell)
        return self.seen[key]

    def _parse(self, column, cell):
        if type(cell) is str:
            cell = text.clean(cell)
        if cell == "":
            return None, ((("V01", {}),) if column.required else OK)
        if isinstance(cell, ExcelError) or (
            isinstance(cell, str) and EXCEL_ERROR.fullmatch(cell)
        ):
            return None, (("C19", {}),)
        value, problems = self.parsers[column.kind](cell)
        if column.kind in SIZED and value and len(value) > column.size:
            return None, (("C20", {"v": len(value), "n": column.size}),)
        return value, problems

    def _report(self, file, number, column, cell, code, args, child):
        value = HIDDEN if column.confidential and code != "C19" else as_text(cell)
        if column.confidential and code == "I03":
            args = {"n": HIDDEN}
        self.issues.add(code, file, number, column.label, value, child=child, **args)


def _hours(spec, cells):
    """Return both hours of a row of which one is wrong, as its message names them."""
    pairs = zip(spec.columns, cells, strict=True)
    begin, end = (as_text(cell) for column, cell in pairs if column.kind == "time")
    return {"v": begin, "n": end}


def _lookups(reference):
    """Return the parsers that need the editable lists."""
    return {
        "gender": _label_parser(reference.genders, "E03"),
        "language": _label_parser(reference.languages, "E04"),
        "civil": _label_parser(reference.civil, "D05"),
        "status": _code_parser(reference.statuses, "E05"),
        "authority": _code_parser(reference.authorities, "E06"),
    }


def _label_parser(index, code):
    def parse(raw):
        label = as_text(raw)
        value = index.get(text.fold(label))
        if not value and text.is_mojibake(label):
            value = index.get(text.fold(text.repair(label)))
        return (value, OK) if value else (None, ((code, {}),))

    return parse


def _code_parser(index, code):
    def parse(raw):
        label = as_text(raw)
        number = label[:-2] if label.endswith((".0", ",0")) else label
        value = index.get(number) or index.get(text.fold(label))
        return (value, OK) if value else (None, ((code, {}),))

    return parse
