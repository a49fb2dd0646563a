"""CSV files, archives and workbooks of strangers."""

import datetime
import io
import logging
import zipfile

import openpyxl
import pytest
import xlwt

from tests_core_loader import load_core

load_core("exchange_run")

from exchange_run_core import csv_file, workbook, zip_file  # noqa: E402
from exchange_run_core.workbook import BookError, CellError, open_book  # noqa: E402

LINES = "Numéro;Prénom\r\n1;Zoé\r\n2;Élodie\r\n"


# === CSV ===


@pytest.mark.parametrize(
    ("raw", "content", "encoding"),
    [
        ("é".encode("iso-8859-1"), "é", "iso-8859-1"),
        ("’é".encode("cp1252"), "’é", "windows-1252"),
        ("L’Heureux".encode("cp1252"), "L’Heureux", "windows-1252"),
        ("Zoé".encode("cp850"), "Zoé", "cp850"),
        ("École".encode("cp850"), "École", "cp850"),
        ("é".encode(), "é", "utf-8"),
        ("\ufeffé".encode(), "é", "utf-8-sig"),
        ("é".encode("utf-16"), "é", "utf-16"),
        (LINES.encode("utf-16-le"), LINES, "utf-16"),
        (LINES.encode("utf-16-be"), LINES, "utf-16"),
        (b"plain", "plain", "ascii"),
        (b"", "", "ascii"),
    ],
)
def test_encoding(raw, content, encoding):
    assert csv_file.decode(raw) == (content, encoding)


@pytest.mark.parametrize(
    "raw",
    [
        b"a\0b",
        b"\0\x01",
        b"\0\0\0\0\0\0\0\0\0\0\0\0",
        b"\xff\xfea",
        b"\xef\xbb\xbf\xff",
        b"\x81\xff",
        b"a;b\0;c\r\n1;2;3;4;5\r\n",
    ],
)
def test_binary_content_is_refused(raw):
    with pytest.raises(csv_file.NotText) as caught:
        csv_file.decode(raw)
    assert caught.value.row == 1


@pytest.mark.parametrize("byte", [b"\0", b"\x81"])
def test_the_line_that_is_no_text_is_named(byte):
    with pytest.raises(csv_file.NotText) as caught:
        csv_file.decode(b"a\r\nb\r\nc" + byte + b"\r\n")
    assert caught.value.row == 3


@pytest.mark.parametrize(
    ("text", "within", "expected"),
    [
        ("a;b,c;d", 1, ";"),
        ("a,b;c,d", 1, ","),
        ("a\tb", 1, "\t"),
        ("a|b|c", 1, "|"),
        ("alone", 1, ";"),
        ("", 1, ";"),
        ("Title, with, commas\na;b\nc;d\n", 3, ";"),
        ("Title, with, commas\na;b\nc;d\n", 1, ","),
    ],
)
def test_separator(text, within, expected):
    assert csv_file.separator(text, within) == expected


def test_records_have_the_line_they_begin_in():
    text = 'a;b\r\n"two\nlines";2\r\r3;"say ""x"""'
    assert list(csv_file.records(text, ";")) == [
        (1, ["a", "b"]),
        (2, ["two\nlines", "2"]),
        (4, []),
        (5, ["3", 'say "x"']),
    ]


@pytest.mark.parametrize(
    ("text", "row"), [('a\n"b\nc\n', 2), ('"a"b\n', 1), ("x" * 1_100_000, 1)]
)
def test_quotes_that_do_not_close(text, row):
    with pytest.raises(csv_file.OpenQuote) as caught:
        list(csv_file.records(text, ";"))
    assert caught.value.row == row


# === ARCHIVES ===


def zipped(*members, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def refusal(raw, **options):
    with pytest.raises(zip_file.ZipError) as caught:
        archive = zip_file.Archive(raw, **options)
        for info in archive.members:
            archive.content(info)
    return caught.value


def test_an_archive_is_read():
    archive = zip_file.Archive(zipped(("a/", b""), ("a/x.csv", b"1"), ("y", b"22")))
    assert [info.filename for info in archive.members] == ["a/x.csv", "y"]
    assert [archive.content(info) for info in archive.members] == [b"1", b"22"]


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../b", "C:x", "a\\b", "a\0b", "a/.."]
)
def test_names_that_lead_elsewhere(name):
    info = zipfile.ZipInfo("x")
    info.filename = info.orig_filename = name
    assert zip_file.is_unsafe(info)


