"""Lists as programs write them, and files that mean harm."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook
from sofi_primmo_core import primmo_list, table_file
from sofi_primmo_core.table_file import TableFileError

TYPES = """<?xml version="1.0"?><Types
xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-\
officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.\
openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
<Override PartName="/{strings}" ContentType="application/vnd.openxmlformats-\
officedocument.spreadsheetml.sharedStrings+xml"/></Types>"""
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def package(sheet, strings=b"<sst/>", strings_name="xl/sharedStrings.xml", extra=()):
    """Return an .xlsx made by hand."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(strings=strings_name))
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELS}"><Relationship Id="r1" '
            f'Type="{DOCUMENT}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELS}"><Relationship Id="r1" '
            f'Type="{DOCUMENT}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{DOCUMENT}/sharedStrings" '
            f'Target="/{strings_name}"/></Relationships>',
        )
        head = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
        archive.writestr(
            "xl/worksheets/sheet1.xml", head + sheet + b"</sheetData></worksheet>"
        )
        archive.writestr(strings_name, strings)
        for name, content in extra:
            archive.writestr(name, content)
    return stream.getvalue()


ROW = b'<row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c></row>'


def tall():
    """One cell in the last column of each row."""
    return package(
        b"".join(
            b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (n, n)
            for n in range(1, 10_001)
        )
    )


def strings_of(size):
    item = b"<si><t>a</t></si>"
    return b"<sst>" + item * (size // len(item)) + b"</sst>"


BOMBS = {
    "last column": tall,
    "strings": lambda: package(ROW, strings_of(60 * 1024 * 1024)),
    "strings by another name": lambda: package(
        ROW, strings_of(60 * 1024 * 1024), "xl/sharedStrings.dat"
    ),
    "strings among the pictures": lambda: package(
        ROW, strings_of(60 * 1024 * 1024), "xl/media/image1.png"
    ),
    "a row of endless cells": lambda: package(
        b"<row>" + b"<c/>" * (30 * 1024 * 1024) + b"</row>"
    ),
    "styles": lambda: package(
        ROW,
        extra=[("xl/styles.xml", b"<styleSheet>" + b"<xf/>" * 4_000_000)],
    ),
    "all of it": lambda: package(ROW + b"<!--" + b" " * (210 * 1024 * 1024) + b"-->"),
    "many columns of text": lambda: b"\n".join([b";".join([b"xy"] * 190)] * 36_000),
    "one endless line": lambda: b"a;" * (10 * 1024 * 1024),
    "emoji": lambda: ("😀;" * 190 + "\n").encode() * 20_000,
    "no list at all": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 20_000_000,
}
LARGEST_LISTS = {
    "csv": lambda: (
        "Numéro;Nom;Prénom;Naissance;NAM\n"
        + "".join(
            f"T{n};{'Tremblay' * 20};Jean;1938-04-07;TREJ38040719\n"
            for n in range(99_000)
        )
    ).encode(),
}
PROGRAM = """
import resource, sys, pathlib
sys.path.insert(0, sys.argv[1])
import tests_core_loader
from sofi_primmo_core import table_file
content = pathlib.Path(sys.argv[2]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    outcome = str(len(table_file.read(content, "x").rows))
except table_file.TableFileError as error:
    outcome = error.code
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(outcome, (peak - before) // 1024)
"""


def read_apart(content, tmp_path):
    """Read a file in a process of its own; return (outcome, MB it took)."""
    file = tmp_path / "list"
    file.write_bytes(content)
    folder = Path(__file__).parents[1]  # of the loader
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(file)],
        capture_output=True,
        text=True,
        check=True,
    )
    outcome, megabytes = done.stdout.split()
    return outcome, int(megabytes)


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_in_little_memory(name, tmp_path):
    outcome, megabytes = read_apart(BOMBS[name](), tmp_path)
    assert outcome in ("too_large", "too_many", "unreadable", "empty"), name
    assert megabytes < 300, name


@pytest.mark.parametrize("name", LARGEST_LISTS)
def test_the_largest_lists_are_read_in_bounded_memory(name, tmp_path):
    content = LARGEST_LISTS[name]()
    assert 18_000_000 < len(content) < table_file.LARGEST
    outcome, megabytes = read_apart(content, tmp_path)
    assert outcome == "99000"
    assert megabytes < 300


@pytest.mark.parametrize(
    "extra",
    [
        ("xl/x.xml", b"<!--" + b" " * 5000 + b"--><!DOCTYPE a []>"),
        ("xl/x.dat", b" " * (1024 * 1024 - 4) + b"<!DOCTYPE a []>"),
        ("xl/x.bin", "<!DOCTYPE a []>".encode("utf-16")),
    ],
)
def test_entities_are_refused_wherever_they_stand(extra):
    with pytest.raises(TableFileError) as caught:
        table_file.read(package(ROW, extra=[extra]), "x")
    assert caught.value.code == "unreadable"


# --- Lists as they are printed ----------------------------------------------------

PRINTED = """Résidence Les Érables;;;
Liste des locataires au 2025-11-03;;;

Numéro;Nom;Prénom;Naissance
T1;Tremblay;Jean;1938-04-07
Numéro;Nom;Prénom;Naissance
T2;Totalière;Anne;1930-09-01
Total : 2;;;
Page 1 de 1;;;
"""


