"""All German texts of the addons: typography of Switzerland, and plurals."""

import importlib.util
import re

import pytest

from devtools import paths

from .test_french_texts import has_a_text_of_one
from .test_translations import GERMAN, catalog

SPEC = importlib.util.spec_from_file_location(
    "german", paths.ADDONS / "exchange_run" / "tests" / "german.py"
)
german = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(german)

#: A noun after a value, but after a sentence that tells why: plural, where it has one.
NOUN = re.compile(r"(?:%\((?!reason|why)\w+\)s|%s|\{\w+\}) ([A-ZÄÖÜ][a-zäöü]+)\b")
UNCHANGING = {"Zeichen", "Zeitfenster"}
#: Numbers that are never one, by the beginning of the text.
MANY = {
    "%(years)s years": "children of three years and more; younger ones have months",
    "{count} files": "more than two hundred",
    "{count} parts or cells": "some millions",
    "Imported, last %s days": "always 30",
    "Part of the month: %(planned)s of %(full)s days": "no month has one day",
    "× %(factor)s weeks a month": "somewhat more than four",
    '"{f}": more than {n} rows': "thousands",
    "Row {r}: slots {v} → {n} (modules), {o} minutes": "minutes with their sign",
}
#: What a message quotes as an example.
CHARACTERS = " (’ “ €)"


@pytest.mark.parametrize("addon", GERMAN)
def test_typography(addon):
    bad = [
        (entry.msgid, *fault)
        for entry in catalog(addon, "de.po")
        for fault in german.faults(entry.msgstr.replace(CHARACTERS, ""))
    ]
    assert bad == []


@pytest.mark.parametrize("addon", GERMAN)
def test_no_plural_after_a_number_that_may_be_one(addon):
    """«1 Tage» is what a user sees of a text that was written for many."""
    texts = catalog(addon, "de.po")
    of_one = {entry.msgid for entry in texts}
    bad = [
        (entry.msgid, entry.msgstr)
        for entry in texts
        for match in NOUN.finditer(entry.msgstr)
        if match[1] not in UNCHANGING
        and not entry.msgid.startswith(tuple(MANY))
        and not has_a_text_of_one(entry.msgid, of_one)
    ]
    assert bad == []


@pytest.mark.parametrize("addon", GERMAN)
def test_what_is_not_german(addon):
    """A long text that is the same in English has been forgotten."""
    names = re.compile(r"<[^>]*>|%\(\w+\)s|\{[^}]*\}|'[^']*' % .*|[«»].*")
    bad = [
        entry.msgid
        for entry in catalog(addon, "de.po")
        if entry.msgid == entry.msgstr
        and len(re.findall(r"[a-zA-Z]{2,}", names.sub("", entry.msgid))) > 2
    ]
    assert bad == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Ende: 3", True),
        ("Ende\u00a0: 3", False),
        ("Ende : 3", False),
        ("Bereit?", True),
        ("Bereit ?", False),
        ("«Fortsetzen»", True),
        ("«\u00a0Fortsetzen\u00a0»", False),
        ("„Fortsetzen“", False),
        ('"Fortsetzen"', False),
        ("Strasse", True),
        ("Straße", False),
        ("100\u00a0% von CHF 5.00", True),
        ("100 %", False),
        ("%(part)s %% eines Tages", False),
        ("Zeile(n)", False),
        ("Bitte prüfe deine Angaben", False),
        ("Bitte prüfen Sie Ihre Angaben", True),
        ("z.\u00a0B. Kita", True),
        ("z. B. Kita", False),
        ("Betrag ohne USt.", False),
        ('<i title="Warnungen"/> {{ object.name }}: 12:30', True),
    ],
)
def test_the_rules(text, right):
    assert (not german.faults(text)) == right