def test_a_link_leads_elsewhere():
    info = zipfile.ZipInfo("x")
    info.external_attr = 0o120777 << 16
    raw = zipped((info, "/etc/passwd"))
    error = refusal(raw)
    assert (error.code, error.name) == ("unsafe", "x")
    assert zip_file.Archive(raw, names=False).members


@pytest.mark.parametrize("name", ["x", "..x", "a..b/c", "a.b"])
def test_names_that_stay(name):
    assert not zip_file.is_unsafe(zipfile.ZipInfo(name))


def test_limits_of_the_index():
    raw = zipped(("a", b"x" * 10), ("b", b"y" * 10))
    exact = zip_file.Limits(members=2, member=10, total=20)
    assert len(zip_file.Archive(raw, exact).members) == 2
    error = refusal(raw, limits=zip_file.Limits(members=1))
    assert (error.code, error.size) == ("too_many", 2)
    error = refusal(raw, limits=zip_file.Limits(member=9))
    assert (error.code, error.name, error.size) == ("too_large", "a", 10)
    error = refusal(raw, limits=zip_file.Limits(total=19))
    assert (error.code, error.name, error.size) == ("too_large", "", 20)


def test_what_packs_too_well_is_a_bomb():
    raw = zipped(("a", bytes(2_000_000)))
    assert refusal(raw).code == "too_large"
    assert zip_file.Archive(raw, zip_file.Limits(ratio_from=2_000_000)).members
    assert zip_file.Archive(raw, zip_file.Limits(ratio=5000)).members


