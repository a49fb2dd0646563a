"""What a clerk meets beside the rules: counts, plurals, held rows, faults, types."""

import datetime
import io
import logging
import zipfile

import openpyxl
import pytest
import xlwt

from .changes import CHILD, DATA, PARENT, PLAN
from .kit import (
    FILES,
    MESSAGES,
    OPTIONS,
    REFERENCE,
    SAMPLES,
    Delivery,
    analysis,
    language,
    render,
    report,
    run,
    store,
    typed,
)

GONE = "10000"


# === ROWS ===


def counts(delivery):
    return analysis.row_counts(run(delivery).found)


def test_rows_of_a_child_in_error_are_not_used():
    broken = Delivery().set(CHILD, 2, 5, "31.02.2021")
    found = counts(broken)
    rows = len([row for row in broken.rows[PLAN] if row[1] == GONE])
    assert found["enfants"]["error"] == 1
    assert found["prestations"]["held"] == rows - found["prestations"]["ignored"]
    assert found["prestations"]["error"] == 0
    assert found["contrats"]["held"] == 1
    for row in found.values():
        parts = ("used", "ignored", "held", "error")
        assert row["read"] == sum(row[part] for part in parts)
    assert not any(row["held"] for row in counts(Delivery()).values())


def test_what_stands_behind_the_first_error_is_said_at_once():
    broken = Delivery().set(CHILD, 2, 5, "31.02.2021").set(PLAN, 2, 3, "Inconnu")
    result = run(broken)
    assert {"V04", "P01"} <= result.codes
    assert not [key for key in result.operations("sector", "created") if GONE in key]


def test_the_error_report_tells_held_rows():
    broken = Delivery().set(CHILD, 2, 5, "31.02.2021")
    found = run(broken).found
    held = [("prestations.csv", row) for row in found.held["prestations"]]
    raw = broken.zip()
    tables = analysis.read(raw, "a.zip", REFERENCE, keep_cells=True).tables
    book = openpyxl.load_workbook(
        io.BytesIO(report.build(tables, [], language("fr"), held))
    )
    rows = list(book["prestations"].iter_rows(values_only=True))
    statuses = {row[1]: row[len(rows[0]) - 3] for row in rows[1:]}
    assert statuses == {GONE: "Retenue"}
    others = list(book["intervenants"].iter_rows(values_only=True))
    assert {row[len(others[0]) - 3] for row in others[1:]} == {"OK"}


def test_cells_of_the_error_report_keep_their_types():
    """Who corrects the report sorts by date and computes with the numbers."""

    def change(book):
        book["enfants"].cell(2, 5).value = datetime.date(2021, 1, 2)
        book["prestations"].cell(2, 6).value = datetime.time(7, 0)
        book["intervenants"].cell(2, 17).value = 5000

    raw = workbook(change)
    tables = analysis.read(raw, "a.zip", REFERENCE, keep_cells=True).tables
    book = openpyxl.load_workbook(io.BytesIO(report.build(tables, [], language("fr"))))
    assert book["enfants"].cell(2, 5).value == datetime.datetime(2021, 1, 2)
    assert book["prestations"].cell(2, 6).value == datetime.time(7, 0)
    assert book["intervenants"].cell(2, 17).value == 5000
    assert book["enfants"].cell(2, 2).value == "Mory"


# === MESSAGES ===


def test_a_born_child_without_birth_date():
    result = run(Delivery().set(CHILD, 2, 5, ""))
    [issue] = [i for i in result.issues if i.code == "V01"]
    assert (issue.file, issue.row, issue.column) == ("enfants.csv", 2, "e naissance")
    assert issue.severity == "W"
    assert (GONE,) in result.operations("child", "created")


def test_a_shared_accounting_id_names_its_first_row():
    issue = run(Delivery().set(PARENT, 3, 8, "51251")).first("I08")
    place = (issue.file, issue.row, issue.column)
    assert place == ("intervenants.csv", 2, "pp ID Compta")


def test_a_marker_names_the_value_it_replaces():
    first = run("kibe_sample.zip")
    assert run(Delivery().set(DATA, 2, 9, "???")).first("V12").value == "???"
    again = run(Delivery().set(DATA, 2, 9, "???"), store(first), overwrite=True)
    told = again.first("V09")
    assert typed(render(told, "fr")).endswith(
        "« ??? » remplace la valeur existante « Boulangère »."
    )


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_no_bracketed_plural(code):
    for text in (MESSAGES[code].text, language("fr").translate(MESSAGES[code].text)):
        assert "(s)" not in text and "(ren)" not in text


def test_one_and_several():
    blank = [""] * len(Delivery().rows[CHILD][0])
    one, two = Delivery(), Delivery()
    one.rows[CHILD].insert(2, list(blank))
    two.rows[CHILD][2:2] = [list(blank), list(blank)]
    texts = [typed(render(run(d).first("C18"), "fr")) for d in (one, two)]
    assert texts == [
        "« enfants.csv » : 1 ligne vide ignorée.",
        "« enfants.csv » : 2 lignes vides ignorées.",
    ]
    assert "1 empty line ignored" in render(run(one).first("C18"), "en")


