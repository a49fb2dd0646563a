"""Labels compared, formulas and file names made harmless, runs of numbers."""

import pytest

from tests_core_loader import load_core

load_core("exchange_run")

from exchange_run_core.numbers import ranges, runs  # noqa: E402
from exchange_run_core.text import (  # noqa: E402
    file_safe,
    fold,
    fold_tight,
    is_formula,
    is_singular,
    spreadsheet_safe,
    without_accents,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("À naître", "a naitre"),
        ("  À  NAÎTRE ", "a naitre"),
        ("À\u00a0nai\u0302tre", "a naitre"),
        ("français", "francais"),
        ("männlich", "mannlich"),
        ("lu.", "lu"),
        ("Fém.", "fem"),
        ("Fém .", "fem"),
        ("M. le Curé.", "m. le cure"),
        ("Straße", "strasse"),
        ("№ 5", "no 5"),
        ("ΐ", "ι"),
        ("", ""),
        (".", ""),
        (None, ""),
        (False, ""),
    ],
)
def test_fold(text, expected):
    assert fold(text) == expected
    assert fold(expected) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Mère / père", "mere/pere"), ("Mère/Père.", "mere/pere"), ("№ 5", "no5")],
)
def test_fold_tight(text, expected):
    assert fold_tight(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Zoé", "Zoe"), ("e\u0301", "e"), ("ﬁn", "fin"), ("a", "a")]
)
def test_without_accents(text, expected):
    assert without_accents(text) == expected


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_formula(text):
    assert is_formula(text)
    assert spreadsheet_safe(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "text"), [("a=1", "a=1"), ("", ""), (-5, "-5"), (1.5, "1.5")]
)
def test_no_formula(value, text):
    assert spreadsheet_safe(value) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Import/2026/007", "Import-2026-007"),
        ('a:b*?"<>|\\c', "a-b-c"),
        ("line\r\nSet-Cookie: x", "line-Set-Cookie- x"),
        ("..", ""),
        (" Zoé. ", "Zoé"),
        ("x" * 120, "x" * 100),
        ("x" * 99 + " y", "x" * 99),
    ],
)
def test_file_safe(text, expected):
    assert file_safe(text) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], ""),
        ([3], "3"),
        ([1, 2, 3], "1–3"),
        ([5, 1, 3, 2], "1–3, 5"),
        ([1, 3], "1, 3"),
    ],
)
def test_ranges(numbers, expected):
    assert ranges(numbers) == expected


def test_runs():
    assert runs({4, 5, 1}) == [(1, 1), (4, 5)]
    assert runs(()) == []


@pytest.mark.parametrize(
    ("number", "lang", "singular"),
    [
        (0, "fr_CH", True),
        ("0.5", "fr_FR", True),
        (1, "fr_CA", True),
        ("1.0000", "fr_FR", True),
        ("1.5", "fr_FR", True),
        (2, "fr_FR", False),
        (0, "en_US", False),
        ("0.5", "en_US", False),
        ("1.0000", "en_US", True),
        ("1.5", "en_US", False),
        (100, "en_US", False),
        (1, "", True),
    ],
)
def test_one_or_many(number, lang, singular):
    assert is_singular(number, lang) == singular
