"""The FHIR server as OpenAPI 3 document, made of what `fhir_server` declares."""

from .const import FHIR_VERSION
from .fhir_search import MAX_COUNT
from .fhir_served import SERVED, reverse_includes
from .fhir_view import SUMMARIES

JSON = "application/fhir+json"
#: HTTP status -> when it is answered; with an OperationOutcome
ERRORS = {
    400: "Not understood: an unknown parameter, or a value of the wrong form",
    401: "No valid API key",
    403: "The key's user lacks the right",
    404: "Not known to the key's user",
    405: "Not offered for this resource",
    409: "The identifier was used for another payment",
    410: "Deleted",
    413: "The request is too large",
    415: "The request does not say that it is JSON",
    422: "Refused; `expression` names the element at fault; of a search: too much "
    "would be added",
}
FORMS = {
    "token": "One or more codes, separated by commas; `system|code` says whose",
    "date": "Date or instant, with a prefix eq, ne, gt, lt, ge, le, sa or eb; may be "
    "repeated to name both ends of a period",
    "reference": "Id, `Type/id` or URL; one or more, separated by commas",
    "string": "Beginning of the text, whatever its case",
    "quantity": "Amount, with a prefix as a date; `100||USD` says the currency. "
    "Without a prefix as exact as it is written: 100 is 99.50 to 100.49",
}
TEXT = {"type": "string"}
#: modifiers whose value is another than that of the parameter
MODIFIED = {"missing": {"type": "boolean"}}


def openapi_document(base, version):
    """OpenAPI 3.0 document of this server.

    :param str base: FHIR base
    :param str version: of the addon
    :rtype: dict
    """
    return {
        "openapi": "3.0.3",
        "info": {
            "title": f"openIMIS payables, FHIR {FHIR_VERSION}",
            "version": version,
            "description": "Bills of openIMIS as they stand in the accounts, and "
            "payments reported by accounting systems.",
        },
        "servers": [{"url": base}],
        "security": [{"apiKey": []}],
        "paths": {**_public_paths(), **_resource_paths()},
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "API key of an Odoo user; the user's rights apply.",
                }
            },
            "schemas": {name: _schema(name) for name in _resource_types()},
        },
    }


def _resource_types():
    return [*SERVED, "Bundle", "CapabilityStatement", "OperationOutcome"]


def _schema(name):
    return {
        "type": "object",
        "description": f"FHIR R4 {name}",
        "externalDocs": {"url": f"https://hl7.org/fhir/R4/{name.lower()}.html"},
        "required": ["resourceType"],
        "properties": {"resourceType": {"type": "string", "enum": [name]}},
    }


