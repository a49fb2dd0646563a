"""What a clerk reads: the place and the words of messages (specification section 3)."""

import dataclasses

import pytest

from .changes import CHILD, CONTRACT, DATA, FOUND, PARENT, PLAN, again, chain, edit
from .changes import raw as member
from .kit import REFERENCE, Delivery, render, run, store, typed

HOURS = chain(edit(PLAN, 4, 9, FOUND), edit(PLAN, 4, 6, "06:00"))
LABELS = {("gender", "male"): "Garçon"}
NURSERY = REFERENCE.groups["NUR1"]
MODULES = dataclasses.replace(NURSERY, modules=((1, 2, 3), (4, 5, 6)))
LISTS = dataclasses.replace(REFERENCE, labels=LABELS)
TEXTS = [
    # code, change, (file, row, column, child), French text
    (
        "Z04",
        member("contrats.csv", None),
        ("upload.zip", None, None, None),
        "Il manque des fichiers dans l'archive : contrats.csv. "
        "Les 5 CSV et les 2 XML sont obligatoires.",
    ),
    (
        "C12",
        lambda d: d.raw.update({"prestations.csv": _tabs(d)}),
        ("prestations.csv", None, None, None),
        "« prestations.csv » : séparateur « tabulation » détecté au lieu de « ; ».",
    ),
    (
        "V05",
        edit(CHILD, 3, 5, "février"),
        ("enfants.csv", 3, "e naissance", "11110"),
        "« enfants.csv », ligne 3, « e naissance » : « février » n'est pas au format "
        "jj.mm.aaaa.",
    ),
    (
        "V01",
        edit(PARENT, 2, 10, ""),
        ("intervenants.csv", 2, "pa nom", None),
        "« intervenants.csv », ligne 2 : « pa nom » est obligatoire.",
    ),
    (
        "V02",
        edit(CONTRACT, 2, 4, "X3"),
        ("contrats.csv", 2, "débiteur ID", "10000"),
        "« contrats.csv », ligne 2, « débiteur ID » : « X3 » n'est pas un identifiant "
        "numérique.",
    ),
    (
        "E08",
        edit(CHILD, 3, 5, "05.02.2099"),
        ("enfants.csv", 3, "e naissance", "11110"),
        "Ligne 3 : naissance 05.02.2099 et genre « Garçon » se contredisent.",
    ),
    (
        "E15",
        chain(edit(CONTRACT, 2, 9, "")),
        ("contrats.csv", 2, "de npa", None),
        "« contrats.csv », ligne 2 : NPA «  » inconnu : localité vide, pas de "
        "QR-facture possible.",
    ),
    (
        "T02",
        edit(CONTRACT, 2, 2, "1110"),
        ("contrats.csv", 2, "parent principal ID", "10000"),
        "contrats, ligne 2 : 1110 n'est pas le parent principal de l'enfant 10000.",
    ),
    (
        "P07",
        edit(PLAN, 2, 7, "25:00"),
        ("prestations.csv", 2, "pr heure fin", "10000"),
        "Ligne 2 : horaire « 07:00:00 »–« 25:00 » non valable.",
    ),
    (
        "P07",
        edit(PLAN, 2, 6, ""),
        ("prestations.csv", 2, "pr heure début", "10000"),
        "Ligne 2 : horaire «  »–« 18:15 » non valable.",
    ),
    (
        "P20",
        again(row=2, c4="01.06.2021", c5="31.12.2021"),
        ("prestations.csv", 7, None, "10000"),
        "Enfant 10000 : NUR1 01.03.2021–01.12.2021 et NUR1 01.06.2021–31.12.2021 se "
        "chevauchent le lundi.",
    ),
    (
        "P22",
        HOURS,
        ("prestations.csv", 4, "pr heure début", "10000"),
        "Ligne 4 : 30 minutes hors de l'ouverture du groupe.",
    ),
    (
        "P23",
        lambda d: None,
        ("prestations.csv", 2, None, "10000"),
        "Enfant 10000 : planning du 01.03.2021 au 01.12.2021 (NUR1) alors que le "
        "départ est le 01.01.2020.",
    ),
]


