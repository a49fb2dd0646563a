"""Tables as XLSX, safe to open: no cell is ever a formula."""

from io import BytesIO

import xlsxwriter

#: type of the file
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write_table(title, columns, rows, totals=()):
    """Return a workbook with one table and a line of totals.

    :param str title: name of the sheet, cut to the 31 characters a sheet may have
    :param columns: list of (label, width, kind); kind is text, amount or number
    :param rows: iterable of lists of values, one per column
    :param totals: numbers of the columns (from 0) that are summed up
    :return: bytes
    """
    output = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(output, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        formats = {
            "text": None,
            "number": book.add_format({"num_format": "#,##0.######"}),
            "amount": book.add_format({"num_format": "#,##0.00"}),
        }
        total_format = book.add_format(
            {"num_format": "#,##0.00", "bold": True, "top": 1}
        )
        for number, (label, width, _kind) in enumerate(columns):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, label, bold)
        sheet.freeze_panes(1, 0)
        last = _write_rows(sheet, columns, rows, formats)
        for number in totals:
            column = xlsxwriter.utility.xl_col_to_name(number)
            formula = f"=SUM({column}2:{column}{last + 1})"
            sheet.write_formula(last + 1, number, formula, total_format)
    return output.getvalue()


def _write_rows(sheet, columns, rows, formats):
    """Write the rows below the heading; return the number of the last one."""
    number = 0
    for number, row in enumerate(rows, 1):
        for column, (value, (_label, _width, kind)) in enumerate(
            zip(row, columns, strict=True)
        ):
            if kind == "text":
                sheet.write_string(number, column, str(value or ""))
            else:
                sheet.write_number(number, column, value or 0, formats[kind])
    return number


def _sheet_name(title):
    return "".join(" " if char in "[]:*?/\\" else char for char in title)[:31] or "1"
