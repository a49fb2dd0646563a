"""Elements that every resource is made of."""

from uuid import UUID

from . import const


def meta(updated, version=None, profile=None):
    """Meta of a resource.

    :param updated: aware datetime of the last change, or None
    :param version: number of the version, None where none are kept
    :param profile: canonical URLs of the profiles the resource keeps
    :rtype: dict
    """
    return filled(
        {
            "versionId": str(version) if version else None,
            "lastUpdated": updated,
            "profile": profile,
        }
    )


def identifier(code, system, value):
    """Identifier typed by openIMIS' code system.

    :param str code: what kind of identifier, e.g. `UUID` or `Code`
    :param str system: naming system, or None
    :param str value: the identifier itself
    :rtype: dict
    """
    return filled(
        {
            "type": {"coding": [{"system": const.IDENTIFIER_TYPES, "code": code}]},
            "system": system,
            "value": value,
        }
    )


def identifiers(key, system=None, code=None):
    """Identifiers of a record: its UUID, if openIMIS gave it one, and its code.

    :param str key: id of the resource; a record of ours has a number in it, no UUID
    :param str system: naming system of the code
    :param str code: number or code of the record, or None
    :rtype: list[dict]
    """
    found = [identifier("UUID", None, key)] if is_uuid(key) else []
    return [*found, identifier("Code", system, code)] if code else found


def is_uuid(text):
    """Whether a text is a UUID.

    :rtype: bool
    """
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def concept(system, code, display=None):
    """CodeableConcept with one coding.

    :param str system: code system
    :param str code: of that system
    :param str display: what the code means, or None
    :rtype: dict
    """
    return {"coding": [filled({"system": system, "code": code, "display": display})]}


def money(value, currency):
    """Money element.

    :param Decimal value: exact amount in that currency
    :param str currency: ISO 4217 code
    :rtype: dict
    """
    return {"value": value, "currency": currency}


def party(party):
    """Reference to a party, by its UUID too where it has one.

    :param outgoing.Party party: or None
    :return: Reference, None without a party
    :rtype: dict | None
    """
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