def read(content, kind="tenant", **options):
    choose = lambda rows: primmo_list.choose_heading(kind, rows)  # noqa: E731
    return table_file.read(content, "x.csv", choose, **options)


def test_headings_are_found_below_a_title():
    table = read(PRINTED.encode())
    assert table.heading_row == 4
    mapping = primmo_list.guess("tenant", table.header)
    rows = list(primmo_list.convert("tenant", table, mapping))
    records = [row.values["external_id"] for row in rows if not row.left_out]
    assert records == ["T1", "T2"]
    assert [row.number for row in rows if row.left_out] == [6, 8, 9]
    assert not any(row.errors for row in rows)


@pytest.mark.parametrize(
    "first",
    [
        "Total",
        "TOTAL 3",
        "Totaux :",
        "Total général : 3",
        "Total des locataires",
        "Total par immeuble : 3",
        "Sous-total",
        "Sous total 2e étage",
        "Grand total",
        "Nombre de logements : 3",
        "Nb de logements : 3",
        "Nombre d'unités : 3",
        "Nbre total",
        "Page 2",
        "Imprimé le 2026-11-30",
        "Édité le 30/11/2026",
        "Date d'impression : 2026-11-30",
        "Fin du rapport",
        "End of report",
    ],
)
def test_what_a_printed_list_adds_is_no_record(first):
    assert primmo_list.is_no_record(["Unité", "Immeuble"], [first, None])


@pytest.mark.parametrize(
    "first", ["Total Confort", "Totalière", "Pagé", "Nombre d'Or", "Tour A", "0204"]
)
def test_names_are_no_totals(first):
    assert not primmo_list.is_no_record(["Immeuble", "Classe"], [first, "SOFI"])


def test_headings_are_found_below_a_merged_title():
    book = Workbook()
    sheet = book.active
    sheet.append(["Liste des unités"])
    sheet.merge_cells("A1:C1")
    sheet.append([])
    sheet.append(["Unité", "Immeuble", "Étage"])
    sheet.append(["0204", "A", 2])
    stream = io.BytesIO()
    book.save(stream)
    table = read(stream.getvalue(), "unit")
    assert (table.heading_row, table.header[0]) == (3, "Unité")
    assert table.rows == [(4, ["0204", "A", 2])]


def test_heading_row_can_be_chosen():
    table = read(PRINTED.encode(), heading_row=2)
    assert table.header[0] == "Liste des locataires au 2025-11-03"


def test_leading_zeros_of_a_number_format_stay():
    book = Workbook()
    sheet = book.active
    sheet.append(["Unité", "Prix"])
    sheet.append([204, 12.5])
    sheet["A2"].number_format = "0000"
    sheet["B2"].number_format = "0.00"
    stream = io.BytesIO()
    book.save(stream)
    assert read(stream.getvalue(), "unit").rows == [(2, ["0204", 12.5])]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp850"]
)
@pytest.mark.parametrize("delimiter", ";,\t")
def test_encodings_of_windows_and_dos(encoding, delimiter):
    content = PRINTED.replace(";", delimiter).replace("\n", "\r\n").encode(encoding)
    table = read(content)
    assert table.header == ["Numéro", "Nom", "Prénom", "Naissance"]


def test_an_apostrophe_of_windows_is_no_letter_of_dos():
    content = "Numéro;Nom\nT1;L\u2019Heureux\n".encode("cp1252")
    assert read(content).rows == [(2, ["T1", "L\u2019Heureux"])]


@pytest.mark.parametrize(
    ("heading", "written", "expected"),
    [
        ("Accepté", "-1", True),
        ("Accepté", "0", False),
        ("Sexe", "M.", "M"),
        ("Sexe", "Mme", "F"),
        ("Sexe", "Mlle", "F"),
        ("Expiration", "04/2027", "2027-04"),
        ("Expiration", "2027/04", "2027-04"),
        ("Naissance", "1941-11-05 00:00:00", "1941-11-05"),
        ("Naissance", "1941-11-05T00:00", "1941-11-05"),
        ("Naissance", "05/11/1941 00:00:00", "1941-11-05"),
    ],
)
def test_values_as_programs_write_them(heading, written, expected):
    table = read(f"Numéro;Nom;Prénom;{heading}\nT1;a;b;{written}\n".encode())
    mapping = primmo_list.guess("tenant", table.header)
    [row] = primmo_list.convert("tenant", table, mapping)
    field = next(name for name, chosen in mapping.items() if chosen == heading)
    assert not row.errors
    value = row.values[field]
    assert (value if isinstance(value, bool) else str(value)) == (
        expected if isinstance(expected, bool) else str(expected)
    )


def test_headings_that_nothing_uses_and_that_are_unknown():
    header = ["Numéro", "App.", "Nom", "", "Ville"]
    mapping = {"external_id": "Numéro", "last_name": "Nom", "unit": "Logis"}
    assert primmo_list.unused(header, mapping) == ["App.", "Ville"]
    assert primmo_list.unknown(header, mapping) == ["Logis"]
