"""Each addon speaks all of its users' languages, and says what the code can fill."""

import re
from collections import Counter

import polib
import pytest

from devtools import addons, paths

#: What Swiss daycares use; the other addons are for French and English speakers.
GERMAN = (
    "daycare",
    "daycare_billing",
    "kibe_import",
    "exchange_run",
    "account_billing_run",
    "account_billing_bank",
    "account_billing_statement",
    "daycare_billing_bank",
    "daycare_billing_reminder",
    "daycare_billing_statement",
    "daycare_portal",
    "daycare_waiting_list",
    "exchange_run_queue",
)
LANGUAGES = {
    addon: ("fr", "de") if addon in GERMAN else ("fr",) for addon in addons.names()
}
TRANSLATIONS = [(addon, lang) for addon, langs in LANGUAGES.items() for lang in langs]
#: What a translation must hold as often as the source: values, and markup by its names.
HELD = re.compile(
    r"%\(\w+\)[sdf]|%[sdf]|%%|\{\{.*?\}\}|\{\w*(?=[:}])|</?(?:t|p|b|i|a|br|em|li|ul|div|span|strong)\b"
    r'|\bt-[\w-]+="[^"]*"|\bclass="[^"]*"'
)


def catalog(addon, file):
    """Return the entries of one of an addon's files of translations."""
    return polib.pofile(str(paths.ADDONS / addon / "i18n" / file))


def held(text):
    """Return how often each value and each piece of markup stands in a text."""
    return Counter(HELD.findall(text))


@pytest.mark.parametrize(("addon", "lang"), TRANSLATIONS)
def test_every_text_is_translated(addon, lang):
    wanted = [entry.msgid for entry in catalog(addon, f"{addon}.pot")]
    entries = catalog(addon, f"{lang}.po")
    assert [entry.msgid for entry in entries] == wanted
    assert [e.msgid for e in entries if not e.msgstr or e.fuzzy or e.obsolete] == []
    assert entries.metadata["Language"] == lang


@pytest.mark.parametrize(("addon", "lang"), TRANSLATIONS)
def test_every_translation_holds_the_values_of_its_source(addon, lang):
    bad = [
        (entry.msgid, entry.msgstr)
        for entry in catalog(addon, f"{lang}.po")
        if held(entry.msgid) != held(entry.msgstr)
    ]
    assert bad == []


@pytest.mark.parametrize(("addon", "lang"), TRANSLATIONS)
def test_one_text_is_one_line(addon, lang):
    """So that two people's changes of two texts never meet."""
    file = paths.ADDONS / addon / "i18n" / f"{lang}.po"
    _head, *blocks = file.read_text(encoding="utf-8").strip().split("\n\n")
    assert [b for b in blocks if "\n" in b.partition("\nmsgstr ")[2]] == []


def test_addons_of_one_country_speak_its_languages_together():
    """An addon may stand only on addons that speak whatever it speaks itself."""
    for addon, langs in LANGUAGES.items():
        for other in set(addons.manifest(addon)["depends"]) & set(LANGUAGES):
            assert set(langs) <= set(LANGUAGES[other]), (addon, other)
