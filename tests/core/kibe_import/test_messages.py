"""Texts of the messages (specification section 3)."""

import string
from decimal import Decimal

import pytest

from .kit import MESSAGES, Text, heading, language, typed


@pytest.mark.parametrize(
    ("code", "locale", "expected"),
    [
        ("V04", "fr_FR", "La date … n'existe pas."),
        ("V04", "en_US", "Date … does not exist."),
        ("P01", "fr_FR", "Structure …, groupe « … » absents de groups.xml."),
        ("T01", "fr_FR", "Enfant … introuvable."),
        ("Z05", "en_US", '"…" is in the archive more than once. Keep one.'),
        ("S01", "fr_FR", "… existe déjà : non modifié."),
        ("S01", "de_CH", "… besteht bereits: nicht geändert."),
        ("Z05", "de_CH", "«…» ist mehrmals im Archiv. Behalten Sie eine Datei."),
    ],
)
def test_heading_is_what_all_messages_of_a_code_share(code, locale, expected):
    assert typed(heading(code, language(locale))) == expected


@pytest.mark.parametrize("locale", ["fr_CH", "de_CH"])
@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_message_is_translated_with_the_same_placeholders(code, locale):
    source = MESSAGES[code].text
    translated = language(locale).translate(source)
    assert translated != source

    def names(text):
        fields = string.Formatter().parse(text)
        return {name for _text, name, _spec, _conversion in fields if name}

    assert names(translated) == names(source)


def test_a_language_is_a_file_only():
    """Words for one and several, and numbers, follow the language's own rules."""
    german = language("de_CH")
    assert german.say("Reading {file}", {"file": "a.csv"}) == "a.csv wird gelesen"
    assert german.say("{n:year|years}", {"n": 1}) == "1 Jahr"
    assert german.say("{n:year|years}", {"n": 7}) == "7 Jahre"
    size = Text.of("{size} MB", size=Decimal("1234.5"))
    assert typed(german.express(size)) == "1’234.5 MB"
    assert language("fr_FR").express(size).replace("\u202f", " ") == "1 234,5 Mo"
