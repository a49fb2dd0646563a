"""The recorded state as nodes of GraphQL, in the orders the database gave them."""

from base64 import b64decode, b64encode

from . import recordings

#: Connections whose order without `orderBy` was recorded under another name.
UNORDERED = {"claims": "errors/no_first"}


class Recorded:
    """One openIMIS with the records that were recorded; may be changed by a test.

    `nodes[connection][id]` holds all that any answer told of a node. `orders` are the
    rows of the lists asked without `orderBy`, page after page: PostgreSQL gave some
    twice and others never, and so does this.
    """

    def __init__(self):
        self.nodes, self.orders, self.history, self.ordered = {}, {}, {}, {}
        for recording in recordings.fresh():
            for name, connection in _connections(recording):
                self._take(recording["name"], name, connection["edges"])
        for name, source in UNORDERED.items():
            self._order_by_code(name, source)

    def _take(self, source, name, edges):
        known = self.nodes.setdefault(name, {})
        orders = self.history if "showHistory" in source else self.orders
        for edge in edges:
            node = edge["node"]
            if "id" not in node:
                continue
            known.setdefault(node["id"], {}).update(node)
            if source.startswith((f"{name}/list_p", f"{name}/list_showHistory")):
                orders.setdefault(name, []).append(node["id"])
            if source.startswith(f"{name}/list_orderBy"):
                self.ordered.setdefault(name, []).append(node["id"])

    def _order_by_code(self, name, source):
        ids = {node["code"]: key for key, node in self.nodes[name].items()}
        first = next(r for r in recordings.graphql() if r["name"] == source)
        edges = first["answer"]["data"][name]["edges"]
        known = [ids[edge["node"]["code"]] for edge in edges]
        seen = set(known)
        self.orders[name] = known + [k for k in self.orders[name] if k not in seen]

    def rows(self, name, history=False, ordered=False):
        """Nodes of a list.

        :param str name: of the connection
        :param bool history: with what is no longer valid
        :param bool ordered: asked with `orderBy`: each once
        :return: list of nodes, or None where the connection was never recorded
        """
        orders = self.history if history else self.orders
        if name not in self.nodes:
            return None
        keys = orders.get(name, ())
        if ordered:
            keys = self.ordered.get(name) or dict.fromkeys(keys)
        return [self.nodes[name][key] for key in keys]

    def find(self, name, code):
        """The node with a code.

        :rtype: dict
        """
        return next(
            node for node in self.nodes[name].values() if node.get("code") == code
        )

    # === WHAT MAY HAPPEN THERE === #

    def withdraw(self, code):
        """Withdraw a claim: its list no longer shows it."""
        node = self.find("claims", code)
        self.orders["claims"].remove(node["id"])

    def delete_bill(self, code):
        """Delete a bill: it stays in the list with its status, marked as deleted."""
        self.find("bill", code)["isDeleted"] = True


def _connections(recording):
    data = (recording["answer"] or {}).get("data") or {}
    for name, value in data.items():
        if isinstance(value, dict) and isinstance(value.get("edges"), list):
            yield name, value


def key_of(node):
    """Number or UUID inside a relay id, as something to sort by."""
    text = b64decode(node["id"]).decode().partition(":")[2]
    return (int(text), "") if text.isdigit() else (0, text)


def cursor(position):
    """Relay cursor of a position, from 0."""
    return b64encode(f"arrayconnection:{position}".encode()).decode()