@pytest.mark.parametrize(
    ("old", "new", "french"),
    [
        ("</Groups>", "</Group>", "balise de fin"),
        ("</Groups>", "", "la fin du fichier manque"),
        ('GroupKibeId="Grand"', "GroupKibeId=Grand", "guillemet manquant"),
        ('GroupKibeId="Grand"', 'GroupKibeId="Grand & Petit"', "&amp;"),
        ('GroupKibeId="Grand"', 'GroupKibeId="A" GroupKibeId="B"', "attribut répété"),
        ("</Groups>", "</Groups><Groups/>", "texte après la fin"),
    ],
)
def test_broken_xml_is_told_in_the_reader_s_language(old, new, french):
    delivery = Delivery()
    assert old in delivery.groups
    delivery.groups = delivery.groups.replace(old, new)
    issue = run(delivery).first("X01")
    assert french in render(issue, "fr")
    assert french not in render(issue, "en") or french == "&amp;"


# === WORKBOOKS ===


def workbook(change, sample="kibe_sample.xlsx"):
    """Return the sample workbook, changed, with the two mappings beside it."""
    book = openpyxl.load_workbook(SAMPLES / sample)
    change(book)
    stream, buffer = io.BytesIO(), io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("kibe.xlsx", stream.getvalue())
        for name, raw in Delivery().members().items():
            if name.endswith(".xml"):
                package.writestr(name, raw)
    return buffer.getvalue()


@pytest.mark.parametrize("beyond", [1, 2])
def test_a_formula_beyond_the_end_of_its_row(beyond):
    """A row ends where its last value stands: a formula may come after it."""

    def change(book):
        sheet = book["intervenants"]
        for column in range(8, 19):
            sheet.cell(3, column).value = None
        sheet.cell(3, 7 + beyond).value = "=A1"

    issue = run(workbook(change)).first("C19")
    assert (issue.file, issue.row) == ("intervenants.csv", 3)


def test_a_formula_without_result_in_an_old_workbook():
    """Programs that write workbooks without computing leave such cells."""
    book, delivery = xlwt.Workbook(), Delivery()
    for name in FILES:
        sheet = book.add_sheet(name)
        for number, row in enumerate(delivery.rows[name]):
            for column, value in enumerate(row):
                if (name, number, column) == (PARENT, 1, 16):
                    sheet.write(number, column, xlwt.Formula("2500*2"))
                elif value:
                    sheet.write(number, column, value)
    stream = io.BytesIO()
    book.save(stream)
    mappings = {
        "groups": delivery.groups.encode("iso-8859-1"),
        "slots": delivery.slots.encode("iso-8859-1"),
    }
    result = run(stream.getvalue(), **mappings)
    issue = result.first("C19")
    assert (issue.file, issue.row, issue.column) == ("intervenants.csv", 2, "r parent")


def test_hidden_rows_are_told():
    def hide(book):
        for row in (2, 3):
            book["prestations"].row_dimensions[row].hidden = True

    issue = run(workbook(hide)).first("Z17")
    assert issue.value == "2"
    assert "Z17" not in run(workbook(lambda book: None)).codes


# === FAULTS ===


@pytest.mark.parametrize(
    ("sample", "target"),
    [
        ("kibe_sample.xlsx", "openpyxl.load_workbook"),
        ("kibe_sample.xls", "xlrd.open_workbook"),
        ("kibe_sample.zip", "kibe_import_core.archive._read_zip"),
    ],
)
def test_an_unexpected_fault_is_logged_without_what_it_says(
    sample, target, monkeypatch, caplog
):
    name = " ".join(["Melody", "Mory"])

    def stumble(*args, **kwargs):
        raise KeyError(name)

    monkeypatch.setattr(target, stumble)
    with caplog.at_level(logging.WARNING):
        assert "Z02" in run(sample).codes
    [record] = caplog.records
    text = record.getMessage()
    assert "KeyError" in text and "in stumble" in text
    assert name not in text and not record.exc_info


def test_contracts_of_a_child_in_error_are_held():
    result = run(Delivery().set(CHILD, 2, 5, "31.02.2021"))
    assert result.found.held["contrats"] == {2}
    assert "T01" not in result.codes


def test_an_open_quote_in_the_header_is_named():
    delivery = Delivery()
    delivery.raw["contrats.csv"] = b'"enfant ID;x;y\r\n1;2;3\r\n'
    assert {"C13"} <= run(delivery).codes


@pytest.mark.parametrize(
    ("written", "known"),
    [("30", True), ("30.0", True), ("30,0", True), ("30.1", False)],
)
def test_codes_as_spreadsheets_write_numbers(written, known):
    result = run(Delivery().set(CHILD, 2, 9, written))
    assert ("E05" not in result.codes) is known


@pytest.mark.parametrize(
    ("gender", "days", "questioned"),
    [
        ("À naître", 0, True),
        ("À naître", 1, False),
        ("Féminin", 0, False),
        ("Féminin", 1, True),
    ],
)
def test_who_is_born_on_the_day_of_the_import_is_born(gender, days, questioned):
    birth = OPTIONS.today + datetime.timedelta(days=days)
    delivery = Delivery().set(CHILD, 2, 4, gender)
    result = run(delivery.set(CHILD, 2, 5, birth.strftime("%d.%m.%Y")))
    rows = [issue.row for issue in result.issues if issue.code == "E08"]
    assert (2 in rows) is questioned
