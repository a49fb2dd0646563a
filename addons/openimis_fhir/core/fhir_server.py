"""What our FHIR server can do, and bundles of what it found."""

from . import const
from .fhir_elements import filled
from .fhir_served import SERVED, reverse_includes


def capability_statement(base, date, software_version):
    """CapabilityStatement of this server.

    :param str base: FHIR base
    :param date date: day of publication
    :rtype: dict
    """
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "openIMIS payables", "version": software_version},
        "implementation": {"description": "openIMIS payables", "url": base},
        "fhirVersion": const.FHIR_VERSION,
        "format": ["json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": f"OpenAPI: {base}/openapi.json. Besides the search "
                "parameters: _count, _sort (several keys), _include, _revinclude; "
                "_summary and _elements wherever is read.",
                "security": {
                    "cors": False,
                    "description": "Authorization: Bearer <API key of a user>; the "
                    "rights of that user apply.",
                },
                "resource": [
                    _resource(name, served) for name, served in SERVED.items()
                ],
            }
        ],
    }


def _resource(name, served):
    return filled(
        {
            "type": name,
            "supportedProfile": [const.BILL_PROFILE] if name == "Invoice" else None,
            "interaction": [{"code": code} for code in served.interactions],
            "versioning": "versioned"
            if "vread" in served.interactions
            else "no-version",
            "readHistory": False,
            "conditionalCreate": "create" in served.interactions,
            "searchInclude": [f"{name}:{parameter}" for parameter in served.includes()],
            "searchRevInclude": [
                f"{kind}:{parameter}" for kind, parameter in reverse_includes(name)
            ],
            "searchParam": [
                {
                    "name": parameter,
                    "type": known.kind,
                    "documentation": _documentation(known),
                }
                for parameter, known in served.parameters.items()
            ],
        }
    )


def _documentation(parameter):
    modifiers = ", ".join(f":{modifier}" for modifier in parameter.modifiers)
    return f"{parameter.text}. Modifiers: {modifiers}."


def searchset(total, links, entries, included=()):
    """Bundle of search results.

    :param int total: matches in all
    :param links: list of (relation, url)
    :param entries: list of (full url, resource)
    :param included: the same of what was asked for with them
    """
    return filled(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": total,
            "link": [{"relation": relation, "url": url} for relation, url in links],
            "entry": [
                {"fullUrl": url, "resource": resource, "search": {"mode": mode}}
                for mode, found in (("match", entries), ("include", included))
                for url, resource in found
            ],
        }
    )


def history(total, links, entries):
    """Bundle of changes, deletions as tombstones.

    :param int total: changes in all
    :param links: list of (relation, url)
    :param entries: list of (full url, relative url, version, moment, resource or None);
        without a resource the entry is a tombstone
    """
    return filled(
        {
            "resourceType": "Bundle",
            "type": "history",
            "total": total,
            "link": [{"relation": relation, "url": url} for relation, url in links],
            "entry": [_version(*entry) for entry in entries],
        }
    )


def _version(url, path, version, moment, resource):
    request = {"method": "PUT" if resource else "DELETE", "url": path}
    response = {
        "status": "200" if resource else "204",
        "etag": f'W/"{version}"',
        "lastModified": moment,
    }
    return filled(
        {"fullUrl": url, "resource": resource, "request": request, "response": response}
    )
