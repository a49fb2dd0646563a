"""openIMIS' GraphQL: queries against its real schema, answers as it gives them.

A query that the recorded schema refuses is refused, in the words and with the place
the real one gave. What is asked of a valid query but not simulated is an error of the
simulator, never an empty answer.
"""

import re
from base64 import b64decode
from functools import cache
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSyntaxError,
    build_schema,
    execute,
    parse,
    validate,
)
from graphql import GraphQLError as LibraryError
from graphql.language import ArgumentNode, Visitor, visit

from . import recordings
from .graphql_nodes import NODES
from .recorded import cursor, key_of

MAXIMUM = 100
#: Arguments that do not choose among the nodes.
PAGING = {"first", "after", "offset", "orderBy", "showHistory", "showInactive"}
#: Lists that show nothing, instead of refusing, to who may not see them.
SILENT = ("healthFacilities",)
#: Lists whose refusal begins with a capital.
CAPITAL = ("bill", "billItem", "paymentInvoice", "detailPaymentInvoice")
COMPARE = {
    "Gte": lambda have, want: have is not None and str(have) >= str(want),
    "Gt": lambda have, want: have is not None and str(have) > str(want),
    "Lte": lambda have, want: have is not None and str(have) <= str(want),
    "Lt": lambda have, want: have is not None and str(have) < str(want),
    "Istartswith": lambda have, want: str(have).lower().startswith(want.lower()),
}


@cache
def schema():
    """The recorded schema; parsed once, some two seconds."""
    return build_schema(recordings.read("schema.graphql"), assume_valid=True)


def answer(store, query, logged_in=True, csrf=True):
    """Answer a query.

    :param Store store: the records
    :param str query: text of the query
    :param bool logged_in: whether a good token came with it
    :param bool csrf: whether the CSRF header that a token needs came with it
    :return: (HTTP status, body)
    :rtype: tuple[int, dict]
    """
    try:
        document = parse(query)
    except GraphQLSyntaxError as error:
        return 400, {"errors": [_syntax(error, query)]}
    errors = validate(schema(), document)
    if errors:
        return 400, {"errors": [_refusal(error, document) for error in errors]}
    for unknown in _unknown(store, document):
        return 400, {"errors": [unknown]}
    context = _Context(store, logged_in, csrf)
    result = execute(
        schema(),
        document,
        root_value=context,
        field_resolver=_resolve,
        context_value=context,
    )
    body = {"data": result.data}
    if result.errors:
        body = {"errors": [_failure(e) for e in result.errors], **body}
    return 200, body


def bad_token(query, expired):
    """Body of the 401 that answers a bad or expired token.

    :param str query: text of the query, whose first field is named
    :param bool expired: whether the token was once a good one
    """
    field = parse(query).definitions[0].selection_set.selections[0]
    return {
        "errors": [
            {
                "message": "Signature has expired"
                if expired
                else "Error decoding signature",
                "locations": [{"line": 1, "column": field.loc.start + 1}],
                "path": [field.name.value],
            }
        ]
    }


class _Context:
    def __init__(self, store, logged_in, csrf):
        self.store = store
        self.logged_in = logged_in
        self.csrf = csrf


# === RESOLVING === #


def _resolve(source, info, **arguments):
    if isinstance(source, _Context):
        if info.parent_type.name == "Mutation":
            return _mutate(source, info.field_name)
        return _root(source, info.field_name, arguments)
    value = source.get(info.field_name)
    if value is None and isinstance(info.return_type, GraphQLNonNull):
        return _nothing(info.return_type.of_type)
    return value


def _nothing(kind):
    """What a field holds that must hold something and was never recorded."""
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLScalarType):
        return {"Int": 0, "Float": 0.0, "Boolean": False}.get(kind.name, "")
    return [] if str(kind).startswith("[") else {}


def _mutate(context, name):
    if name != "getCsrfToken":
        raise NotImplementedError(name)
    return {"csrfToken": context.store.csrf}


def _root(context, name, arguments):
    if context.logged_in and not context.csrf:
        raise LibraryError("'csrftoken'")
    if not context.logged_in or name in context.store.denied:
        if context.logged_in and name in SILENT:
            return {"edges": [], "totalCount": 0, "pageInfo": {"hasNextPage": False}}
        raise LibraryError("Unauthorized" if name in CAPITAL else "unauthorized")
    if name in context.store.failing_queries:
        raise LibraryError("Internal error")
    if name == "claim":
        rows = _rows(context.store, "claims", {})
        return next((r for r in rows if r["uuid"] == arguments["uuid"]), None)
    return _connection(context.store, name, arguments)


