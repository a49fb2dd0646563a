"""All French texts of the addons: typography, plurals, and the words of Québec."""

import importlib.util
import re

import polib
import pytest

from devtools import addons, paths

SPEC = importlib.util.spec_from_file_location(
    "french", paths.ADDONS / "exchange_run" / "tests" / "french.py"
)
french = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(french)

#: Addons that seniors' residences in Québec see. The engine's are seen by all.
QUEBEC = (
    "sofi_primmo",
    "sofi_primmo_storage",
    "exchange_run",
    "account_billing_run",
)
#: Plural nouns after a number that is never 0 or 1, and what is no number.
MANY = {
    "%(years)s years": "children of three years and more; younger ones have months",
    "%(count)s documents of %(label)s were billed": "the label is a text",
    "Part of the month: %(planned)s of %(full)s days": "no month has one day",
    "× %(factor)s weeks a month": "somewhat more than four",
    "%(good)s of %(all)s kinds of records": "there are a dozen",
    "More than %s resources": "a thousand",
    "Payment %s reset": "the number of a payment",
    "Residences without an export for %s hours": "always some 30",
    "Imported, last %s days": "always 30",
    "every %s minutes": "15 or 30, of the code of a service",
    "%(element)s must be a number of JSON": "the value is a text",
    "%(kind)s: openIMIS has %(found)s entries": "those of more than one page",
}
PLACEHOLDER = re.compile(r"%(?:\((\w+)\))?[sd] ([a-zà-ÿ]+[sx])\b")
#: What ends like a plural and is none.
SINGULAR = {"fois", "mois", "frais", "plus", "moins", "dans", "sous", "pas", "sans"}
SINGULAR |= {"des", "les", "ses", "vers", "puis", "est"}


def entries(addon):
    """Return the translations of an addon."""
    return list(polib.pofile(str(paths.ADDONS / addon / "i18n" / "fr.po")))


@pytest.mark.parametrize("addon", addons.names())
def test_typography(addon):
    bad = [
        (entry.msgid, *fault)
        for entry in entries(addon)
        for fault in french.faults(entry.msgstr, quebec=addon in QUEBEC)
    ]
    assert bad == []


@pytest.mark.parametrize("addon", addons.names())
def test_no_plural_after_a_number_that_may_be_one(addon):
    """«1 lignes» is what a user sees of a text that was written for many."""
    texts = entries(addon)
    of_one = {entry.msgid for entry in texts}
    bad = [
        (entry.msgid, entry.msgstr)
        for entry in texts
        for match in PLACEHOLDER.finditer(entry.msgstr)
        if match[2] not in SINGULAR
        and not entry.msgid.startswith(tuple(MANY))
        and not has_a_text_of_one(entry.msgid, of_one)
    ]
    assert bad == []


def has_a_text_of_one(msgid, texts):
    """Tell whether the text has a sibling for one: «day is» where it has «days are»."""
    return any(other != msgid and singular(other) == singular(msgid) for other in texts)


def singular(text):
    """Return a text whose nouns and verb are those of one."""
    return re.sub(r"\b([a-z]{3,})s\b", r"\1", text).replace(" are ", " is ")


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Fin\u00a0: 3", True),
        ("Fin : 3", False),
        ("Fin: 3", False),
        ("Fin; suite", True),
        ("Fin\u00a0; suite", False),
        ("Fin\u202f; suite", False),
        ("Prêt?", True),
        ("Prêt ?", False),
        ("«\u00a0Reprendre\u00a0»", True),
        ("«Reprendre»", False),
        ("« Reprendre »", False),
        ("100\u00a0% de 5\u00a0$", True),
        ("100 %", False),
        ("5 $", False),
        ("0 frais, 1 frais, 2 frais, 2 lignes", True),
        ("1 lignes", False),
        ("0 fichiers", False),
        ("21 fichiers, 0,1 et 2:01 jours", True),
        ("ligne(s)", False),
        ("Rapprocher", False),
        ("par e-mail", False),
        ("https://sofi.example, 12:30", True),
    ],
)
def test_the_rules_of_quebec(text, right):
    assert (not french.faults(text, quebec=True)) == right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Fin\u00a0: 3", True),
        ("Fin: 3", False),
        ("{f}: 3", False),
        ("«\u00a0{f}\u00a0»\u00a0: 3", True),
        ("«{f}»\u00a0: 3", False),
        ("Fin\u00a0; suite", True),
        ("Fin; suite", False),
        ("Prêt\u00a0?", True),
        ("Prêt?", False),
        ("par e-mail", True),
        ("1 lignes", False),
        ('<t style="color: red; width: 3">Nom</t>&nbsp; suite', True),
        ("«\u00a0Content-Type: text/plain\u00a0»", True),
    ],
)
def test_the_rules_elsewhere(text, right):
    assert (not french.faults(text)) == right
