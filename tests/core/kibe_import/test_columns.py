"""The columns of a Kibé delivery, as documented: order, labels, kinds and limits."""

import pytest

from .kit import const

PERSON = """
{0}_id {title} ID|id{required}
{0}_lastname {0} nom|text 64
{0}_firstname {0} {firstname}|text 64
{0}_street {upper} adresse 1|text 128
{0}_street2 {upper} adresse 2|text 128
{0}_zip {0} npa|npa
{0}_employer {0} Employeur|text 128
{0}_accounting_ref {0} ID Compta|text 32
"""
COLUMNS = {
    ("enfants", 16, 12, "kibe_id"): """
kibe_id enfant ID|id!
lastname e nom|text 64
firstname e prenom|text 64
gender Sexe|gender
birthdate e naissance|date
language_id Langue maternelle|language
registration_date Date inscription|date
authority_id Autorité parentale|authority
status_id Etat inscription|status
departure_date Date départ|date
departure_reason Motif départ|text 128
main_id Parent principal ID|id!
street PP adresse 1|text 128
street2 PP adresse 2|text 128
zip pp npa|npa
partner_id partenaire ID|id
""",
    ("intervenants", 18, 3, None): PERSON.format(
        "pp", title="parent principal", upper="PP", firstname="prenom", required="!"
    )
    + PERSON.format(
        "pa", title="partenaire", upper="pa", firstname="prénom", required=""
    )
    + """
pp_income r parent|income?
pa_income r partenaire|income?
""",
    ("contrats", 9, 2, "child_id"): """
child_id enfant ID|id!
main_id parent principal ID|id!
email pp Email privé|email
de_id débiteur ID|id
de_lastname de nom|text 64
de_firstname de prénom|text 64
de_street de adresse 1|text 128
de_street2 de adresse 2|text 128
de_zip de npa|npa
de_accounting_ref de ID Compta|text 32
""",
    ("intervenantsdata", 12, 1, None): """
kibe_id intervenant ID|id!
courtesy Politesse courrier|courtesy
phone_private Téléphone privé|phone 64
phone_work Téléphone professionel|phone 64
phone_mobile Natel|phone 64
email Email privé|email
email_work Email professionnel|email
civil_status Etat civil|civil
function Profession|text 128
employer Employeur|text 128
activity_rate Taux|rate
place_of_origin Origine|text 128
""",
    ("prestations", 9, 5, "child_id"): """
structure Groupe de structure ID|id!
child_id enfant ID|id!
group c groupe|name!
date_from pr date début|date
date_to pr date fin|date
hour_from pr heure début|time
hour_to pr heure fin|time
weekday pr jour de la semaine|weekday
code pr code|name
""",
}


def written(column):
    kind = column.kind
    if kind in ("text", "phone"):
        kind += f" {column.size}"
    marks = "!" * column.required + "?" * column.confidential
    return f"{column.key} {column.label}|{kind}{marks}"


@pytest.mark.parametrize("told", COLUMNS, ids=lambda told: told[0])
def test_columns(told):
    spec = const.SPECS[told[0]]
    assert (spec.name, spec.minimum, spec.cells, spec.child) == told
    assert spec.file == f"{told[0]}.csv"
    lines = [line for line in COLUMNS[told].splitlines() if line]
    assert [written(column) for column in spec.columns] == lines


def test_limits_that_are_documented():
    assert const.MAX_ROWS == 200_000
    assert const.MAX_ARCHIVE == 20 * 1024**2
