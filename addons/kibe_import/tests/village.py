"""Deliveries without errors, each another state of the same few families."""

import csv
import io
import random
import zipfile

from .common import SAMPLES

CODES = ("Pré : JOURNEE", "Pré : MATIN", "Nur : Journée", "Repas", "")
GROUPS = ("Nurserie", "Grand")
PERIODS = (
    ("01.03.2021", "01.12.2021"),
    ("01.01.2022", "31.12.2022"),
    ("01.06.2021", "31.12.9999"),
)
CHILDREN = [str(number) for number in range(10000, 10005)]
PARENTS = [str(number) for number in range(1001, 1006)]
DEBTORS = ("1901", "1902")


class Village:
    """Children, parents and debtors keep their names; all else may change or be blank.

    :param seed: the same one gives the same deliveries
    """

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.main = {}

    def delivery(self):
        """Return the next ZIP."""
        with zipfile.ZipFile(SAMPLES / "kibe_sample.zip") as archive:
            members = {i.filename: archive.read(i) for i in archive.infolist()}
        for name, rows in self._tables().items():
            header = members[f"{name}.csv"].splitlines()[0].decode("iso-8859-1")
            stream = io.StringIO()
            csv.writer(stream, delimiter=";").writerows([header.split(";"), *rows])
            members[f"{name}.csv"] = stream.getvalue().encode("iso-8859-1")
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name, raw in members.items():
                archive.writestr(name, raw)
        return stream.getvalue()

    def _tables(self):
        here = self._some(CHILDREN, 0.8)
        self.rng.shuffle(here)
        return {
            "enfants": [self._child(child) for child in here],
            "intervenants": [self._parent(parent) for parent in PARENTS],
            "contrats": [self._contract(child) for child in self._some(here, 0.5)],
            "intervenantsdata": [self._data(p) for p in self._some(PARENTS, 0.7)],
            "prestations": [row for child in here for row in self._planning(child)],
        }

    def _some(self, keys, share):
        return [key for key in keys if self.rng.random() < share]

    def _maybe(self, *values):
        return self.rng.choice(("", *values))

    def _child(self, child):
        self.main[child], partner = self.rng.sample(PARENTS, 2)
        names = (child, "Muster", f"Kind {child[-1]}")
        language = self._maybe("Français", "Allemand")
        return [
            *names,
            self._maybe("männlich", "weiblich"),
            "05.02.2020",
            *(language, "", "", self._maybe("30"), "", ""),
            self.main[child],
            *self._address(),
            self._maybe(partner),
        ]

    def _parent(self, parent):
        income = self._maybe("5000", "6000,50", "999999", "0")
        return [
            *(parent, "Muster", f"Eltern {parent[-1]}"),
            *self._address(),
            self._maybe("SAI", "xxx"),
            self._maybe(f"K{parent}"),
            *[""] * 8,
            *(income, ""),
        ]

    def _address(self):
        return (
            self._maybe("Rue 1", "Rue 2"),
            self._maybe("Bât. A", "???"),
            self._maybe("1920", "1000"),
        )

    def _contract(self, child):
        debtor = self.rng.choice(DEBTORS)
        main = self.main[child]
        third_party = (debtor, f"Ville {debtor}", "")
        return [
            *(child, main, self._maybe("a@example.org", "b@example.org")),
            *self.rng.choice((("", "", ""), third_party, (main, "", ""))),
            *(self._maybe("Place 1"), "", self._maybe("1920"), ""),
        ]

    def _data(self, parent):
        return [
            *(parent, self._maybe("Monsieur", "Madame")),
            *(self._maybe("021", "022"), "", self._maybe("079", "?")),
            *(self._maybe("c@example.org"), ""),
            *(self._maybe("Célibataire", "Marié"), "", self._maybe("PME")),
            *(self._maybe("50", "80 %"), ""),
        ]

    def _planning(self, child):
        rows = {}
        for _time in range(self.rng.randint(0, 5)):
            period = self.rng.choice(PERIODS)
            day = self.rng.choice(("lu", "ma", "me"))
            code = self.rng.choice(CODES)
            slots = code.startswith("Pré")
            group = "Nurserie" if slots else self.rng.choice(GROUPS)
            when = ("07:00:00", "18:15:00", day) if code else ("", "", "")
            rows[period, day, code] = ["100", child, group, *period, *when, code]
        return rows.values()
