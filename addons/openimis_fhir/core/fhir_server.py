"""What our FHIR server can do, and bundles of what it found."""

from . import const
from .fhir_elements import filled

#: resource -> (interactions, {search parameter: type})
SERVED = {
    "Invoice": (
        ("read", "search-type", "history-type", "history-instance"),
        {
            "_id": "token",
            "_lastUpdated": "date",
            "identifier": "token",
            "date": "date",
            "status": "token",
            "type": "token",
            "recipient": "reference",
            "issuer": "reference",
            "subject": "reference",
        },
    ),
    "ChargeItem": (("read", "search-type"), {"_id": "token", "invoice": "reference"}),
    "PaymentNotice": (
        ("read", "search-type", "create"),
        {
            "_id": "token",
            "_lastUpdated": "date",
            "identifier": "token",
            "request": "reference",
            "status": "token",
        },
    ),
    "PaymentReconciliation": (
        ("read", "search-type"),
        {"_id": "token", "_lastUpdated": "date"},
    ),
    "Organization": (
        ("read", "search-type"),
        {
            "_id": "token",
            "_lastUpdated": "date",
            "identifier": "token",
            "name": "string",
        },
    ),
    "Claim": (
        ("read", "search-type"),
        {"_id": "token", "_lastUpdated": "date", "identifier": "token"},
    ),
}
SORTABLE = {"_id": "id", "_lastUpdated": "_lastUpdated", "date": "date"}


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
                "parameters: _count, _sort; _summary and _elements wherever is read.",
                "security": {
                    "cors": False,
                    "description": "Authorization: Bearer <API key of a user>; the "
                    "rights of that user apply.",
                },
                "resource": [
                    _resource(name, *served) for name, served in SERVED.items()
                ],
            }
        ],
    }


def _resource(name, interactions, parameters):
    return filled(
        {
            "type": name,
            "supportedProfile": [const.BILL_PROFILE] if name == "Invoice" else None,
            "interaction": [{"code": code} for code in interactions],
            "versioning": "versioned" if name == "Invoice" else "no-version",
            "searchParam": [
                {"name": parameter, "type": kind}
                for parameter, kind in parameters.items()
            ],
        }
    )


def searchset(total, links, entries):
    """Bundle of search results.

    :param int total: matches in all
    :param links: list of (relation, url)
    :param entries: list of (full url, resource)
    """
    return filled(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": total,
            "link": [{"relation": relation, "url": url} for relation, url in links],
            "entry": [
                {"fullUrl": url, "resource": resource, "search": {"mode": "match"}}
                for url, resource in entries
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
