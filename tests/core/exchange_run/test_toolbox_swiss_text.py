"""What a QR-bill may carry, and how other texts are written with it."""

import sys
import unicodedata

import pytest

from tests_core_loader import load_core

load_core("exchange_run")

from exchange_run_core.swiss_text import (  # noqa: E402
    forbidden,
    is_allowed,
    payable,
    transliterate,
)

WINDOWS = bytes(set(range(0x20, 256)) - {0x7F, 0x81, 0x8D, 0x8F, 0x90, 0x9D})


def test_the_whole_set_of_the_guidelines():
    """Printable ASCII, upper Latin-1, all of Latin Extended-A, and five letters."""
    upper = [chr(code) for code in range(0xA0, 0x100)]
    extended = [
        chr(code)
        for code in range(sys.maxunicode)
        if 0x100 <= code <= 0x17F and unicodedata.name(chr(code)).startswith("LATIN")
    ]
    assert len(extended) == 128
    wanted = {*map(chr, range(32, 127)), *upper, *extended, *"ȘșȚț€"}
    assert {chr(c) for c in range(sys.maxunicode) if is_allowed(chr(c))} == wanted


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("“Lili” Hélène L’Œuvre", '"Lili" Hélène L\'Œuvre'),
        ("Rue\u202fParent Espace\u2009Fine", "Rue Parent Espace Fine"),
        ("Rue de l’Hôpital 3 – 5", "Rue de l'Hôpital 3 - 5"),
        ("Dvořák Žižka Șerban Țepeş €", "Dvořák Žižka Șerban Țepeş €"),
        ("Nguyễn Thị Ánh", "Nguyên Thi Ánh"),
        ("Ǎlfred ǅ", "Alfred Dž"),
        ("ﬁn ﬀ Ⅳ №5", "fin ff IV No5"),
        ("a\u0301 e\u0301", "á é"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("two\nlines\tand", "two lines and"),
        ("", ""),
        (None, ""),
    ],
)
def test_transliterate(text, written):
    assert transliterate(text) == written
    assert not forbidden(written)
    assert payable(text) == written


def test_all_of_windows_1252_can_be_written():
    """Kibé's files are cp1252: each of its characters has a form that is paid."""
    text = WINDOWS.decode("cp1252")
    assert len(text) == 218
    assert not forbidden(transliterate(text))


def test_what_has_no_latin_letter_is_named_and_never_reaches_the_bank():
    name = "王小明 Wang"
    assert transliterate(name) == name
    assert forbidden(name) == "王小明"
    assert payable(name) == "??? Wang"


def test_every_character_becomes_payable():
    for code in range(sys.maxunicode):
        if not 0xD800 <= code <= 0xDFFF:
            assert not forbidden(payable(chr(code))), hex(code)
            assert transliterate(transliterate(chr(code))) == transliterate(chr(code))
