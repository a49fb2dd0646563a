"""Deliveries of Kibé as a daycare of the Riviera would make them, one ZIP each.

:func:`archive` writes what :data:`FAMILIES` say; the runs are made by `deliver`.
"""

import base64
import io
import zipfile

from dateutil.relativedelta import relativedelta

from odoo.addons.kibe_import.core import const

#: number, family, mother, father, street, NPA, monthly incomes, children as
#: (first name, sex, months of age today, group, weekdays, code of the days)
FAMILIES = (
    (
        *(41010, "Jaquet", "Valérie", "Damien", "Chemin Vert 5", "1800"),
        (4200, 3600),
        (("Zoé", "féminin", 20, "Trotteurs", ("lu", "ma", "je"), "JOURNEE"),),
    ),
    (
        *(41020, "Tavares", "Sofia", "Nuno", "Rue du Collège 9", "1800"),
        (3100, 2900),
        (
            ("Mia", "féminin", 34, "Grands", ("lu", "me", "ve"), "JOURNEE"),
            ("Leo", "masculin", 11, "Bébés", ("lu", "me"), "MATIN"),
        ),
    ),
    (
        *(41030, "Blanc", "Mireille", "", "Avenue du Léman 27", "1800"),
        (4700,),
        (("Nils", "masculin", 41, "Grands", ("ma", "je", "ve"), "JOURNEE"),),
    ),
    (
        *(41040, "Aebi", "Regula", "Thomas", "Route de Châtel 3", "1800"),
        (6900, 5400),
        (("Anouk", "féminin", 9, "Bébés", ("ma", "me", "je"), "JOURNEE"),),
    ),
    (
        *(41050, "Mottet", "Cindy", "Kevin", "Rue des Deux-Marchés 18", "1800"),
        (3900, 4100),
        (("Ethan", "masculin", 25, "Trotteurs", ("lu", "ve"), "JOURNEE"),),
    ),
)
GROUPS = {"Bébés": "NUR1", "Trotteurs": "TRO1", "Grands": "GRA1"}
CODES = {
    "JOURNEE": ("1,2,3,4,5,6", "06:30:00", "18:30:00"),
    "MATIN": ("1,2,3", "06:30:00", "11:00:00"),
    "APRESMIDI": ("4,5,6", "12:30:00", "18:30:00"),
}
STRUCTURE = "300"
#: how many families stand in the first delivery
FIRST = 3
SHEETS = (
    const.ENFANTS,
    const.INTERVENANTS,
    const.CONTRATS,
    const.INTERVENANTSDATA,
    const.PRESTATIONS,
)


#: who moved since the first delivery
MOVED = {41030: "Rue de la Gare 2"}


def archive(today, since, count, wrong=False):
    """Return a delivery as Kibé writes it.

    :param date today: ages are reckoned from this day
    :param since: first day of the placements of each family
    :param int count: how many families stand in it
    :param bool wrong: with the mistakes that offices make
    :rtype: bytes
    """
    rows = {sheet.name: [] for sheet in SHEETS}
    for family, begin in zip(FAMILIES[:count], since, strict=False):
        _family(rows, family, today, begin, MOVED if count > FIRST else {})
    if wrong:
        rows["prestations"][0][2] = "Trotteur du haut"  # a group nobody knows
        rows["enfants"][-1][14] = "1999"  # no such postcode
        rows["intervenants"][1][16] = "3'1OO"  # a letter for a zero
        rows["contrats"][-1][2] = "cindy.mottet@"
    content = {
        f"{sheet.name}.csv": "".join(
            ";".join(map(str, row)) + "\r\n"
            for row in ([c.label for c in sheet.columns], *rows[sheet.name])
        )
        for sheet in SHEETS
    }
    content["groups.xml"] = _mapping(
        "Groups",
        (
            f'<Group GroupSaiId="{code}" StructureKibeId="{STRUCTURE}" '
            f'GroupKibeId="{name}"/>'
            for name, code in GROUPS.items()
        ),
    )
    content["slots.xml"] = _mapping(
        "Slots",
        (
            f'<Slot CodeKibeId="{code}" SlotSaiId="{slots}"/>'
            for code, (slots, _begin, _end) in CODES.items()
        ),
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in content.items():
            packed.writestr(name, text.encode("iso-8859-1"))
    return file.getvalue()


def _mapping(root, entries):
    lines = ['<?xml version="1.0" encoding="ISO-8859-1"?>', f"<{root}>", *entries]
    return "\n".join([*lines, f"</{root}>", ""])


def _family(rows, family, today, since, moved):
    number, name, mother, father, street, npa, incomes, children = family
    street = moved.get(number, street)
    main, partner = number + 1, number + 2 if father else ""
    home = (street, "", npa)
    second = (partner, name, father, *home, "", "") if father else ("",) * 8
    paid = (*incomes, "")[:2]
    rows["intervenants"].append(
        [main, name, mother, *home, "", "", *second, *map(str, paid)]
    )
    mail = f"{mother}.{name}@example.com".lower()
    for person, title in ((main, "Madame"), (partner, "Monsieur")):
        if person:
            phone = f"079 555 {number % 100:02} {person % 100:02}"
            rows["intervenantsdata"].append(
                [person, title, "", "", phone, mail, "", "", "", "", "", ""]
            )
    until = today.replace(day=1) + relativedelta(years=1, day=31)
    for place, (first, sex, age, group, weekdays, code) in enumerate(children, 3):
        child = number + place
        born = today - relativedelta(months=age, days=number % 19)
        rows["enfants"].append(
            [child, name, first, sex, _date(born), "Français", _date(since)]
            + ["", "", "", "", main, *home, partner]
        )
        rows["contrats"].append(
            [child, main, mail, main, name, mother, *home, ""],
        )
        _slots, begin, end = CODES[code]
        rows["prestations"] += [
            [STRUCTURE, child, group, _date(since), _date(until), begin, end, day, code]
            for day in weekdays
        ]


def _date(day):
    return f"{day:%d.%m.%Y}"


def deliver(env, name, content, date_journal, operation=None):
    """Bring a delivery in, and go as far with it as the office went.

    :param env: of the office
    :param str name: of the file
    :param bytes content: the ZIP
    :param date date_journal: from when incomes and payers count
    :param str operation: `test`, `create` or `overwrite`; None leaves it untouched
    :return: the import
    """
    delivery = env["kibe.import"].create(
        {
            "archive": base64.b64encode(content),
            "archive_name": name,
            "date_journal": date_journal,
        }
    )
    inline = delivery.with_context(exchange_inline=True)
    if operation:
        inline.action_test()
    if operation in ("create", "overwrite"):
        inline.confirm_warnings = True
        inline.action_generate() if operation == "create" else inline.action_overwrite()
        if not delivery.imported:
            raise ValueError(delivery.exchange_message_ids.mapped("text"))
    return delivery
