"""NAM: spec 7.2 and 7.3."""

from datetime import date

import pytest
from sofi_primmo_core import nam

TODAY = date(2025, 11, 21)
CHECKS = [
    ("TREM04121925", "valid", "M", 2004),
    ("TREM04121916", "valid", "M", 1904),
    ("TREM04121935", "check_digit", "M", None),
    ("QWEA10010110", "valid", "M", 2010),
    ("QWEA10510170", "valid", "F", 2010),
    ("ASDA20011313", "valid", "M", 2020),
    ("COTS80051012", "valid", "M", 1980),
    ("LASF80021411", "valid", "M", 1980),
    ("TEST54122816", "valid", "M", 1954),
    ("SERE75613018", "valid", "F", 1975),
    ("AAAA01510116", "valid", "F", 1901),
    ("AAAA01510117", "check_digit", "F", None),
    ("TREJ38040719", "valid", "M", 1938),
    ("ROYA30510918", "valid", "F", 1930),
    ("COTE41610510", "valid", "F", 1941),
    ("LHEE35052417", "valid", "M", 1935),
    ("STPL37530310", "valid", "F", 1937),
    ("TREM40531211", "valid", "F", 1940),
    ("TREM40531222", "valid", "F", 1940),
    ("VANW25010115", "valid", "M", 1925),
    ("TREJ38130711", "date", None, None),
    ("TREJ38040701", "sequence", None, None),
    ("TREJ38040700", "temporary", None, None),
    ("FOOO01500100", "date", None, None),
    ("COTS800510A4", "format", None, None),
]


@pytest.mark.parametrize(("number", "status", "sex", "year"), CHECKS)
def test_check(number, status, sex, year):
    found = nam.check(number, TODAY)
    assert found.status == status
    if sex:
        assert found.sex == sex
    if year:
        assert found.birth_date.year == year


@pytest.mark.parametrize(
    "number",
    ["", None, "TREJ 3804 0719", "trej38040719", "TREJ3804071", "TREJ380407199"]
    + ["TRÉJ38040719", "TREJ3804071９", "TREJ38040719\n"],
)
def test_format_is_strict(number):
    assert nam.check(number, TODAY).status == "format"


def test_letter_in_eleventh_position_is_named_and_can_be_allowed():
    assert nam.check("COTS800510A4", TODAY).hint == "letter"
    assert nam.check("COTS80051OO4", TODAY).hint == ""
    found = nam.check("COTS800510A4", TODAY, allow_letter=True)
    assert found.status in ("valid", "check_digit")


def test_known_birth_date_settles_the_century():
    assert nam.check("TREM04121916", TODAY, date(1904, 12, 19)).status == "valid"
    assert nam.check("TREM04121916", TODAY, date(2004, 12, 19)).status == "check_digit"


def test_leap_day_only_in_leap_years():
    assert nam.check("GROA28022911", TODAY).status != "date"
    assert nam.check("GROA27022911", TODAY).status == "date"


def test_a_birth_date_after_today_is_a_century_earlier():
    assert nam.check("VANW25123100", TODAY).birth_date == date(1925, 12, 31)


TEMPORARY = [
    ("Tremblay", "Jean", "1938-04-07", "M", "TREJ38040700", None, None),
    ("Côté", "Émilie", "1941-11-05", "F", "COTE41110500", "COTE41610500", None),
    ("Roy", "Anne", "1930-01-09", "F", "ROYA30010900", "ROYA30510900", None),
    ("Ho", "Minh", "1944-12-31", "M", "HOXM44123100", None, None),
    ("Ô", "Zoé", "1950-02-03", "F", "OXXZ50020300", "OXXZ50520300", None),
    ("Ng", "Ô-Lan", "1945-05-05", "F", "NGXO45050500", "NGXO45550500", None),
    ("L'Heureux", "Étienne", "1935-05-24", "M", "LHEE35052400", None, None),
    ("D’Amours", "Marie-Ève", "1939-08-15", "F", "DAMM39081500", "DAMM39581500", None),
    ("De La Durantaye", "J.-P.", "1932-10-02", "M", "DELJ32100200", None, None),
    ("Van der Berg", "Willem", "1925-01-01", "M", "VANW25010100", None, None),
    ("Saint-Pierre", "Lucie", "1937-03-03", "F")
    + ("SAIL37030300", "SAIL37530300", "STPL37530300"),
    ("St-Onge", "Guy", "1940-06-30", "M", "STOG40063000", None, None),
    ("Ste-Marie", "Rose", "1936-09-09", "F")
    + ("STER36090900", "STER36590900", "STMR36590900"),
    ("Bélanger-Roy", "Anne-Marie", "1942-12-25", "F")
    + ("BELA42122500", "BELA42622500", None),
    ("Œuvrard", "Œdipe", "1943-07-01", "M", "OEUO43070100", None, None),
    ("Nuñez", "Ángel", "1929-02-28", "M", "NUNA29022800", None, None),
    ("Groß", "Änne", "1928-02-29", "F", "GROA28022900", "GROA28522900", None),
    ("Tremblay", "Marie", "1940-03-12", "F", "TREM40031200", "TREM40531200", None),
    ("Tremblay", "Martine", "1940-03-12", "F", "TREM40031200", "TREM40531200", None),
]


