"""Texts of the messages (specification section 3)."""

import pytest

from tests_core_loader import load_core

load_core("kibe_import")

from kibe_import_core import messages  # noqa: E402


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("V04", "fr_FR", "La date … n'existe pas."),
        ("V04", "en_US", "Date … does not exist."),
        ("P01", "fr_FR", "Structure …, groupe «…» absents de groups.xml."),
        ("T01", "fr_FR", "Enfant … introuvable."),
        ("Z05", "en_US", '"…" is in the archive more than once. Keep one.'),
        ("S01", "fr_FR", "… existe déjà: non modifié."),
    ],
)
def test_heading_is_what_all_messages_of_a_code_share(code, language, expected):
    assert messages.heading(code, language) == expected
