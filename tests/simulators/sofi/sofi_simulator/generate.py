"""Invented residences of any size, for benches and page tests."""

KEY, SECRET = "BENC0000BBBB1111CCCC", "benchbenchbenchbenchbenchbenchbenchbench"
_RIGHTS = ["admin:view", "bill:view", "general:view"]


def residence(name, charges, residents=100):
    """Return a residence with accepted charges.

    :param str name: shown as the residence's name
    :param int charges: how many
    :param int residents: over how many residents they spread
    :rtype: dict
    """
    return {
        "id": f"R-{name}",
        "name": name,
        "timezone": "America/Toronto",
        "users": [{"key": KEY, "secret": SECRET, "rights": _RIGHTS}],
        "charges": [charge(number, residents) for number in range(1, charges + 1)],
    }


def charge(number, residents=100):
    """Return one invented accepted charge."""
    person = number % residents
    cents = 500 + number % 4000
    price = f"{cents // 100}.{cents % 100:02d}"
    return {
        "id": f"{number:08d}",
        "status": "accepted",
        "service_date": f"2025-10-{number % 28 + 1:02d}T14:05:00Z",
        "resident": {
            "id": str(person),
            "external_id": f"T{person:05d}",
            "last_name": f"Nom{person}",
            "first_name": "Prénom",
            "room_number": str(person),
        },
        "service": {
            "id": "31",
            "code": "200120",
            "description_fr": "Aide au bain",
            "description_en": "Bath assistance",
        },
        "quantity": "1.00",
        "unit_price": price,
        "amount": price,
        "discount": "0.00",
        "currency": "CAD",
    }