@pytest.mark.parametrize(
    ("last", "first", "born", "sex", "plain", "plus50", "saint"), TEMPORARY
)
def test_temporary(last, first, born, sex, plain, plus50, saint):
    born = date.fromisoformat(born)
    plus50 = plus50 or plain
    saint = saint or plus50
    assert nam.temporary(last, first, born) == plain
    assert nam.temporary(last, first, born, sex) == plain
    assert nam.temporary(last, first, born, sex, female_plus50=True) == plus50
    assert (
        nam.temporary(last, first, born, sex, female_plus50=True, saint_as_st=True)
        == saint
    )
    for number in (plain, plus50, saint):
        assert nam.check(number, TODAY).status == "temporary"
        assert nam.is_temporary(number)
    assert nam.comparison_key(plain) == nam.comparison_key(plus50)


@pytest.mark.parametrize(
    ("last", "first", "born"),
    [
        ("", "Jean", date(1938, 4, 7)),
        ("123", "Jean", date(1938, 4, 7)),
        ("Tremblay", "", date(1938, 4, 7)),
        ("Tremblay", "1", date(1938, 4, 7)),
        ("Tremblay", "Jean", None),
        (None, None, None),
    ],
)
def test_temporary_needs_everything(last, first, born):
    with pytest.raises(nam.NamError) as caught:
        nam.temporary(last, first, born)
    assert caught.value.code == "missing_required"


@pytest.mark.parametrize(
    ("last_name", "expected"),
    [
        ("L", "LXX"),
        ("Lu", "LUX"),
        ("L-Normand", "LNO"),
        ("Saint-Nicolas", "STN"),
        ("St-Nicolas", "STN"),
        ("Sainte-Nicolas", "STN"),
        ("Ste-Nicolas", "STN"),
        ("Saints-Nicolas", "STN"),
        ("Saintes-Nicolas", "STN"),
        ("Sainte Nicolas", "STN"),
        ("L'Heureux", "LHE"),
        ("Côté", "COT"),
        ("Saintonge", "SAI"),
        ("Toussaint Roy", "TOU"),
    ],
)
def test_letters_as_the_public_tool_builds_them(last_name, expected):
    assert nam.letters(last_name, saint_as_st=True) == expected


@pytest.mark.parametrize(
    ("number", "names", "first", "sex", "born", "expected"),
    [
        ("TREJ38040719", ["Tremblay"], "Jean", "M", date(1938, 4, 7), []),
        ("TREJ38040719", ["Roy", "Tremblay"], "Jean", "M", date(1938, 4, 7), []),
        ("STPL37530310", ["Saint-Pierre"], "Lucie", "F", date(1937, 3, 3), []),
        ("SAIL37530310", ["Saint-Pierre"], "Lucie", "F", date(1937, 3, 3), []),
        ("TREJ38040719", ["Roy"], "Jean", "M", date(1938, 4, 7), ["letters"]),
        ("TREJ38040719", ["Tremblay"], "Paul", "M", date(1938, 4, 7), ["letters"]),
        ("TREJ38040719", ["Tremblay"], "Jean", "F", date(1938, 4, 7), ["sex"]),
        ("TREJ38040719", ["Tremblay"], "Jean", "M", date(1938, 4, 8), ["birth_date"]),
        ("COTE41110500", ["Côté"], "Émilie", "F", date(1941, 11, 5), []),
    ],
)
def test_disagreements(number, names, first, sex, born, expected):
    assert nam.disagreements(number, names, first, sex, born) == expected


def test_mask_shows_only_the_letters():
    assert nam.mask("TREJ38040719") == "TREJ ••••••••"
    assert nam.mask("") == ""


def test_normalize():
    assert nam.normalize(" trej 3804-0719 ") == "TREJ38040719"
