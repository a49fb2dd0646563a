"""The lists of Primmo, and SOFI's side of the same people, for one residence.

Who lives in which room is worked out from the room's number, as in `sofi`. A few differ
on the two sides: that is what a synchronization is for.
"""

import base64
import csv
import io
import sys
from datetime import date

from .. import paths
from . import sofi

# SOFI's simulator runs without Odoo: only the rules of the NAM are wanted.
sys.path.insert(0, str(paths.ROOT / "addons" / "sofi_primmo"))
from core import nam, service_code, unit_price  # noqa: E402

OCCUPANTS = ("Autonome", "Semi-autonome", "Soins")
BUILDING = "Aile principale"
#: rooms whose people are other on the two sides
MOVED, NEW, GONE = 7, 11, 13
WOMEN = {"Jeannine", "Thérèse", "Huguette", "Rita"}


def rooms(count):
    """Return the rooms where somebody lives: the first half of them."""
    return range(count // 2)


def person(room):
    """Return who lives in a room, as Primmo knows them."""
    first = sofi.FIRST[room // len(sofi.LAST) % len(sofi.FIRST)]
    last = sofi.LAST[room % len(sofi.LAST)]
    sex = "F" if first in WOMEN else "M"
    born = date(1932 + room % 14, 1 + room % 12, 1 + room * 7 % 28)
    month = born.month + (50 if sex == "F" else 0)
    known = f"{nam.letters(last)}{nam.letters(first)[0]}"
    number = f"{known}{born:%y}{month:02}{born:%d}1"
    return {
        "Numéro": f"T{room:05d}",
        "Nom": last,
        "Prénom": first,
        "Sexe": sex,
        "Date de naissance": str(born),
        "Langue": "Fr",
        "Accepté": "Oui",
        "Date de possession": "2024-07-01",
        # two have none, and one has one that cannot be
        "NAM": {5: "", 17: "", 9: "ROYX99999999"}.get(
            room, f"{number}{nam.check_digit(number, born, sex)}"
        ),
        "Expiration": f"{2027 + room % 3}-{1 + room % 12:02}",
        "Unité": str(101 + room),
        "Immeuble": BUILDING,
        "Type d'occupant": OCCUPANTS[room % len(OCCUPANTS)],
    }


def lists(count):
    """Return the lists that Primmo exports of a residence.

    :param int count: of its rooms
    :return: {kind: rows as dicts}, in the order in which they are imported
    """
    return {
        "building": [{"Immeuble": BUILDING, "Classe": "RPA; SOFI"}],
        "occupant_type": [{"Type d'occupant": name} for name in OCCUPANTS],
        "unit": [
            {"Unité": str(101 + room), "Immeuble": BUILDING} for room in range(count)
        ],
        "service": [
            {"Code": code, "Description": french, "Prix": monthly(code, cents)}
            for code, french, _english, cents in sofi.SERVICES
        ],
        "tenant": [person(room) for room in rooms(count)],
    }


def monthly(code, cents):
    """Return the price of a month of a service that costs some cents each time."""
    return f"{cents * unit_price.divisor(service_code.parse(code)) / 100:.2f}"


def file(rows):
    """Return a list as the CSV file that Primmo writes, in base64."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerows([list(rows[0]), *(row.values() for row in rows)])
    return base64.b64encode(text.getvalue().encode("cp1252"))


def site(count):
    """Return what SOFI has of a residence, beside its charges.

    :param int count: of its rooms
    :return: entries of the simulator's residence
    """
    return {
        "accommodation_types": [
            {
                "id": str(place),
                "position": place,
                "description_fr": name,
                "description_en": name,
                "active": True,
            }
            for place, name in enumerate(OCCUPANTS, 1)
        ],
        "units": [{"id": "1", "name": BUILDING, "default_accommodation_type_id": "1"}],
        "rooms": [
            {
                "id": str(room),
                "number": str(101 + room),
                "unit_id": "1",
                "default_accommodation_type_id": None,
                "active": True,
            }
            for room in range(count)
        ],
        "residents": [
            _resident(room) for room in rooms(count) if room not in (NEW, GONE)
        ],
        "services": [
            {
                "id": code,
                "code": code,
                "type": "sac",
                "frq": None,
                "frh": None,
                "duration": None,
                "unit_price": f"{(cents + 50 * (code == '200410')) / 100:.2f}",
                "description_fr": french,
                "description_en": english,
                "active": True,
            }
            for code, french, english, cents in sofi.SERVICES
        ],
    }


def _resident(room):
    known = person(room)
    return {
        "id": str(room),
        "external_id": known["Numéro"],
        "last_name": known["Nom"],
        "first_name": known["Prénom"],
        "sex": known["Sexe"],
        "birth_date": known["Date de naissance"],
        "language": known["Langue"],
        "nam": known["NAM"] or None,
        "nam_expiry": known["Expiration"],
        "room_id": str(room + (room == MOVED)),
        "accommodation_type_id": str(1 + room % len(OCCUPANTS)),
        "entry_date": known["Date de possession"],
        "status": "active",
    }
