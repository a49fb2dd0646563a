"""The official directory of towns, and files that only look like it."""

import io
import random
import zipfile

import pytest

from tests_core_loader import load_core

load_core("daycare")

from daycare_core import amtovz  # noqa: E402
from daycare_core.amtovz import DirectoryError, Town, read  # noqa: E402

HEADER = "Ortschaftsname;PLZ4;Zusatzziffer;ZIP_ID;Gemeindename;BFS-Nr;Kantonskürzel\n"


def file(*rows, header=HEADER):
    return (header + "\n".join(rows)).encode()


def zipped(*members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


MARTIGNY = "Martigny;1920;00;1;Martigny;6136;VS"


def test_town():
    assert read(file(MARTIGNY)).towns == [
        Town("1920", "00", "Martigny", "VS", "CH", True)
    ]


def test_main_town_is_the_lowest_suffix():
    towns = read(
        file("B;1000;26;1;x;1;VD", "A;1000;25;1;x;1;VD", "C;1920;00;1;x;1;VS")
    ).towns
    assert [(town.name, town.main) for town in towns] == [
        ("B", False),
        ("A", True),
        ("C", True),
    ]


def test_town_in_several_communes_comes_once():
    rows = ["Ravoire;1928;00;1;A;1;VS", "Ravoire;1928;00;1;B;2;VS"]
    [town] = read(file(*rows)).towns
    assert town.commune == "A"


@pytest.mark.parametrize("canton", ["", "FL", "LI"])
def test_liechtenstein(canton):
    [town] = read(file(f"Vaduz;9490;00;1;Vaduz;7001;{canton}")).towns
    assert (town.country, town.canton) == ("LI", "")


@pytest.mark.parametrize(
    "header",
    [
        HEADER.replace("PLZ4", "PLZ"),
        HEADER.upper().replace("ÜRZEL", "ürzel"),
        "\ufeff" + HEADER,
    ],
)
def test_editions_of_the_header(header):
    assert len(read(file(MARTIGNY, header=header)).towns) == 1


def test_order_of_columns_does_not_count():
    content = "Kantonskürzel,PLZ,Zusatzziffer,Ortschaftsname\nVS,1920,0,Martigny\n"
    [town] = read(content.encode()).towns
    assert (town.npa, town.suffix, town.name) == ("1920", "00", "Martigny")


def test_windows_encoding():
    content = (HEADER + "Zürich;8001;00;1;Zürich;261;ZH\n").encode("cp1252")
    assert read(content).towns[0].name == "Zürich"


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("X;192;00;1;x;1;VS", "PLZ", "192"),
        ("X;19²0;00;1;x;1;VS", "PLZ", "19²0"),
        ("X;1920;A;1;x;1;VS", "Zusatzziffer", "0A"),
        (";1920;00;1;x;1;VS", "Ortschaftsname", ""),
        ("X\x07;1920;00;1;x;1;VS", "Ortschaftsname", "X\x07"),
        ("X;1920;00;1;x;1;V1", "Kantonskürzel", "V1"),
        ("X", "PLZ", ""),
        ("X" * 101 + ";1920;00;1;x;1;VS", "Ortschaftsname", "X" * 60),
        ("X;1920;00;1;x;1;" + "V" * 70, "Kantonskürzel", "V" * 60),
    ],
)
def test_bad_rows_are_named(row, column, value):
    directory = read(file(MARTIGNY, row))
    assert len(directory.towns) == 1
    assert directory.errors == [(3, column, value)]


def test_empty_rows_are_ignored():
    assert read(file(MARTIGNY, "", ";;;;;;", "")).errors == []


def test_zip_with_one_csv():
    content = zipped(("a/readme.txt", "x"), ("a/AMTOVZ.CSV", file(MARTIGNY)))
    assert len(read(content).towns) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "columns"),
        (b"PK\x03\x04", "archive"),
        (zipped(("a.txt", b"x")), "archive"),
        (zipped(("a.csv", b"x"), ("b.csv", b"x")), "archive"),
        (zipped(*[(f"{n}.txt", b"") for n in range(30)]), "archive"),
        (zipped(("a.csv", b"x"))[:-20], "archive"),
        (b"\x00\x01", "encoding"),
        (b"\x81\x8d", "encoding"),
        (b"id;name\n1;x\n", "columns"),
        (HEADER.encode(), "empty"),
        (file("X;12;00;1;x;1;VS"), "empty"),
    ],
)
def test_files_that_cannot_be_used(content, code):
    with pytest.raises(DirectoryError) as caught:
        read(content)
    assert caught.value.code == code


def test_size_is_limited_before_and_after_unpacking(monkeypatch):
    monkeypatch.setattr(amtovz, "MAX_BYTES", 2_000)
    content = file(MARTIGNY, *["#" * 100] * 100)
    for candidate in [content, zipped(("a.csv", content))]:
        with pytest.raises(DirectoryError) as caught:
            read(candidate)
        assert caught.value.code == "size"


def test_mutated_files_never_end_in_a_traceback():
    generator = random.Random(20260101)
    plain = file(MARTIGNY, '"Prilly";1008;00;1;x;1;VD')
    for source in [plain, zipped(("a.csv", plain))]:
        for _ in range(1_500):
            content = bytearray(source)
            for _ in range(generator.randint(1, 6)):
                position = generator.randrange(len(content))
                content[position] = generator.randrange(256)
            try:
                assert read(bytes(content)).towns
            except DirectoryError as error:
                assert error.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (";" * 2_000_000, "encoding"),
        (
            "Ortschaftsname;PLZ;Zusatzziffer;Kantonskürzel\n" + "a;1;1;x\n" * 150_000,
            "size",
        ),
    ],
)
def test_what_is_no_directory_is_refused_before_it_is_kept(content, code):
    with pytest.raises(DirectoryError) as refused:
        read(content.encode())
    assert refused.value.code == code
