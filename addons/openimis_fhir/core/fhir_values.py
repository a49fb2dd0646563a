"""Small readers for FHIR elements as openIMIS writes them (section 5).

Identifiers carry no `system` and are told apart by their type; some URLs carry a
double slash; some systems are relative: URLs are compared by their tail.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from ...exchange_run.core.clock import is_of_our_time
from .exceptions import UnreadableResource

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# "$" and other signs stand in openIMIS' core.currency where ISO is due
ISO_CURRENCY = re.compile(r"[A-Z]{3}")


def tail(url):
    """Last path segment of a URL or system: `a//b/unit-price` -> `unit-price`."""
    return (url or "").rstrip("/").rpartition("/")[2]


def normal_uuid(value):
    """Lower case, without braces or `urn:uuid:`; None when it is no UUID."""
    text = str(value or "").lower().removeprefix("urn:uuid:").strip("{} ")
    return text if UUID.fullmatch(text) else None


def identifier(resource, code):
    """Value of the identifier whose type has `code`, whatever the system; or None."""
    for entry in resource.get("identifier") or ():
        for coding in (entry.get("type") or {}).get("coding") or ():
            if coding.get("code") == code:
                return entry.get("value")
    return None


def uuid_of(resource):
    """openIMIS UUID of a resource: its UUID identifier, else its id.

    :raises UnreadableResource: when neither is a UUID
    """
    value = normal_uuid(identifier(resource, "UUID")) or normal_uuid(resource.get("id"))
    if not value:
        raise UnreadableResource(f"{resource.get('resourceType')}.identifier", "UUID")
    return value


def reference_id(reference):
    """Id a reference points at, tolerant of `ClaimV2/`, full URLs and identifiers."""
    if not reference:
        return None
    target = tail(reference.get("reference") or "")
    return normal_uuid(target) or normal_uuid(
        (reference.get("identifier") or {}).get("value")
    )


def reference_tail(reference):
    """Last part of a reference as written (Coverage points at the chf id)."""
    return tail((reference or {}).get("reference") or "") or None


def extensions(element, name):
    """All extensions of an element whose URL ends in `name`."""
    return [
        extension
        for extension in element.get("extension") or ()
        if tail(extension.get("url")) == name
    ]


def extension_code(element, name):
    """Code of the first codeable extension with that name, or None."""
    for extension in extensions(element, name):
        return first_code(extension.get("valueCodeableConcept"))
    return None


def first_code(concept):
    """First code of a CodeableConcept, or None."""
    for coding in (concept or {}).get("coding") or ():
        if coding.get("code") is not None:
            return str(coding["code"])
    return None


#: Exponent of no amount; beyond it adding up may overflow or take for ever.
MAX_EXPONENT = 60


def to_decimal(value, path="value"):
    """Exact amount from a JSON number or text; None stays None.

    :raises UnreadableResource: when it is not a finite number
    """
    if value is None or value == "" or value == "None":
        return None
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise UnreadableResource(path, value) from None
    if not number.is_finite() or abs(number.adjusted()) > MAX_EXPONENT:
        raise UnreadableResource(path, value)
    return number


def to_date(value, path="date"):
    """Date from a FHIR date or dateTime; None and partial dates give None/first day.

    :raises UnreadableResource: when it is no date, or one of another time
    """
    if not value:
        return None
    text = str(value)[:10]
    try:
        day = date.fromisoformat(
            text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text
        )
    except ValueError:
        raise UnreadableResource(path, value) from None
    if not is_of_our_time(day):
        raise UnreadableResource(path, value)
    return day


def iso_currency(code, replacements=None):
    """ISO 4217 code of what openIMIS calls a currency.

    :param str code: as received, e.g. `USD` or `$`
    :param dict replacements: configured mapping, e.g. `{"$": "USD"}`
    :return: three letters, or None when no currency is named
    :raises UnreadableResource: a sign whose meaning was not configured
    """
    code = (replacements or {}).get(code, code)
    if code and not ISO_CURRENCY.fullmatch(code):
        raise UnreadableResource("currency", code)
    return code or None


def money(element, path="amount"):
    """(amount, currency as written) of a Money element; (None, None) without."""
    if not element:
        return None, None
    return to_decimal(element.get("value"), path), element.get("currency")