def _public_paths():
    metadata = _operation("metadata", "What this server can do", "CapabilityStatement")
    document = {
        "operationId": "openapi",
        "summary": "This document",
        "responses": {
            "200": {
                "description": "OpenAPI",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }
    return {
        "/metadata": {"get": {**metadata, "security": []}},
        "/openapi.json": {"get": {**document, "security": []}},
    }


def _resource_paths():
    paths = {}
    for name, served in SERVED.items():
        for interaction in served.interactions:
            path, method, operation = OPERATIONS[interaction](name, served.parameters)
            tagged = {"tags": [name], **operation}
            paths.setdefault(path, {})[method] = tagged
    return paths


def _read(name, _parameters):
    operation = _operation(f"read{name}", f"One {name}", name, 400, 401, 403, 404)
    whole_or_part = [choice for choice in SUMMARIES if choice != "count"]
    operation["parameters"] = [_id(), *_view_parameters(whole_or_part)]
    if name == "Invoice":
        operation["responses"]["410"] = _error(410)
    return f"/{name}/{{id}}", "get", operation


def _vread(name, _parameters):
    operation = _operation(
        f"vread{name}", f"One {name} in its present version", name,
        400, 401, 403, 404, 410,
    )  # fmt: skip
    version = {**_id(), "name": "version"}
    whole_or_part = [choice for choice in SUMMARIES if choice != "count"]
    operation["parameters"] = [_id(), version, *_view_parameters(whole_or_part)]
    return f"/{name}/{{id}}/_history/{{version}}", "get", operation


def _search(name, parameters):
    operation = _operation(
        f"search{name}", f"Search {name}", "Bundle", 400, 401, 403, 422
    )
    operation["parameters"] = [
        _query(parameter, {"type": "string"}, f"{known.text}. {FORMS[known.kind]}")
        for parameter, known in parameters.items()
    ]
    operation["parameters"] += [
        _query(f"{parameter}:{modifier}", MODIFIED.get(modifier, TEXT), known.text)
        for parameter, known in parameters.items()
        for modifier in known.modifiers
    ]
    operation["parameters"] += _result_parameters(name)
    return f"/{name}", "get", operation


def _create(name, _parameters):
    operation = _operation(
        f"create{name}", f"Report a {name}", name, 400, 401, 403, 409, 413, 415, 422
    )
    operation["responses"]["201"] = _success(name, "Created")
    operation["responses"]["200"]["description"] = "Known already by its identifier"
    content = {JSON: {"schema": _reference(name)}}
    operation["requestBody"] = {"required": True, "content": content}
    return f"/{name}", "post", operation


def _history_of_type(name, _parameters):
    operation = _operation(
        f"history{name}", f"Changes and deletions of {name}", "Bundle", 400, 401, 403
    )
    operation["parameters"] = _history_parameters()
    return f"/{name}/_history", "get", operation


def _history_of_one(name, _parameters):
    operation = _operation(
        f"historyOne{name}", f"Current version or deletion of one {name}", "Bundle",
        400, 401, 403, 404,
    )  # fmt: skip
    operation["parameters"] = [_id(), *_history_parameters()]
    return f"/{name}/{{id}}/_history", "get", operation


#: interaction of the CapabilityStatement -> path, method and operation
OPERATIONS = {
    "read": _read,
    "vread": _vread,
    "search-type": _search,
    "create": _create,
    "history-type": _history_of_type,
    "history-instance": _history_of_one,
}


def _operation(identifier, summary, answer, *errors):
    responses = {"200": _success(answer, summary)}
    responses |= {str(status): _error(status) for status in errors}
    return {"operationId": identifier, "summary": summary, "responses": responses}


def _success(name, text):
    return {"description": text, "content": {JSON: {"schema": _reference(name)}}}


def _error(status):
    return _success("OperationOutcome", ERRORS[status])


def _reference(name):
    return {"$ref": f"#/components/schemas/{name}"}


def _id():
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "maxLength": 64},
    }


def _history_parameters():
    since = "Only what changed from this moment on"
    return [
        _query("_since", {"type": "string"}, since),
        _count(),
        _cursor(),
        *_view_parameters(SUMMARIES),
    ]


def _view_parameters(summaries):
    """Parameters that ask for a part of each resource."""
    summary = {"type": "string", "enum": list(summaries)}
    elements = "Elements of the root to answer, separated by commas"
    return [
        _query("_summary", summary, "Part to answer, as R4 defines it"),
        _query("_elements", {"type": "string"}, elements),
    ]


def _count():
    schema = {"type": "integer", "minimum": 0, "maximum": MAX_COUNT}
    return _query("_count", schema, "Entries a page; 0 only counts")


def _cursor():
    return _query("_cursor", {"type": "string"}, "Where a page begins; of link `next`")


def _result_parameters(name):
    served = SERVED[name]
    keys = "|".join(served.sorts)
    pattern = f"^-?({keys})(,-?({keys}))*$"
    sort = _query(
        "_sort",
        {"type": "string", "pattern": pattern},
        "One or more keys, separated by commas; `-` is descending",
    )
    found = [_count(), sort, _cursor(), *_view_parameters(SUMMARIES)]
    forward = [f"{name}:{parameter}" for parameter in served.includes()]
    backward = [f"{kind}:{parameter}" for kind, parameter in reverse_includes(name)]
    for parameter, choices in (("_include", forward), ("_revinclude", backward)):
        if choices:
            schema = {"type": "string", "enum": choices}
            text = "Resources to add; may be repeated"
            found.append(_query(parameter, schema, text))
    return found


def _query(name, schema, description):
    return {"name": name, "in": "query", "schema": schema, "description": description}
