"""Elements that every resource is made of."""

from . import const


def meta(updated, version=None, profile=None):
    return filled(
        {
            "versionId": str(version) if version else None,
            "lastUpdated": updated,
            "profile": profile,
        }
    )


def identifier(code, system, value):
    return filled(
        {
            "type": {"coding": [{"system": const.IDENTIFIER_TYPES, "code": code}]},
            "system": system,
            "value": value,
        }
    )


def concept(system, code, display=None):
    return {"coding": [filled({"system": system, "code": code, "display": display})]}


def money(value, currency):
    return {"value": value, "currency": currency}


def party(party):
    if not party:
        return None
    return filled(
        {
            "reference": f"{party.kind}/{party.id}",
            "type": party.kind,
            "identifier": identifier("UUID", None, party.id)
            if party.has_uuid
            else None,
            "display": party.name,
        }
    )


def filled(element):
    """Without empty values: FHIR forbids null, empty text and empty lists."""
    return {
        key: value
        for key, value in element.items()
        if value is not None and value != "" and value != [] and value != {}
    }
