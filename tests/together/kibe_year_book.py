"""A village as Kibé knows it, its deliveries, and what its families owe.

Plain values and fractions: nothing here is of the addons, which are compared with it.
The first part of the script that `test_kibe_year.py` runs in Odoo's shell.
"""

import csv
import io
import zipfile
from calendar import monthrange
from datetime import date
from fractions import Fraction

YEAR = 2025
PRICES = ((0, "40.50"), (3000, "48.50"), (5000, "81.00"), (6500, "98.00"))
SHARES = {1: 10, 2: 15, 3: 25, 4: 20, 5: 15, 6: 15}
SLOTS = {"Pré : JOURNEE": (1, 2, 3, 4, 5, 6), "Pré : MATIN": (1, 2, 3)}
CLOCKS = {"Pré : JOURNEE": ("07:00:00", "18:15:00"), "Pré : MATIN": ("06:30", "10:15")}
WEEK = ("lu", "ma", "me", "je", "ve", "sa", "di")
CONFIDENTIAL = 999999
HEADS = {
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
GROUPS = """<?xml version="1.0" encoding="ISO-8859-1"?>
<Groups>
 <Group GroupSaiId="NUR1" StructureKibeId="100" GroupKibeId="Nurserie"/>
 <Group GroupSaiId="PAR1" StructureKibeId="100" GroupKibeId="Ecoliers"/>
</Groups>"""
CODES = """<?xml version="1.0" encoding="ISO-8859-1"?>
<Slots>
 <Slot CodeKibeId="Pré : MATIN" SlotSaiId="1,2,3" />
 <Slot CodeKibeId="Pré : JOURNEE" SlotSaiId="1,2,3,4,5,6" />
 <Slot CodeKibeId="Para : Journée" SlotSaiId="" />
</Slots>"""


def half_up(amount, step="0.05"):
    steps = Fraction(amount) / Fraction(step) + Fraction(1, 2)
    return steps.numerator // steps.denominator * Fraction(step)


def minutes(clock):
    hour, minute = clock.split(":")[:2]
    return 60 * int(hour) + int(minute)


def written(day):
    return f"{day:%d.%m.%Y}"


class Village:
    """Who lives there, what Kibé knows of them, and what has been billed.

    :ivar parents: id → (name, first name, e-mail, postcode)
    :ivar children: id → dict of `name`, `main`, `partner`, `born`, `group`, `pages`
        (begin, end, {weekday: code or (from, to)}) and `debtor`
    :ivar third: id → (name, e-mail or "", postcode)
    :ivar incomes: parent → [(day it counts from, francs a month)]
    :ivar debtors: child → [(day it counts from, who pays)]
    :ivar billed: (debtor, child, month) → francs
    """

    def __init__(self):
        self.parents, self.children, self.third = {}, {}, {}
        self.now, self.incomes, self.debtors, self.billed = {}, {}, {}, {}
        self.gone = set()

    # === WHAT A DELIVERY TELLS ===

    def learn(self, month):
        """Note what counts from a month on, as the journal date of a delivery does."""
        day = date(YEAR, month, 1)
        for parent, income in self.now.items():
            pages = self.incomes.setdefault(parent, [])
            if not pages or pages[-1][1] != income:
                pages.append((day, income))
        for name, child in self.children.items():
            pages = self.debtors.setdefault(name, [])
            if not pages or pages[-1][1] != child["debtor"]:
                pages.append((day, child["debtor"]))

    def tables(self):
        """Return {file: rows} as Kibé exports them."""
        here = {k: c for k, c in self.children.items() if k not in self.gone}
        mains = {c["main"]: c["partner"] for c in here.values()}
        return {
            "enfants": [self._child(key, child) for key, child in here.items()],
            "intervenants": [self._couple(*couple) for couple in mains.items()],
            "contrats": [self._contract(key, child) for key, child in here.items()],
            "intervenantsdata": [
                [key, "", "", "", "", self.parents[key][2], *[""] * 6]
                for couple in mains.items()
                for key in filter(None, couple)
            ],
            "prestations": [row for key in here for row in self._plan(key)],
        }

    def _child(self, key, child):
        first, last = child["name"]
        born = written(child["born"])
        return [
            *(key, last, first, "weiblich", born, "Français", "", "", "", "", ""),
            *(child["main"], *self._address(child["main"]), child["partner"] or ""),
        ]

    def _address(self, parent):
        return ("Rue du Lac 1", "", self.parents[parent][3])

    def _couple(self, main, partner):
        row = []
        for key in (main, partner):
            if key:
                name, first = self.parents[key][:2]
                row += [key, name, first, *self._address(key), "", f"K{key}"]
            else:
                row += [""] * 8
        row += [self.now.get(main, ""), self.now.get(partner, "")]
        return row

    def _contract(self, key, child):
        row = [key, child["main"], self.parents[child["main"]][2], child["debtor"]]
        if child["debtor"] in self.third:
            name, _email, zip_code = self.third[child["debtor"]]
            row += [name, "", "Place du Bourg 3", "", zip_code, ""]
        return row + [""] * (10 - len(row))

    def _plan(self, key):
        child = self.children[key]
        for begin, end, week in child["pages"]:
            for day, booked in week.items():
                code = booked if isinstance(booked, str) else "Para : Journée"
                clocks = CLOCKS[code] if code in CLOCKS else booked
                dates = written(begin), written(end)
                yield ["100", key, child["group"], *dates, *clocks, WEEK[day], code]

    # === WHAT FAMILIES OWE ===

    def _price(self, child, first):
        income = Fraction(0)
        for parent in filter(None, (child["main"], child["partner"])):
            begun = [page for page in self.incomes.get(parent, []) if page[0] <= first]
            if begun and begun[-1][1] == CONFIDENTIAL:
                return Fraction(PRICES[-1][1])
            income += Fraction(begun[-1][1]) if begun else 0
        return Fraction([price for start, price in PRICES if start <= income][-1])

    def _days(self, child, month):
        """Return the share of a day of each day of a month that is reserved."""
        found = []
        for number in range(1, monthrange(YEAR, month)[1] + 1):
            day = date(YEAR, month, number)
            for begin, end, week in child["pages"]:
                booked = week.get(day.weekday())
                if booked and begin <= day <= end:
                    if isinstance(booked, str):
                        percent = sum(SHARES[slot] for slot in SLOTS[booked])
                        share = Fraction(percent, 100)
                    else:
                        share = Fraction(minutes(booked[1]) - minutes(booked[0]), 600)
                    found.append(min(share, Fraction(1)))
        return found

    def due(self, month):
        """Return {(debtor, child, month): francs} with today's data."""
        first, worth, owed = date(YEAR, month, 1), {}, {}
        for key, child in self.children.items():
            if days := self._days(child, month):
                worth[key] = self._price(child, first) * sum(days)
        for key in worth:
            child = self.children[key]
            family = [k for k in worth if self.children[k]["main"] == child["main"]]
            family.sort(key=lambda k: (-worth[k], self.children[k]["born"]))
            part = Fraction(7, 10) if family.index(key) else Fraction(1)
            price = self._price(child, first)
            pages = self.debtors[key]
            payer = [who for day, who in pages if day <= first] or [pages[0][1]]
            days = self._days(child, month)
            amount = sum(half_up(price * share * part) for share in days)
            owed[payer[-1], key, month] = amount
        return owed

    def bill(self, month):
        """Return {debtor: francs} of a month, corrections of former months included."""
        due = {}
        for number in range(1, month + 1):
            due.update(self.due(number))
        totals = {}
        for key in {*due, *self.billed}:
            change = due.get(key, 0) - self.billed.get(key, 0)
            if change:
                totals[key[0]] = totals.get(key[0], 0) + change
        self.billed = due
        return {debtor: total for debtor, total in totals.items() if total}

    def owed_by(self):
        """Return {(debtor, child): francs} of all that was billed."""
        total = {}
        for (debtor, child, _month), amount in self.billed.items():
            total[debtor, child] = total.get((debtor, child), 0) + amount
        return total


def packed(tables, **more):
    """Return a ZIP of the seven files.

    :param more: further members by name, `__` standing for the dot
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, rows in tables.items():
            text = io.StringIO()
            writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
            writer.writerows([HEADS[name].split(";"), *rows])
            archive.writestr(f"{name}.csv", text.getvalue().encode("windows-1252"))
        archive.writestr("groups.xml", GROUPS.encode("iso-8859-1"))
        archive.writestr("slots.xml", CODES.encode("iso-8859-1"))
        for name, content in more.items():
            archive.writestr(name.replace("__", "."), content)
    return stream.getvalue()


def found_village():
    """Return the village of the first delivery."""
    village = Village()
    village.parents = {
        "1001": ("Rossi", "Anna", "anna@rossi.example", "1920"),
        "1002": ("Rossi", "Luca", "", "1920"),
        "1003": ("Favre", "Zora", "pas de mail", "1000"),
        # typed with Alt+Enter in a spreadsheet
        "1004": ("Müller\n(divorcée)", "Eva", "eva@mueller.example", "1000"),
        "1005": ("Smith", "John", "john@smith.example", "1920"),
    }
    village.third = {
        "1900": ("Commune de Nyon", "", "1000"),
        "1901": ("Usine d'Annecy", "", "F-74200 Thonon"),
    }
    village.now = {
        "1001": 5400,
        "1002": 1200,
        "1003": 2950,
        "1004": 4100,
        "1005": CONFIDENTIAL,
    }
    first, last = date(YEAR, 1, 1), date(YEAR, 7, 31)
    for key, name, main, partner, age, group, week, debtor in (
        (
            *("10001", ("Ugo", "Rossi"), "1001", "1002", 3, "Nurserie"),
            *({0: "Pré : JOURNEE", 3: "Pré : MATIN"}, "1001"),
        ),
        (
            *("10002", ("Ida", "Rossi"), "1001", "1002", 6, "Ecoliers"),
            *({1: ("11:30:00", "12:35:00"), 3: ("11:30:00", "13:31:00")}, "1001"),
        ),
        (
            *("10003", ("Zoé", "Favre"), "1003", None, 2, "Nurserie"),
            *({2: "Pré : MATIN", 4: "Pré : JOURNEE"}, "1003"),
        ),
        (
            *("10004", ("Lea", "Müller"), "1004", None, 4, "Nurserie"),
            *({0: "Pré : MATIN", 1: "Pré : MATIN"}, "1004"),
        ),
        (
            *("10005", ("Kim", "Smith"), "1005", None, 7, "Ecoliers"),
            *({0: ("07:01:00", "12:40:00"), 4: ("15:50:00", "18:00:00")}, "1005"),
        ),
    ):
        village.children[key] = {
            "name": name,
            "main": main,
            "partner": partner,
            "born": date(YEAR - age, 5, 5),
            "group": group,
            "pages": [(first, last, week)],
            "debtor": debtor,
        }
    return village
