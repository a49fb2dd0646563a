"""A FHIR bundle or NDJSON file -> resources by kind, in the order they depend."""

import json

from . import const
from .bundle_stream import WINDOW, read_entries
from .client import dumps, loads
from .exceptions import UnreadableAnswer, UnreadableResource
from .fhir_read_claim import claim_uuid_of_response
from .fhir_values import first_code
from .transport import SHAPE_ERRORS, Page, read_into

MAX_BYTES = 512 * 1024 * 1024
KIND_OF_RESOURCE = {name: kind for kind, name in const.RESOURCE_OF_KIND.items()}


def split(content):
    """Sort the resources of a file.

    :param bytes content: a Bundle, one resource, or one of these per line (NDJSON)
    :return: ({kind: [JSON line, …]} in the order of `const.KINDS`, {type: number of
        resources left out}); a line of kind claim holds claim and response
    :raises UnreadableAnswer: not JSON, not FHIR or too large; `row` is the line
    """
    if len(content) > MAX_BYTES:
        raise UnreadableAnswer(f"> {MAX_BYTES} bytes", code="too_large")
    groups, ignored = {kind: [] for kind in const.KINDS}, {}
    claims, answers = [], {}
    for resource in _resources(content):
        name = resource["resourceType"]
        kind = _kind(resource)
        # text takes a tenth of the memory of what was read of it
        line = dumps(resource).encode()
        if name == "ClaimResponse" and (claim := _claim_of(resource)):
            answers[claim] = line
        elif kind == "claim":
            claims.append((str(resource.get("id")), line))
        elif kind:
            groups[kind].append(line)
        else:
            ignored[name] = ignored.get(name, 0) + 1
    groups["claim"] = [
        b'{"claim":%b,"response":%b}' % (line, answers.pop(claim, b"null"))
        for claim, line in claims
    ]
    if answers:
        ignored["ClaimResponse"] = len(answers)
    return {kind: lines for kind, lines in groups.items() if lines}, ignored


def read_resources(kind, content, currencies=None):
    """Read lines made by `split`.

    :rtype: Page
    """
    page = Page()
    for position, line in enumerate(content.splitlines()):
        resource, answer = loads(line), None
        if kind == "claim":
            resource, answer = resource["claim"], resource["response"]
        read_into(page, kind, resource, position, currencies, answer)
        page.seen += 1
    return page


def _kind(resource):
    """Kind of a resource, None for those that are of no use here."""
    name = resource["resourceType"]
    try:
        codes = {first_code(concept) for concept in _list(resource.get("type"))}
    except SHAPE_ERRORS:
        codes = set()  # reading it will say what is wrong
    if name == "Organization" and codes & {"bus", "ins"}:
        return None
    if name == "Invoice" and codes & {"contribution", "contract"}:
        return None  # a receivable of openIMIS
    return KIND_OF_RESOURCE.get(name)


def _claim_of(answer):
    """UUID of the claim a ClaimResponse answers, None when it does not tell."""
    try:
        return claim_uuid_of_response(answer)
    except (UnreadableResource, *SHAPE_ERRORS):
        return None


def _list(value):
    return value if isinstance(value, list) else [value] if value else []


def _resources(content):
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    if len(text) > WINDOW:
        yield from _large(text)
        return
    try:
        yield from _flatten(loads(text), 1)
        return
    except UnreadableAnswer as error:
        if b"\n" not in text or getattr(error, "row", None):
            raise
    yield from _lines(text)


def _large(text):
    """Read a file that is not parsed as a whole: that would fill the memory."""
    encoding = json.detect_encoding(text)
    if not encoding.startswith("utf-8"):
        try:
            text = text.decode(encoding).encode()
        except UnicodeError:
            raise UnreadableAnswer(encoding) from None
    if _is_whole(text[: text.find(b"\n") + 1].strip()):
        yield from _lines(text)
    else:
        yield from _entries(text, 1)


def _is_whole(line):
    """Tell whether a line is a value of its own, so that the file has one per line."""
    if len(line) > WINDOW:
        return line.endswith(b"}")
    try:
        loads(line)
    except UnreadableAnswer:
        return False
    return True


def _lines(text):
    row, start = 0, 0
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        row, line = row + 1, text[start:end].strip()
        start = end + 1
        if len(line) > WINDOW:
            yield from _entries(line, row)
        elif line:
            yield from _line(line, row)


def _entries(content, row):
    try:
        for entry in read_entries(content):
            yield from _entry(entry, row)
    except UnreadableAnswer as error:
        error.row = getattr(error, "row", None) or row
        raise


def _line(line, row):
    try:
        value = loads(line)
    except UnreadableAnswer as error:
        error.row = row
        raise
    yield from _flatten(value, row)


def _flatten(value, row):
    if not isinstance(value, dict) or not isinstance(value.get("resourceType"), str):
        error = UnreadableAnswer("resourceType")
        error.row = row
        raise error
    if value["resourceType"] != "Bundle":
        yield value
        return
    for entry in _list(value.get("entry")):
        yield from _entry(entry, row)


def _entry(entry, row):
    resource = entry.get("resource") if isinstance(entry, dict) else None
    if resource:
        yield from _flatten(resource, row)
