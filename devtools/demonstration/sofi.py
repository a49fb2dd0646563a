"""SOFI as the three residences of the demonstration have it: plain Python.

:data:`HOUSES` are the residences; :func:`evening` the services accepted on a day.
"""

import sys
from datetime import datetime, timedelta
from random import Random

from .. import paths

sys.path.insert(0, str(paths.TESTS / "simulators" / "sofi"))
from sofi_simulator.server import DEFAULT_PORT, Simulator  # noqa: E402,F401

KEY, SECRET = "DEMO0000BBBB1111CCCC", "demonstration-of-three-residences-000001"
RIGHTS = ["admin:view", "bill:view", "general:view", "general:edit"]
#: path, name, code, vendor number, rooms
HOUSES = (
    ("fleuve", "Résidence du Fleuve", "FLEUVE", "21", 60),
    ("jardins", "Les Jardins de Beauport", "JARDINS", "22", 45),
    ("pignons", "Manoir des Pignons", "PIGNONS", "23", 30),
)
#: code, French, English, price in cents
SERVICES = (
    ("200120", "Aide au bain", "Bath assistance", 1200),
    ("200130", "Aide à l'habillement", "Dressing assistance", 850),
    ("200210", "Distribution de médicaments", "Medication administration", 600),
    ("200310", "Entretien ménager", "Housekeeping", 2850),
    ("200320", "Buanderie", "Laundry", 1475),
    ("200410", "Repas à l'unité", "Meal tray", 1125),
)
LAST = ("Tremblay", "Gagnon", "Roy", "Côté", "Bouchard", "Gauthier", "Morin", "Lavoie")
NEW_ROOM = 52
#: how many nights the residences have been exported for
NIGHTS = 35
FIRST = ("Jeannine", "Réal", "Thérèse", "Gilles", "Huguette", "Fernand", "Rita", "Yvon")


def simulator(people, port=0, more=None):
    """Return a simulator of SOFI that has the residences, with no charge yet.

    :param people: function of a number of rooms that returns who lives there, and in
        what, as the simulator keeps it
    :param int port: to listen on; zero takes any
    :param dict more: further residences by their path
    :rtype: Simulator
    """
    sites = {house[0]: {**people(house[-1]), **_site(*house)} for house in HOUSES}
    return Simulator(port, {**(more or {}), **sites})


def _site(path, name, *_rest):
    return {
        "id": f"R-{path}",
        "name": name,
        "timezone": "America/Toronto",
        "users": [{"key": KEY, "secret": SECRET, "rights": RIGHTS}],
        "charges": [],
    }


def evening(sofi, date):
    """Let the residences accept the services of a day, always the same ones.

    :param Simulator sofi: with the residences
    :param date date: the day
    """
    dice = Random(date.toordinal())
    for place, (path, _name, _code, _vendor, rooms) in enumerate(HOUSES):
        charges = sofi.residence(path).charges
        for number in range(dice.randrange(4, rooms // 5)):
            identifier = f"{date:%y%m%d}{place}{number:03d}"
            charges[identifier] = _charge(identifier, date, rooms, dice)


def left_out(sofi, today):
    """Let SOFI still list what no night has exported: of who is not known to Primmo.

    :param Simulator sofi: with the residences
    :param date today: the day after the last night
    """
    for back in range(NIGHTS, 0, -1):
        evening(sofi, today - timedelta(days=back))
    for path, *_rest in HOUSES:
        charges = sofi.residence(path).charges
        for identifier, charge in list(charges.items()):
            if charge["resident"]["external_id"]:
                del charges[identifier]


def _charge(identifier, date, rooms, dice):
    room = dice.randrange(rooms)
    code, french, english, cents = dice.choice(SERVICES)
    quantity = dice.choice((1, 1, 1, 2))
    moment = datetime.combine(date, datetime.min.time()) + timedelta(hours=14)
    accepted = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    price, amount = (f"{n // 100}.{n % 100:02d}" for n in (cents, cents * quantity))
    return {
        "id": identifier,
        "status": "accepted",
        "service_date": accepted,
        "accepted_at": accepted,
        "resident": {
            "id": str(room),
            # One came in last week, and Primmo's number is not known yet.
            "external_id": "" if room == NEW_ROOM else f"T{room:05d}",
            "last_name": LAST[room % len(LAST)],
            "first_name": FIRST[room // len(LAST) % len(FIRST)],
            "room_number": str(101 + room),
        },
        "service": {
            "id": code,
            "code": code,
            "description_fr": french,
            "description_en": english,
        },
        "quantity": f"{quantity}.00",
        "unit_price": price,
        "amount": amount,
        "discount": "0.00",
        "currency": "CAD",
    }
