"""Workbooks that would fill the memory are read within bounds.

Each is read by a process of its own, whose peak is what the kernel says of it.
"""

import io
import random
import subprocess
import sys
import zipfile

import pytest
import xlwt

from devtools import paths
from tests.core.kibe_import.kit import SAMPLES

LARGEST = 20 * 1024**2
ALLOWED = 300  # MB above what the process needs before it reads
MEASURE = """
import re, sys
sys.path.insert(0, sys.argv[1])
from tests.core.kibe_import import kit
import openpyxl, xlrd
kit.run("kibe_sample.xlsx", groups=b"", slots=b"")
def peak():
    status = open("/proc/self/status").read()
    return int(re.search(r"VmHWM:\\s+(\\d+)", status)[1])
before = peak()
raw = open(sys.argv[2], "rb").read()
found = kit.analysis.read(raw, "upload", kit.REFERENCE)
after = peak()
codes = sorted({issue.code for issue in found.issues})
print((after - before) // 1024, *codes)
"""


def peak(raw, tmp_path):
    """Return the megabytes that reading an upload takes, and the codes it gives."""
    file = tmp_path / "upload"
    file.write_bytes(raw)
    command = [sys.executable, "-c", MEASURE, paths.ROOT, file]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    megabytes, *codes = said.split()
    return int(megabytes), set(codes)


def repacked(changes):
    """Return the sample workbook with other parts."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(SAMPLES / "kibe_sample.xlsx") as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            if info.filename not in changes:
                target.writestr(info.filename, source.read(info))
        for name, content in changes.items():
            target.writestr(name, content)
    return buffer.getvalue()


def shared_texts():
    """As many different texts as fit into the largest part."""
    rng = random.Random(1)
    texts = "".join(
        f"<si><t>{rng.getrandbits(40):x}</t></si>" for _n in range(1_600_000)
    )
    return repacked({"xl/sharedStrings.xml": f"<sst>{texts}</sst>"})


def padded_rows():
    """A cell in the last column of each row: a reader may fill up all before it."""
    rows = "".join(
        f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 100_000)
    )
    content = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )
    return repacked({"xl/worksheets/sheet5.xml": content})


def to_the_last_row():
    """An old workbook filled with numbers as far down as it goes."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("children")
    for row in range(65_536):
        for column in range(21):
            sheet.write(row, column, row)
        if row % 1000 == 0:
            sheet.flush_row_data()
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def numbers(formula=b""):
    """Three million numbers, below what a workbook may unpack to."""
    row = b"<row>" + b"<c>" + formula + b"<v>7</v></c>"
    row += b"<c><v>7</v></c>" * 59 + b"</row>"
    content = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<sheetData>" + row * 50_000 + b"</sheetData></worksheet>"
    )
    return repacked({"xl/worksheets/sheet5.xml": content})


def wide_rows():
    """Few cells, each far to the right of its row: what is empty counts, too."""
    rows = "".join(
        f'<row r="{n}"><c r="BL{n}"><v>1</v></c></row>' for n in range(1, 190_000)
    )
    content = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )
    sheets = {f"xl/worksheets/sheet{number}.xml": content for number in range(1, 6)}
    return repacked(sheets)


def many_numbers_and_a_formula():
    """The same; for the formulas the sheets are read once more."""
    return numbers(b"<f>A1</f>")


def twenty_megabytes():
    """An upload as large as they come, that does not shrink when it is packed."""
    rng = random.Random(2)
    texts = "".join(
        f"<si><t>{rng.getrandbits(400):x}</t></si>" for _n in range(300_000)
    )
    return repacked({"xl/sharedStrings.xml": f"<sst>{texts}</sst>"})


SHAPES = {
    "shared texts": shared_texts,
    "padded rows": padded_rows,
    "an old workbook to its last row": to_the_last_row,
    "three million numbers": numbers,
    "three million numbers and formulas": many_numbers_and_a_formula,
    "wide rows": wide_rows,
    "twenty megabytes": twenty_megabytes,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_memory_is_bounded(shape, tmp_path):
    raw = SHAPES[shape]()
    megabytes, codes = peak(raw, tmp_path)
    assert len(raw) <= LARGEST
    assert codes and megabytes <= ALLOWED, codes
