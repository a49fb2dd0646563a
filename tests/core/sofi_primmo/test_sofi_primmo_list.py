"""Primmo's lists: headings and values, as people and spreadsheets write them."""

import io
from datetime import date, datetime
from decimal import Decimal

import pytest
from openpyxl import Workbook
from sofi_primmo_core import primmo_list, table_file
from sofi_primmo_core.table_file import Table, TableFileError

TENANT = ["Numéro", "Nom", "Prénom", "Sexe", "Date de naissance", "Langue", "Accepté"]


def read_one(kind, heading, value):
    """Return what one cell under a heading gives: the value, or the error's code."""
    table = Table([heading], [(2, [value])])
    [row] = primmo_list.convert(kind, table, primmo_list.guess(kind, [heading]))
    if row.errors:
        return row.errors[0][1]
    [found] = row.values.values()
    return found


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1938-04-07", date(1938, 4, 7)),
        ("07/04/1938", date(1938, 4, 7)),
        ("19380407", date(1938, 4, 7)),
        (19380407.0, date(1938, 4, 7)),  # a number for a spreadsheet
        (19380407, date(1938, 4, 7)),
        (datetime(1938, 4, 7, 12), date(1938, 4, 7)),
        ("1940-02-30", "date_unknown"),
        ("7 avril 1938", "date_unknown"),
        (True, "date_unknown"),
        (None, None),
        ("  ", None),
    ],
)
def test_dates(value, expected):
    assert read_one("tenant", "Date de naissance", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2027-04", "2027-04"),
        ("2027-04-30", "2027-04"),
        (datetime(2027, 4, 30), "2027-04"),
        ("2027-13", "expiry_unknown"),
        ("2027-00", "expiry_unknown"),
        ("04/27", "expiry_unknown"),
    ],
)
def test_expiry(value, expected):
    assert read_one("tenant", "Expiration NAM", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1 234,50 $", Decimal("1234.50")),
        ("1\u00a0234,50", Decimal("1234.50")),
        ("1\u202f234.5", Decimal("1234.5")),
        (45, Decimal(45)),
        (45.5, Decimal("45.5")),
        ("-8", Decimal(-8)),
        ("1.234,50", "amount_unknown"),
        ("douze", "amount_unknown"),
        ("NaN", "amount_unknown"),
        ("Infinity", "amount_unknown"),
        ("1e12", "amount_unknown"),
        ("", "required"),
    ],
)
def test_prices(value, expected):
    assert read_one("service", "Prix mensuel", value) == expected


@pytest.mark.parametrize(
    ("heading", "value", "expected"),
    [
        ("Sexe", "Femme", "F"),
        ("Sexe", "Autre", "A"),
        ("Sexe", "?", "sex_unknown"),
        ("Langue", "Anglais", "En"),
        ("Langue", "Klingon", "language_unknown"),
        ("Accepté", "oui", True),
        ("Accepté", "", False),
        ("Accepté", "peut-être", "boolean_unknown"),
        ("NAM", "trej 3804-0719", "TREJ38040719"),
        ("Unité", 204.0, "204"),
        ("Unité", "0204", "0204"),
        ("Nom", None, "required"),
    ],
)
def test_values(heading, value, expected):
    assert read_one("tenant", heading, value) == expected


def test_headings_are_found_whatever_their_case_and_accents():
    header = ["PRENOM", "nom", "Sexe", "date de Naissance", "NUMERO"]
    found = primmo_list.guess("tenant", header)
    assert found["first_name"] == "PRENOM"
    assert found["birth_date"] == "date de Naissance"
    assert primmo_list.missing("tenant", found) == []


@pytest.mark.parametrize(
    ("kind", "heading", "field"),
    [
        ("tenant", "N° locataire", "external_id"),
        ("tenant", "Numéro du locataire", "external_id"),
        ("tenant", "Né le", "birth_date"),
        ("tenant", "App.", "unit"),
        ("tenant", "Type occupant", "occupant_type"),
        ("tenant", "Date de possession", "entry_date"),
        ("unit", "App.", "number"),
        ("occupant_type", "Type occupant", "name"),
    ],
)
def test_headings_of_printed_lists_are_known(kind, heading, field):
    assert primmo_list.guess(kind, [heading]) == {field: heading}


def test_one_heading_gives_one_field_only():
    found = primmo_list.guess("building", ["Nom"])
    assert found == {"name": "Nom"}
    assert primmo_list.missing("service", {}) == [
        "code",
        "description",
        "monthly_price",
    ]


def test_remembered_headings_come_first():
    header = ["Nom", "Nom de l'immeuble"]
    found = primmo_list.guess("building", header, {"name": "Nom de l'immeuble"})
    assert found["name"] == "Nom de l'immeuble"


def test_of_two_headings_alike_the_first_counts():
    table = Table(["Nom", "Nom"], [(2, ["A", "B"])])
    [row] = primmo_list.convert("building", table, {"name": "Nom"})
    assert row.values == {"name": "A"}


@pytest.mark.parametrize(
    "values",
    [
        {"birth_date": date(1938, 4, 7), "accepted": True, "unit": None},
        {"nam_expiry": "2027-04", "sex": "F"},
    ],
)
def test_values_survive_json(values):
    kept = {name: primmo_list.to_json(value) for name, value in values.items()}
    assert primmo_list.from_json("tenant", kept) == values


def test_amounts_survive_json():
    kept = primmo_list.to_json(Decimal("12.50"))
    assert primmo_list.from_json("service", {"monthly_price": kept}) == {
        "monthly_price": Decimal("12.50")
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_csv_dialects(encoding, delimiter, line_end):
    lines = [delimiter.join(TENANT), "", delimiter.join(["T1", "Côté", "Zoé"])]
    table = table_file.read(line_end.join(lines).encode(encoding), "x.csv")
    assert table.header == TENANT
    assert table.rows == [(3, ["T1", "Côté", "Zoé", None, None, None, None])]


def test_quoted_cells_may_hold_anything():
    table = table_file.read(b'Nom;Classe\n"a;""b""\nc";SOFI\n', "x.csv")
    assert table.rows == [(2, ['a;"b"\nc', "SOFI"])]


def test_xlsx_rows_keep_their_numbers():
    content = workbook([None, None], ["Code", "Prix"], [None, None], [200120, 60.5])
    table = table_file.read(content, "x.xlsx")
    assert table.header == ["Code", "Prix"]
    assert table.rows == [(4, [200120, 60.5])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"Nom\n\x00", "unreadable"),
        (b'Nom\n"open', "unreadable"),
        (b"PK\x03\x04rubbish", "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rubbish", "unreadable"),
        (b"\x8f\x81\xff", "unreadable"),
        (b";".join([b"x"] * 201), "too_many"),
        (b"Nom\n" + b"x\n" * 100_001, "too_many"),
        (b"x" * (20 * 1024 * 1024 + 1), "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files_that_are_no_lists(content, code):
    with pytest.raises(TableFileError) as caught:
        table_file.read(content, "x")
    assert caught.value.code == code
