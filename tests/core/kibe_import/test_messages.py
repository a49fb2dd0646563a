"""Texts of the messages (specification section 3)."""

import string
from decimal import Decimal

import pytest

from .kit import MESSAGES, Language, Text, heading, language, typed


@pytest.mark.parametrize(
    ("code", "locale", "expected"),
    [
        ("V04", "fr_FR", "La date … n'existe pas."),
        ("V04", "en_US", "Date … does not exist."),
        ("P01", "fr_FR", "Structure …, groupe « … » absents de groups.xml."),
        ("T01", "fr_FR", "Enfant … introuvable."),
        ("Z05", "en_US", '"…" is in the archive more than once. Keep one.'),
        ("S01", "fr_FR", "… existe déjà : non modifié."),
    ],
)
def test_heading_is_what_all_messages_of_a_code_share(code, locale, expected):
    assert typed(heading(code, language(locale))) == expected


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_every_message_is_in_french_with_the_same_placeholders(code):
    source = MESSAGES[code].text
    french = language("fr_CH").translate(source)
    assert french != source

    def names(text):
        fields = string.Formatter().parse(text)
        return {name for _text, name, _spec, _conversion in fields if name}

    assert names(french) == names(source)


def test_a_third_language_is_a_file_only():
    """Words for one and several, and numbers, follow the language's own rules."""
    german = {
        "Reading {file}": "{file} wird gelesen",
        "{n:year|years}": "{n:Jahr|Jahre}",
        "{size} MB": "{size} MB",
    }
    spoken = Language("de_CH", lambda source: german.get(source, source))
    assert spoken.say("Reading {file}", {"file": "a.csv"}) == "a.csv wird gelesen"
    assert spoken.say("{n:year|years}", {"n": 1}) == "1 Jahr"
    assert spoken.say("{n:year|years}", {"n": 7}) == "7 Jahre"
    size = Text.of("{size} MB", size=Decimal("1234.5"))
    assert spoken.express(size) == "1’234.5 MB"
    assert language("fr_FR").express(size).replace("\u202f", " ") == "1 234,5 Mo"
