"""Single cells (specification sections 1.1 and 3.4)."""

import datetime
from decimal import Decimal

import pytest

from .kit import cells, mapping, text


def codes(problems):
    return [code for code, _args in problems]


@pytest.mark.parametrize(
    ("kind", "raw", "value", "found"),
    [
        ("id", "10000", "10000", []),
        ("id", 10000, "10000", []),
        ("id", 10000.0, "10000", []),
        ("id", "10000.0", "10000", ["V03"]),
        ("id", "'10000", "10000", ["V03"]),
        ("id", "10 000", "10000", ["V03"]),
        ("id", "007", "7", ["V03"]),
        ("id", "A111", None, ["V02"]),
        ("id", "١٢", None, ["V02"]),
        ("id", "-5", None, ["V02"]),
        ("date", "05.02.2020", datetime.date(2020, 2, 5), []),
        ("date", "5.2.2020", datetime.date(2020, 2, 5), []),
        ("date", "2020-02-05", datetime.date(2020, 2, 5), []),
        ("date", "43866", datetime.date(2020, 2, 5), ["V06"]),
        ("date", 43866, datetime.date(2020, 2, 5), ["V06"]),
        ("date", "31.12.9999", datetime.date(9999, 12, 31), []),
        ("date", "31.02.2020", None, ["V04"]),
        ("date", "05.02.20", None, ["V05"]),
        ("date", "2020/2/5", None, ["V05"]),
        ("date", "février", None, ["V05"]),
        ("date", "???", None, ["V05"]),
        ("date", "02.01.1021", None, ["V07"]),
        ("time", "07:00:00", 420, []),
        ("time", "7:00", 420, []),
        ("time", "07:00:31", 421, []),
        ("time", "24:00", 1440, []),
        ("time", datetime.time(18, 15), 1095, []),
        ("time", "0,291666667", 420, ["P08"]),
        ("time", 0.2916666666666667, 420, ["P08"]),
        ("time", "25:00:00", None, ["P07"]),
        ("time", "07:60", None, ["P07"]),
        ("income", "5000", Decimal("5000.00"), []),
        ("income", "1200,50", Decimal("1200.50"), []),
        ("income", "1200,5", Decimal("1200.50"), []),
        ("income", 5000, Decimal("5000.00"), []),
        ("income", 1200.5, Decimal("1200.50"), []),
        ("income", "0", Decimal("0.00"), []),
        ("income", "5'000,50", Decimal("5000.50"), ["I03"]),
        ("income", "5 000", Decimal("5000.00"), ["I03"]),
        ("income", "5'000.00", None, ["I02"]),
        ("income", "5.000", None, ["I02"]),
        ("income", "1e5", None, ["I02"]),
        ("income", "5000 CHF", None, ["I02"]),
        ("income", "5000,555", None, ["I02"]),
        ("income", "-100", None, ["I04"]),
        ("income", -100, None, ["I04"]),
        ("npa", "1920", "1920", []),
        ("npa", 1920, "1920", []),
        ("npa", "1920.0", "1920", ["E16"]),
        ("npa", "CH-1920", "1920", ["E16"]),
        ("npa", "1920 Martigny", "1920", ["E16"]),
        ("npa", "F-74500", "74500", ["E17"]),
        ("npa", "74500", "74500", ["E17"]),
        ("rate", "50", Decimal(50), []),
        ("rate", "80 %", Decimal(80), []),
        ("rate", "0,5", Decimal("50.0"), ["D06"]),
        ("rate", "150", None, ["D06"]),
        ("rate", "abc", None, ["D06"]),
        ("weekday", "lu", "mon", []),
        ("weekday", "Ma.", "tue", []),
        ("weekday", "DIMANCHE", "sun", []),
        ("weekday", "Mo", None, ["P06"]),
        ("weekday", "lu,ma", None, ["P06"]),
        ("weekday", 1, None, ["P06"]),
        ("courtesy", "Madame", "madam", []),
        ("courtesy", "Mme", "madam", []),
        ("courtesy", "Herr", "mister", []),
        ("courtesy", "Docteur", None, ["D02"]),
        ("email", "a@b.ch", "a@b.ch", []),
        ("email", "a b.ch", "a b.ch", ["V10"]),
        ("email", "???", "???", []),
        ("text", 51251.0, "51251", []),
        ("text", "a\x07b", None, ["C22"]),
    ],
)
def test_cell(kind, raw, value, found):
    parsed, problems = cells.PARSERS[kind](raw)
    assert parsed == value
    assert codes(problems) == found


def test_postcode_keeps_town_and_country():
    town, _ = cells.parse_npa("1920 Martigny")
    assert (town.city, town.country) == ("Martigny", "CH")
    foreign, _ = cells.parse_npa("F-74500")
    assert foreign.country == "FR"


@pytest.mark.parametrize("marker", ["?", "???", "-", "xxx", "***", "XXX"])
def test_markers(marker):
    assert text.is_special(marker)


@pytest.mark.parametrize("value", ["x", "Max", "a-b", "S.A."])
def test_ordinary_text_is_no_marker(value):
    assert not text.is_special(value)


@pytest.mark.parametrize(
    ("raw", "minutes"), [("0.75", 1080), ("0,5", 720), ("1", 1440), ("0.99999", 1440)]
)
def test_fractions_of_a_day(raw, minutes):
    assert cells.parse_time(raw)[0] == minutes


@pytest.mark.parametrize(
    ("year", "found"), [(1899, ["V07"]), (1900, []), (2100, []), (2101, ["V07"])]
)
def test_years_of_dates(year, found):
    assert codes(cells.parse_date(f"01.01.{year}")[1]) == found


def test_a_long_address_takes_no_longer_than_it_is_long():
    """A pattern that tries every dot anew would need minutes."""
    value, problems = cells.parse_email("a@" + "a." * 200_000 + " ")
    assert (value[:4], codes(problems)) == ("a@a.", ["V10"])
    for address, found in {
        "a@b.ch": [],
        "a@..b": [],
        "a@b.": ["V10"],
        "a@.b": ["V10"],
    }.items():
        assert codes(cells.parse_email(address)[1]) == found


def test_a_long_list_of_numbers_takes_no_longer_than_it_is_long():
    """Blanks that two parts of a pattern may claim would need hours."""
    assert not mapping.is_numbers("1" + " " * 300_000 + "x")
    for value, is_list in {"1, 2 ,3 , ": True, " 4 ": True, "1,,2": False}.items():
        assert mapping.is_numbers(value) == is_list