def _connection(store, name, arguments):
    size = arguments.get("first", MAXIMUM)
    if size > MAXIMUM:
        raise LibraryError(
            f"Requesting {size} records on the `{name}` connection exceeds the `first` "
            f"limit of {MAXIMUM} records."
        )
    nodes = _rows(store, name, arguments)
    for field in reversed(arguments.get("orderBy") or ()):
        nodes = sorted(nodes, key=lambda n: _sortable(n, field.lstrip("-")))
        nodes = nodes[::-1] if field.startswith("-") else nodes
    start = _start(arguments)
    chosen = nodes[start : start + size]
    if any(node.get("code") in store.broken_codes for node in chosen):
        raise LibraryError("'NoneType' object has no attribute 'code'")
    return {
        "totalCount": len(nodes),
        "pageInfo": {
            "hasNextPage": start + size < len(nodes),
            "endCursor": cursor(start + len(chosen) - 1) if chosen else None,
        },
        "edges": [
            {"cursor": cursor(position), "node": node}
            for position, node in enumerate(chosen, start=start)
        ],
    }


def _rows(store, name, arguments):
    if arguments.get("showInactive"):
        return []
    if store.recorded:
        nodes = store.recorded.rows(
            name, arguments.get("showHistory", False), "orderBy" in arguments
        )
        if name == "bill":
            nodes = [_with_status(store, node) for node in nodes]
    else:
        nodes = NODES[name](store) if name in NODES else None
    if nodes is None:
        raise NotImplementedError(f"the simulator has no {name}")
    for key, value in arguments.items():
        if key not in PAGING:
            nodes = [node for node in nodes if _matches(node, key, value)]
    return nodes


def _with_status(store, node):
    """A recorded bill as notices have left it since."""
    status = store.bill_status.get(key_of(node)[1])
    return node if status is None else {**node, "status": f"A_{status}"}


def _matches(node, key, value):
    if key == "id":
        try:
            return str(UUID(value)) == key_of(node)[1]
        except ValueError:
            raise LibraryError(
                '<ul class="errorlist"><li>id<ul class="errorlist"><li>Enter a valid '
                "UUID.</li></ul></li></ul>"
            ) from None
    path, have, compare = key.split("_"), node, None
    if path[-1] in COMPARE:
        compare = COMPARE[path.pop()]
    for part in path:
        name = part[0].lower() + part[1:]
        if name == "id":
            number, text = key_of(have)
            have = text or str(number)
            continue
        if name not in have:
            raise NotImplementedError(f"the simulator cannot choose by {key}")
        have = have[name]
    return compare(have, value) if compare else have == value


def _sortable(node, field):
    if field == "id":
        return key_of(node)
    value = node.get(field)
    return (value is not None, value)


def _start(arguments):
    try:
        text = b64decode(arguments.get("after") or "").decode()
        return int(text.removeprefix("arrayconnection:")) + 1
    except ValueError:
        return 0  # an `after` that is nonsense is ignored


# === REFUSING, IN OPENIMIS' WORDS === #


def _failure(error):
    if error.original_error and not isinstance(error.original_error, LibraryError):
        raise error.original_error
    return {
        "message": error.message,
        "locations": [_place(place) for place in error.locations],
        "path": error.path,
    }


def _place(place):
    return {"line": place.line, "column": place.column}


def _refusal(error, document):
    return {
        "message": _words(error, document),
        "locations": [_place(place) for place in error.locations[:1]],
    }


def _words(error, document):
    text = error.message.replace("'", '"')
    text = re.sub(r'on field "(\w+)\.(\w+)"', r'on field "\2" of type "\1"', text)
    if match := re.match(r"(\w+) cannot represent .*: (.*)$", text):
        kind, value = match.groups()
        name = _argument_of(error.nodes[0], document)
        return (
            f'Argument "{name}" has invalid value {value}.\n'
            f'Expected type "{kind}", found {value}.'
        )
    if text.startswith("Cannot query field"):
        text = text.partition(" Did you mean")[0]
    return text


def _argument_of(value, document):
    found = []

    class Finder(Visitor):
        def enter_argument(self, node: ArgumentNode, *_args):
            if node.value is value:
                found.append(node.name.value)

    visit(document, Finder())
    return found[0]


def _syntax(error, query):
    (place,) = error.locations
    detail = error.message.partition(": ")[2].rstrip(".").replace("<EOF>", "EOF")
    line = query.splitlines()[place.line - 1]
    arrow = " " * (len(f"{place.line}: ") + place.column - 1) + "^"
    return {
        "message": f"Syntax Error GraphQL ({place.line}:{place.column}) {detail}\n\n"
        f"{place.line}: {line}\n{arrow}\n",
        "locations": [_place(place)],
    }


def _unknown(store, document):
    """Refuse fields that an older or newer openIMIS does not know."""
    for root in document.definitions[0].selection_set.selections:
        names = store.unknown_fields.get(root.name.value, ())

        class Finder(Visitor):
            def __init__(self, names=names):
                super().__init__()
                self.names, self.found = names, []

            def enter_field(self, node, *_args):
                if node.name.value in self.names:
                    self.found.append(node)

        finder = Finder()
        visit(root, finder)
        for node in finder.found:
            text, start = node.loc.source.body, node.loc.start
            line = text.count("\n", 0, start) + 1
            column = start - text.rfind("\n", 0, start)
            yield {
                "message": f'Cannot query field "{node.name.value}" on type "Node".',
                "locations": [{"line": line, "column": column}],
            }
