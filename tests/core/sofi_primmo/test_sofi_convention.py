"""Remaining rules of the convention (spec 8), log lines, the output folder."""

import os
from datetime import date, datetime

import pytest
from sofi_primmo_core import convention, log_format, output_directory
from sofi_primmo_core.exceptions import CodedError
from sofi_primmo_core.output_directory import DirectoryError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SOFI", True),
        ("RPA;sofi", True),
        ("rpa sofi-2", True),
        ("SOFIA", False),
        ("XSOFI", False),
        ("SOFI2", False),
        ("", False),
        (None, False),
    ],
)
def test_building(text, expected):
    assert convention.is_synchronized(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Fr", "Fr"), ("français", "Fr"), ("F", "Fr"), ("fr", "Fr"), ("en", "En")]
    + [("anglais", "En"), ("E", "En"), ("au", "Au"), ("Autre", "Au")],
)
def test_language(text, expected):
    assert convention.language(text) == expected


@pytest.mark.parametrize("text", ["", "de", "espagnol", None])
def test_unknown_language_is_refused(text):
    with pytest.raises(CodedError):
        convention.language(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("M", "M"), ("féminin", "F"), ("Homme", "M"), ("Autre", "A")]
)
def test_sex(text, expected):
    assert convention.sex(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Oui", True), ("x", True), ("1", True), ("", False), ("non", False)],
)
def test_boolean(text, expected):
    assert convention.boolean(text) is expected


def test_boolean_unknown():
    with pytest.raises(CodedError):
        convention.boolean("peut-être")


@pytest.mark.parametrize(
    "value",
    ["1938-04-07", "07/04/1938", "1938/04/07", "19380407"]
    + [date(1938, 4, 7), datetime(1938, 4, 7, 12)],
)
def test_day(value):
    assert convention.day(value) == date(1938, 4, 7)


def test_day_empty_and_unknown():
    assert convention.day("") is None
    with pytest.raises(CodedError):
        convention.day("31/02/1938")


@pytest.mark.parametrize(
    ("expiry", "expected"), [("2025-10", True), ("2025-11", False), ("2025-12", False)]
)
def test_expiry(expiry, expected):
    assert convention.is_expired(expiry, date(2025, 11, 21)) is expected


@pytest.mark.parametrize("expiry", ["2025-13", "11/2025", "2025"])
def test_expiry_format(expiry):
    with pytest.raises(CodedError):
        convention.is_expired(expiry, date(2025, 11, 21))


@pytest.mark.parametrize(
    ("number", "expected"), [("204A", True), ("204", False), ("A204", False)]
)
def test_suffix(number, expected):
    assert convention.has_suffix(number) is expected


def test_duplicates_compare_texts():
    assert convention.duplicates(["204", "0204", "302", "302"]) == {"302"}


def test_required_fields():
    assert "nam" not in convention.required_fields(accepted=False)
    assert {"nam", "unit", "entry_date"} <= set(convention.required_fields(True))


def test_log_line():
    moment = datetime(2025, 11, 21, 21, 30, 0, 123999)
    assert log_format.line(moment, "INFO", "Output directory is set to 'output'") == (
        "[2025-11-21T21:30:00.123] [INFO] default - Output directory is set to 'output'"
    )
    broken = "Frais\u00a0: 1\n\t\u2028suite\x85fin "
    assert log_format.line(moment, "WARN", broken).endswith(
        "default - Frais\u00a0: 1 suite fin"
    )
    assert log_format.file_name(moment) == "sofi-bill-to-primmo-2025-11-21.log"


def test_a_log_text_cannot_forge_a_second_line():
    text = log_format.line(datetime(2025, 1, 1), "INFO", "a\n[x] [ERROR] default - b")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.csv"], ["a.csv"]),
        (["a.CSV", "b.tmp"], ["a.CSV", "b.tmp"]),
        (["a.TmP"], ["a.TmP"]),
        (["a.txt", "a.csv.bak", "a.err"], []),
    ],
)
def test_leftovers(tmp_path, names, expected):
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "folder.csv" / "inner.csv").touch()
    assert output_directory.leftovers(output_directory.names(tmp_path)) == expected


def test_refused_files_are_reported(tmp_path):
    (tmp_path / "a.ERR").touch()
    assert output_directory.refused(output_directory.names(tmp_path)) == ["a.ERR"]


@pytest.mark.parametrize("path", ["../x", "/etc", "a/../../x", "link"])
def test_outside_the_root(tmp_path, path):
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(DirectoryError) as caught:
        output_directory.resolve(str(root), path)
    assert caught.value.code == "outside"


def test_inside_the_root(tmp_path):
    assert output_directory.resolve(str(tmp_path), "out") == tmp_path / "out"
    assert output_directory.resolve(str(tmp_path), str(tmp_path / "out")) == (
        tmp_path / "out"
    )


def test_folder_is_not_created(tmp_path):
    with pytest.raises(DirectoryError) as caught:
        output_directory.check_writable(tmp_path / "none")
    assert caught.value.code == "missing"
    assert not (tmp_path / "none").exists()


def test_write_never_overwrites_and_rename_replaces(tmp_path):
    temporary, final = tmp_path / "a.tmp", tmp_path / "a.csv"
    output_directory.write_new(temporary, b"one")
    with pytest.raises(FileExistsError):
        output_directory.write_new(temporary, b"two")
    output_directory.replace(temporary, b"three")
    output_directory.rename(temporary, final)
    assert os.listdir(tmp_path) == ["a.csv"]
    assert final.read_bytes() == b"three"