def test_an_index_that_lies_is_found_out():
    """The size of the index is the sender's word only."""
    raw = zipped(("a", b"x" * 1000))
    lie = raw.replace((1000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert refusal(lie).code == "damaged"
    big = zipped(("a", b"x" * 100_000), ("b", b"y" * 100_000))
    archive = zip_file.Archive(big)
    archive._limits = zip_file.Limits(member=99_999)
    with pytest.raises(zip_file.ZipError) as caught:
        archive.content(archive.members[0])
    assert (caught.value.code, caught.value.name) == ("too_large", "a")


def test_what_is_read_counts_together():
    raw = zipped(("a", b"x" * 100), ("b", b"y" * 100))
    archive = zip_file.Archive(raw)
    archive._room = 150
    archive.content(archive.members[0])
    with pytest.raises(zip_file.ZipError) as caught:
        archive.content(archive.members[1])
    assert (caught.value.code, caught.value.name) == ("too_large", "b")


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", zipped(("a", b"x"))[:-20]])
def test_damaged_archives(raw):
    error = refusal(raw)
    assert (error.code, error.name, error.size) == ("damaged", "", 0)
    assert zip_file.unpacked_size(raw) == len(raw)
    with pytest.raises(zip_file.ZipError):
        zip_file.names(raw)


def test_a_damaged_member():
    raw = zipped(("a", b"x" * 50), compression=zipfile.ZIP_STORED)
    error = refusal(raw.replace(b"xxx", b"xyx", 1))
    assert (error.code, error.name) == ("damaged", "a")


def test_an_encrypted_member():
    raw = bytearray(zipped(("a", b"x")))
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    error = refusal(bytes(raw))
    assert (error.code, error.name) == ("encrypted", "a")


def test_unpacked_size_and_names():
    raw = zipped(("a", b"x" * 1000), ("b", b"y"))
    assert zip_file.unpacked_size(raw) == 1001
    assert zip_file.names(raw) == ["a", "b"]


# === WORKBOOKS ===


def xlsx(fill, title="s"):
    book = openpyxl.Workbook()
    book.active.title = title
    fill(book.active)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def xls(fill, title="s"):
    book = xlwt.Workbook()
    fill(book.add_sheet(title))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def repacked(raw, changes):
    """Return an archive with members changed, or added."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    for name, change in changes.items():
        members[name] = change(members.get(name, b""))
    return zipped(*members.items())


SHEET = "xl/worksheets/sheet1.xml"


def rows(raw, most_rows=100, most_columns=10, **options):
    return list(open_book(raw, **options).rows(0, most_rows, most_columns))


def broken(raw, **options):
    with pytest.raises(BookError) as caught:
        rows(raw, **options)
    return caught.value


MOMENT = datetime.datetime(2026, 2, 3, 4, 5)
DAY = datetime.datetime(2026, 2, 3)


def test_values_of_xlsx():
    def fill(sheet):
        sheet.append(["a", 1, 1.0, 1.5, True, None])
        sheet.append([])
        sheet.append([MOMENT, DAY, datetime.time(7, 30), datetime.timedelta(hours=25)])
        sheet.append(["#REF!", "=A1", "'=x"])
        sheet["A4"].data_type = "e"

    assert rows(xlsx(fill)) == [
        (1, ["a", 1, 1, 1.5, True]),
        (2, []),
        (3, [MOMENT, DAY, datetime.time(7, 30), datetime.timedelta(hours=25)]),
        (4, [CellError("#REF!"), CellError("=A1"), "'=x"]),
    ]
    [*_others, (_four, [error, formula, text])] = rows(xlsx(fill))
    assert isinstance(error, CellError) and isinstance(formula, CellError)
    assert not isinstance(text, CellError)


def test_values_of_xls():
    def fill(sheet):
        for column, value in enumerate(["a", 1, 1.5, True]):
            sheet.write(0, column, value)
        day = xlwt.easyxf(num_format_str="dd.mm.yyyy hh:mm")
        sheet.write(2, 0, MOMENT, day)
        for column, value in enumerate([0.3125, 0, 1, 0.999999, 1e9], 1):
            sheet.write(2, column, value, day)
        sheet.write(3, 0, xlwt.Formula("A1"))

    found = rows(xls(fill))
    assert found == [
        (1, ["a", 1, 1.5, True]),
        (2, []),
        (
            3,
            [
                MOMENT,
                datetime.time(7, 30),
                datetime.time(0, 0),
                datetime.timedelta(days=1),
                datetime.timedelta(days=1),
                CellError("#####"),
            ],
        ),
        (4, [CellError("=…")]),
    ]
    assert isinstance(found[3][1][0], CellError)
    assert isinstance(found[2][1][-1], CellError)


@pytest.mark.parametrize("make", [xlsx, xls])
def test_zeros_that_a_format_adds(make):
    def fill(sheet):
        for column, (value, shown) in enumerate(
            [(204, "0000"), (12.5, "0.00"), (7, "General"), (-4, "00"), (12345, "000")]
        ):
            if make is xlsx:
                sheet.cell(1, column + 1, value).number_format = shown
            else:
                sheet.write(0, column, value, xlwt.easyxf(num_format_str=shown))

    raw = make(fill)
    assert rows(raw, zeros=True) == [(1, ["0204", 12.5, 7, -4, "12345"])]
    assert rows(raw) == [(1, [204, 12.5, 7, -4, 12345])]


@pytest.mark.parametrize("make", [xlsx, xls])
def test_only_so_many_rows_and_columns(make):
    def fill(sheet):
        for row in range(4):
            for column in range(4):
                if make is xlsx:
                    sheet.cell(row + 1, column + 1, row * 4 + column)
                else:
                    sheet.write(row, column, row * 4 + column)

    raw = make(fill)
    assert rows(raw, 2, 3) == [(1, [0, 1, 2]), (2, [4, 5, 6])]


def test_a_formula_beyond_the_other_cells_of_its_row():
    def fill(sheet):
        sheet.append(["a", "b", "c"])
        sheet.append(["x"])
        sheet["D2"] = "=1+1"

    assert rows(xlsx(fill))[1] == (2, ["x", None, None, CellError("=1+1")])


def test_a_matrix_formula_without_result():
    def fill(sheet):
        sheet["A1"] = openpyxl.worksheet.formula.ArrayFormula("A1:A1", "=SUM(B1:B2)")

    [(_one, [value])] = rows(xlsx(fill))
    assert isinstance(value, CellError)


def test_a_formula_with_a_result_is_its_result():
    raw = xlsx(lambda sheet: sheet.append(["=1+1", "x"]))
    raw = repacked(raw, {SHEET: lambda c: c.replace(b"<v></v>", b"<v>2</v>", 1)})
    raw = repacked(raw, {SHEET: lambda c: c.replace(b"<v />", b"<v>2</v>", 1)})
    assert rows(raw) == [(1, [2, "x"])]


def test_titles_and_hidden_rows():
    def fill(sheet):
        sheet.append(["a"])
        sheet.append(["b"])
        sheet.row_dimensions[2].hidden = True

    book = open_book(xlsx(fill, "Enfants "))
    assert (book.titles, book.hidden_rows) == (["Enfants "], 1)
    assert open_book(xlsx(lambda sheet: sheet.append(["a"]))).hidden_rows == 0
    assert open_book(xls(lambda sheet: sheet.write(0, 0, 1), "x")).titles == ["x"]


def test_a_dimension_that_lies_hides_nothing():
    raw = xlsx(lambda sheet: [sheet.append([1, 2]), sheet.append([3, 4])])
    raw = repacked(raw, {SHEET: lambda c: c.replace(b'ref="A1:B2"', b'ref="A1"')})
    assert rows(raw) == [(1, [1, 2]), (2, [3, 4])]


PLAIN = xlsx(lambda sheet: sheet.append(["a"]))
DOCTYPE = b"<!DOCTYPE a SYSTEM 'b'>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/x.xml", b"<!--" + b" " * 5000 + b"-->" + DOCTYPE),
        ("xl/x.dat", b" " * (64 * 1024 - 4) + DOCTYPE),
        ("xl/x.dat", b"x" * (128 * 1024 - 9) + b"<!ENTITY b 'c'>"),
        ("xl/x.bin", DOCTYPE.decode().encode("utf-16")),
        ("xl/x.bin", DOCTYPE.decode().encode("utf-16-le")),
        ("xl/x.rels", b"<a>\0</a>"),
    ],
)
def test_entities_are_refused_wherever_they_stand(name, content):
    error = broken(repacked(PLAIN, {name: lambda _old: content}))
    assert (error.code, error.name) == ("entities", name)


def test_pictures_are_no_xml():
    picture = b"\x89PNG\0\0<x\0>" * 10
    assert rows(repacked(PLAIN, {"xl/media/1.png": lambda _old: picture}))


def test_limits_of_a_package():
    strings = "xl/strings.dat"
    override = (
        b'<Override PartName="/xl/strings.dat" ContentType="x/sharedStrings+xml"/>'
    )
    told = {
        workbook.TYPES: lambda old: old.replace(b"</Types>", override + b"</Types>"),
        strings: lambda _old: b"<sst/>" * 2,
    }
    assert broken(PLAIN, limits=workbook.Limits(parts=3)).code == "too_many"
    error = broken(repacked(PLAIN, told), limits=workbook.Limits(strings=10))
    assert (error.code, error.name) == ("too_large", strings)
    error = broken(PLAIN, limits=workbook.Limits(other=10))
    assert (error.code, error.name) == ("too_large", workbook.TYPES)
    assert broken(PLAIN, limits=workbook.Limits(total=100)).code == "too_large"


def test_a_row_of_endless_cells():
    many = b"<row>" + b"<c/>" * 20_001 + b"</row>"
    raw = repacked(
        PLAIN, {SHEET: lambda c: c.replace(b"<sheetData>", b"<sheetData>" + many)}
    )
    error = broken(raw)
    assert (error.code, error.name) == ("too_many", SHEET)
    row = b"<row>" + b"<c/>" * 15_000 + b"</row>"
    raw = repacked(
        PLAIN, {SHEET: lambda c: c.replace(b"<sheetData>", b"<sheetData>" + 2 * row)}
    )
    open_book(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"PK\x03\x04", "damaged"),
        (zipped(("xl/workbook.xml", b"<a/>")), "damaged"),
        (b"", "damaged"),
        (workbook.OLE_MAGIC + bytes(5000), "damaged"),
        (workbook.OLE_MAGIC + workbook.ENCRYPTED_PACKAGE, "encrypted"),
    ],
)
def test_what_is_no_workbook(raw, code):
    assert broken(raw).code == code


def test_an_old_workbook_is_kept_whole_so_it_is_small():
    raw = xls(lambda sheet: sheet.write(0, 0, "x"))
    assert rows(raw, limits=workbook.Limits(xls=len(raw))) == [(1, ["x"])]
    error = broken(raw, limits=workbook.Limits(xls=len(raw) - 1))
    assert (error.code, error.size) == ("too_large", len(raw))


def test_cells_are_counted_before_they_are_read():
    old = xls(lambda sheet: [sheet.write(row, 9, 7) for row in range(3)])
    new = xlsx(lambda sheet: [sheet.append([7] * 10) for _row in range(3)])
    for raw in (old, new):
        assert len(rows(raw, limits=workbook.Limits(cells=30))) == 3
        assert broken(raw, limits=workbook.Limits(cells=29)).code == "too_many"


def test_faults_are_logged_without_what_they_say(monkeypatch, caplog):
    def stumble(*_args, **_options):
        raise KeyError(" ".join(["Melody", "Mory"]))

    monkeypatch.setattr(openpyxl, "load_workbook", stumble)
    with caplog.at_level(logging.WARNING):
        assert broken(PLAIN).code == "damaged"
    [record] = caplog.records
    assert "KeyError" in record.getMessage() and "in stumble" in record.getMessage()
    assert "Melody Mory" not in record.getMessage() and not record.exc_info


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (PLAIN, "xlsx"),
        (zipped(("a", b"")), "zip"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (workbook.OLE_MAGIC, "xls"),
        (b"a;b", None),
        (b"", None),
    ],
)
def test_kind_of(raw, kind):
    assert workbook.kind_of(raw) == kind
