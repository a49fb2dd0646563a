"""Deliveries whose rows could come from two places; what Excel leaves beside them."""

import datetime
import io
import zipfile

import openpyxl
import pytest
import xlwt

from .changes import CHILD, PLAN
from .kit import REFERENCE, SAMPLES, Delivery, analysis, cells, run, store

SHARED_TEXTS = (
    b'<Override PartName="/xl/sharedStrings.dat" ContentType="application/vnd.'
    b'openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)


def archive(*members):
    """Return a ZIP of (name, content) pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in members:
            package.writestr(name, content)
    return buffer.getvalue()


def sample(name):
    return (SAMPLES / name).read_bytes()


def sample_members():
    with zipfile.ZipFile(SAMPLES / "kibe_sample.zip") as package:
        return [(info.filename, package.read(info)) for info in package.infolist()]


def codes(raw):
    return run(raw).codes


def test_lock_files_of_excel_are_nothing():
    raw = archive(
        *sample_members(), ("~$Export.xlsx", b"x"), ("sub/~$enfants.csv", b"")
    )
    assert codes(raw) == codes(sample("kibe_sample.zip"))


def test_two_workbooks():
    book = sample("kibe_sample.xlsx")
    assert "Z14" in codes(archive(("a.xlsx", book), ("b.xlsx", book)))


def test_a_workbook_beside_the_tables():
    """The corrected tables never lose silently against an older workbook."""
    book = sample("kibe_sample.xlsx")
    assert "Z15" in codes(archive(*sample_members(), ("Export.xlsx", book)))


def test_a_workbook_with_its_two_mappings_is_one_source():
    assert not {"Z14", "Z15"} & codes(sample("kibe_sample_workbook.zip"))


def changed_workbook(change):
    book = openpyxl.load_workbook(SAMPLES / "kibe_sample.xlsx")
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_two_sheets_of_one_name():
    def hide(book):
        book.copy_worksheet(book["enfants"]).title = "Enfants "
        book["Enfants "].sheet_state = "hidden"

    assert "Z16" in codes(changed_workbook(hide))


def test_two_sheets_of_one_name_in_an_old_workbook():
    book = xlwt.Workbook()
    for title in ("enfants", "Enfants ", "intervenants", "contrats"):
        book.add_sheet(title).write(0, 0, "x")
    buffer = io.BytesIO()
    book.save(buffer)
    assert "Z16" in codes(buffer.getvalue())


@pytest.mark.parametrize(
    ("end", "minutes"),
    [
        (1.0, 1440),
        (datetime.datetime(2021, 8, 1, 11, 30), 690),
        (datetime.time(18, 15), 1095),
        (datetime.timedelta(hours=24), 1440),
    ],
    ids=("24:00", "with a date", "plain", "duration"),
)
def test_times_of_a_workbook(end, minutes):
    """24:00 is a legal end; databases export times with a date."""

    def change(book):
        cell = book["prestations"].cell(2, 7)
        cell.value, cell.number_format = end, "[h]:mm:ss" if end == 1.0 else "hh:mm:ss"

    raw = with_mappings(changed_workbook(change))
    found = analysis.read(raw, "kibe.zip", REFERENCE)
    assert "P07" not in {issue.code for issue in found.issues}
    assert found.rows["prestations"][0].values["hour_to"] == minutes


def with_mappings(book):
    kept = [(name, raw) for name, raw in sample_members() if name.endswith(".xml")]
    return archive(("kibe.xlsx", book), *kept)


def test_a_part_of_a_day_beyond_the_day_is_no_time():
    def change(book):
        cell = book["prestations"].cell(2, 7)
        cell.value, cell.number_format = datetime.timedelta(hours=25), "[h]:mm"

    assert "P07" in codes(with_mappings(changed_workbook(change)))


def with_part(content):
    """Return the sample workbook with its shared texts in a part of a strange name."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(SAMPLES / "kibe_sample.xlsx") as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            raw = source.read(info)
            if info.filename == "[Content_Types].xml":
                raw = raw.replace(b"</Types>", SHARED_TEXTS + b"</Types>")
            target.writestr(info.filename, raw)
        target.writestr("xl/sharedStrings.dat", content)
    return buffer.getvalue()


def test_every_part_of_a_workbook_counts_whatever_its_name():
    bomb = b"<sst>" + b"<si><t>x</t></si>" * 4_000_000 + b"</sst>"
    raw = with_part(bomb)
    assert len(raw) < 1024**2
    assert "Z09" in codes(raw)


def test_entities_are_refused_in_a_part_of_any_name():
    text = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><sst/>'
    raw = with_part(text)
    assert "X02" in codes(raw)


@pytest.mark.parametrize(
    ("written", "npa", "city", "country", "code"),
    [
        ("F-74200 Thonon-les-Bains", "74200", "Thonon-les-Bains", "FR", "E16"),
        ("F-74200", "74200", None, "FR", "E17"),
        ("74200 Thonon", "74200", "Thonon", None, "E17"),
        ("9490", "9490", None, "LI", None),
        ("9490 Vaduz", "9490", "Vaduz", "LI", "E16"),
        ("1920", "1920", None, "CH", None),
    ],
)
def test_postcodes_with_town_and_country(written, npa, city, country, code):
    """Nobody is asked to complete what is whole."""
    found, problems = cells.parse_npa(written)
    assert (str(found), found.city, found.country) == (npa, city, country)
    assert [problem for problem, _args in problems] == ([code] if code else [])


def test_a_number_that_lost_its_zero():
    assert cells.parse_phone(223611122) == (
        "0223611122",
        (("V11", {"n": "0223611122"}),),
    )
    assert cells.parse_phone("022 361 11 22") == ("022 361 11 22", ())


def test_a_number_that_lost_its_zero_is_told():
    def change(book):
        book["intervenantsdata"].cell(2, 3).value = 223611122

    result = run(with_mappings(changed_workbook(change)))
    assert "V11" in result.codes
    assert "0223611122" in {
        o.values.get("phone_private") for o in result.operations("guardian").values()
    }


def test_line_breaks_of_a_cell_are_a_space():
    delivery = Delivery().set(CHILD, 2, 3, "Anne_x000D_\n(dite Nana)")
    result = run(delivery)
    assert "C22" not in result.codes
    assert any("Anne (dite Nana)" in o.label for o in result.plan.operations)


def test_a_page_that_ends_later_changes_no_invoiced_month():
    base = store(run("kibe_sample.zip"))
    base.invoiced = {"10000": {(2021, 3)}}
    longer = Delivery()
    for row in range(2, len(longer.rows[PLAN]) + 1):
        if longer.rows[PLAN][row - 1][1] == "10000":
            longer.set(PLAN, row, 5, "31.12.2022")
    assert "P27" not in run(longer, base, overwrite=True).codes
