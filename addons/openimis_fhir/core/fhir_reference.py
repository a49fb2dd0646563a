"""What a FHIR reference of a caller points at."""

import re

#: Type/id, with or without a version
LITERAL = re.compile(
    r"(?P<kind>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9.-]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?"
)


def literal_id(reference, base, kinds):
    """Id that a literal reference names, of one of these kinds at this server.

    Relative, absolute below our own base, with or without a version. What belongs to
    another server, or is of another kind, is none of ours, whatever its id.

    :param str reference: `Reference.reference`
    :param str base: FHIR base of this server, without trailing slash
    :param kinds: names of resources
    :return: (id, version or None); None where it is none of ours
    :rtype: tuple[str, str | None] | None
    """
    if not isinstance(reference, str):
        return None
    match = LITERAL.fullmatch(reference.removeprefix(f"{base}/"))
    if not match or match["kind"] not in kinds:
        return None
    return match["id"], match["version"]


def logical_id(reference):
    """(system, value) of the identifier a reference carries, without a literal one.

    :param dict reference: Reference
    :rtype: tuple[str, str] | None
    """
    identifier = reference.get("identifier")
    value = identifier.get("value") if isinstance(identifier, dict) else None
    system = identifier.get("system") if isinstance(identifier, dict) else None
    if not isinstance(value, str) or not value or not isinstance(system, str | None):
        return None
    return system or "", value


def searched_id(value):
    """(kind or None, id) that the value of a reference parameter names.

    :param str value: `id`, `Kind/id` or an absolute address, with or without version
    :rtype: tuple[str | None, str]
    """
    parts = value.rstrip("/").split("/")
    if len(parts) > 3 and parts[-2] == "_history":
        parts = parts[:-2]
    return parts[-2] if len(parts) > 1 else None, parts[-1]
