"""Deliveries of any size, the same for the same number of children."""

import io
import zipfile

GROUPS = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<Groups>'
    '<Group GroupSaiId="NUR1" StructureKibeId="100" GroupKibeId="Nurserie"/></Groups>'
)
SLOTS = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>\r\n<Slots>'
    '<Slot CodeKibeId="MATIN" SlotSaiId="1,2,3"/>'
    '<Slot CodeKibeId="JOURNEE" SlotSaiId=""/></Slots>'
)
HEADERS = {
    "enfants": "enfant ID;e nom;e prenom;Sexe;e naissance;Langue maternelle;"
    "Date inscription;Autorité parentale;Etat inscription;Date départ;Motif départ;"
    "Parent principal ID;PP adresse 1;PP adresse 2;pp npa;partenaire ID",
    "intervenants": "parent principal ID;pp nom;pp prenom;PP adresse 1;PP adresse 2;"
    "pp npa;pp Employeur;pp ID Compta;partenaire ID;pa nom;pa prénom;pa adresse 1;"
    "pa adresse 2;pa npa;pa Employeur;pa ID Compta;r parent;r partenaire",
    "contrats": "enfant ID;parent principal ID;pp Email privé;débiteur ID;de nom;"
    "de prénom;de adresse 1;de adresse 2;de npa;de ID Compta",
    "intervenantsdata": "intervenant ID;Politesse courrier;Téléphone privé;"
    "Téléphone professionel;Natel;Email privé;Email professionnel;Etat civil;"
    "Profession;Employeur;Taux;Origine",
    "prestations": "Groupe de structure ID;enfant ID;c groupe;pr date début;"
    "pr date fin;pr heure début;pr heure fin;pr jour de la semaine;pr code",
}
DAYS = ("lu", "ma", "je", "ve")


def delivery(children, years=3):
    """Return a ZIP: four guardians in five have a partner, twelve rows a child.

    :param int children: number of children
    :param int years: pages of each child, four rows each
    :return: bytes
    """
    lines = {name: [header] for name, header in HEADERS.items()}
    for number in range(children):
        _family(lines, number, years)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, rows in lines.items():
            archive.writestr(f"{name}.csv", "\r\n".join(rows).encode("iso-8859-1"))
        archive.writestr("groups.xml", GROUPS)
        archive.writestr("slots.xml", SLOTS)
    return stream.getvalue()


def _family(lines, number, years):
    child, parent, partner = 100000 + number, 300000 + number, 600000 + number
    couple = number % 5 != 4
    name, street = f"Nom{number}", f"Rue de la Gare {number % 90 + 1};"
    second = partner if couple else ""
    lines["enfants"].append(
        f"{child};{name};Enfant{number};weiblich;0{number % 9 + 1}.03.2020;Français;"
        f"01.01.2020;1;30;;;{parent};{street};1920;{second}"
    )
    half = f"{partner};{name};Paul;{street};1920;Usine;" if couple else ";;;;;;;"
    lines["intervenants"].append(
        f"{parent};{name};Anne;{street};1920;Atelier;A{number};{half};"
        f"{4000 + number % 3000};{'1500,50' if couple else ''}"
    )
    lines["contrats"].append(f"{child};{parent};p{number}@mail.ch;;;;;;;")
    lines["intervenantsdata"].append(
        f"{parent};Madame;026 000 {number % 90 + 10} 00;;079 000 00 00;;;"
        "marié;Employée;Atelier;80;Martigny"
    )
    for year in range(years):
        for day in DAYS:
            code = "MATIN" if day == "je" else "JOURNEE"
            hours = "06:30:00;10:45:00" if day == "je" else "07:00:00;18:15:00"
            lines["prestations"].append(
                f"100;{child};Nurserie;01.08.{2021 + year};31.07.{2022 + year};"
                f"{hours};{day};{code}"
            )