def _tabs(delivery):
    return delivery.csv(PLAN).replace(b";", b"\t")


@pytest.mark.parametrize(("code", "change", "place", "french"), TEXTS)
def test_a_message_says_where_and_what(code, change, place, french):
    delivery = Delivery()
    change(delivery)
    issue = run(delivery, lists=LISTS).first(code)
    assert (issue.file, issue.row, issue.column, issue.child) == place
    assert typed(render(issue, "fr_CH")) == french


@pytest.mark.parametrize(
    ("code", "change", "german"),
    [
        (
            "E08",
            edit(CHILD, 3, 5, "05.02.2099"),
            "Zeile 3: Geburt 05.02.2099 und Geschlecht «Garçon» widersprechen sich.",
        ),
        (
            "P23",
            lambda d: None,
            "Kind 10000: Wochenplan 01.03.2021 bis 01.12.2021 (NUR1), obwohl der "
            "Austritt am 01.01.2020 ist.",
        ),
        (
            "P20",
            again(row=2, c4="01.06.2021", c5="31.12.2021"),
            "Kind 10000: NUR1 01.03.2021–01.12.2021 und NUR1 01.06.2021–31.12.2021 "
            "überschneiden sich (Montag).",
        ),
        (
            "V01",
            edit(PARENT, 2, 10, ""),
            "«intervenants.csv», Zeile 2: «pa nom» ist erforderlich.",
        ),
    ],
)
def test_a_message_is_a_sentence_in_german(code, change, german):
    """Also where a phrase is put into another one."""
    delivery = Delivery()
    change(delivery)
    assert render(run(delivery, lists=LISTS).first(code), "de_CH") == german


@pytest.mark.parametrize(
    ("slots", "change"), [("2,3", "+60"), ("3,4", "+150 −120"), ("1,2,3,4", "−120")]
)
def test_slots_that_become_modules_say_the_minutes(slots, change):
    delivery = Delivery()
    delivery.slots = delivery.slots.replace('"1,2,3"', f'"{slots}"')
    lists = dataclasses.replace(REFERENCE, groups={**REFERENCE.groups, "NUR1": MODULES})
    for column in (6, 7):
        delivery.set(PLAN, 4, column, "")
    text = render(run(delivery, lists=lists).first("P24"), "fr")
    assert text.endswith(f"(modules), {change} minutes.")


def test_a_damaged_archive_is_named_in_both_languages():
    issue = run(Delivery().zip()[:-60]).first("Z02")
    expected = "L'archive « upload.zip » est endommagée (index illisible). Recréez-la."
    assert typed(render(issue, "fr")) == expected
    assert "(unreadable index)" in render(issue, "en")


def test_too_many_files_are_counted():
    members = {f"f{number}.txt": b"" for number in range(201)}
    delivery = Delivery()
    delivery.raw.update(members)
    issue = run(delivery).first("Z09")
    assert "(208 fichiers)" in render(issue, "fr")


def test_what_operation_2_leaves_is_shown_as_typed():
    base = store(run("kibe_sample.zip"))
    delivery = Delivery().set(DATA, 2, 11, "80 %").set(CHILD, 3, 12, "1001")
    found = run(delivery, base).issues
    texts = [typed(render(i, "fr")) for i in found if i.code == "S02"]
    assert any("contient « 80 », la base garde « 50 »" in text for text in texts)
    assert any(text.startswith("Colin Summer : le fichier") for text in texts)


def test_what_is_not_stored_is_said_to_be_empty():
    base = store(run(Delivery().set(DATA, 2, 8, "")))
    issue = run(Delivery(), base).first("S02")
    assert "la base garde « (vide) »" in typed(render(issue, "fr"))
    assert '"(empty)"' in render(issue, "en")


def test_a_role_that_changes_nowhere_else():
    base = store(run("kibe_sample.zip"))
    base.links.clear()
    result = run(Delivery().set(DATA, 2, 2, "Monsieur"), base, overwrite=True)
    assert render(result.first("D04"), "fr").endswith("des enfants –.")
