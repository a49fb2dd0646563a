"""Every menu of every house's people: nothing empty, nothing cut, no foreign money.

The screen is that of a small notebook, 1366 pixels wide.
"""

import re

import pytest

from . import screens

#: who looks, the language of the house, money that is not theirs
PEOPLE = (
    ("scheme_clerk", "en_US", r"\$|CHF|€"),
    ("scheme_accountant", "en_US", r"\$|CHF|€"),
    ("residences", "fr_FR", r"CHF|€|TSh"),
    ("creche", "fr_FR", r"\$|€|TSh"),
    ("creche", "de_CH", r"\$|€|TSh"),
)


@pytest.mark.parametrize(("login", "lang", "foreign"), PEOPLE)
def test_every_screen_can_be_read(client, login, lang, foreign):
    client.login(login, login, lang)
    wrong, seen = {}, 0
    for screen in screens.look(client):
        seen += 1
        found = {
            "empty": screen.empty,
            "cut": screen.cut,
            "too wide": screen.too_wide,
            "money": re.findall(rf".*(?:{foreign}).*", screen.text),
        }
        if any(found.values()):
            wrong[screen.name] = {k: v for k, v in found.items() if v}
    assert seen > 10
    assert not wrong
