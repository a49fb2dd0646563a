"""Workbooks that are written: opened again, and nothing in them is a formula."""

from io import BytesIO

import openpyxl

from tests_core_loader import load_core

load_core("exchange_run")

from exchange_run_core.xlsx import write_table  # noqa: E402


def test_xlsx_is_a_workbook():
    columns = [("Name", 10, "text"), ("Amount", 10, "amount")]
    raw = write_table("A/B:C" * 10, columns, [["=1+1", 2], [None, None]], totals=(1,))
    [sheet] = openpyxl.load_workbook(BytesIO(raw)).worksheets
    assert sheet.title == "A B C" * 6 + "A"
    assert [[c.value for c in row] for row in sheet.iter_rows()] == [
        ["Name", "Amount"],
        ["=1+1", 2],
        ["", 0],
        [None, "=SUM(B2:B3)"],
    ]
    assert sheet.cell(2, 1).data_type == "s"


def test_a_sheet_without_a_name_has_one():
    [sheet] = openpyxl.load_workbook(BytesIO(write_table("", [], []))).worksheets
    assert sheet.title == "1"
