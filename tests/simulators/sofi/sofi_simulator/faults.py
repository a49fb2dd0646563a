"""Trouble on order: what the n-th matching request gets instead of an answer."""

import threading
from dataclasses import dataclass, fields

from .store import Refused

KINDS = (
    "status",
    "timeout",
    "drop_before_commit",
    "drop_after_commit",
    "bad_json",
    "body",
    "truncated",
    "total_drift",
    "duplicate_across_pages",
)


@dataclass
class Fault:
    """One ordered fault.

    :ivar str path: end of the path it applies to
    :ivar str kind: one of `KINDS`
    :ivar int nth: the first matching request it hits, from 1
    :ivar int times: how many requests in a row
    :ivar int status: HTTP status of kind `status`, of kind `body` where it is ordered
    :ivar str body: the whole answer of kind `body`, a byte a character (Latin-1)
    :ivar float delay: seconds of kind `timeout`
    :ivar str retry_after: header beside a 429
    :ivar str residence: only there, empty for all
    :ivar str method: only this HTTP method, empty for all
    """

    path: str
    kind: str = "status"
    nth: int = 1
    times: int = 1
    status: int = 0
    body: str = ""
    delay: float = 2.0
    retry_after: str = ""
    residence: str = ""
    method: str = ""
    seen: int = 0

    def matches(self, residence, method, path):
        """Tell whether a request is one of those this fault counts."""
        return (
            path.endswith(self.path)
            and self.residence in ("", residence)
            and self.method in ("", method)
        )


class Faults:
    """The ordered faults, shared by the server's threads."""

    def __init__(self):
        self._faults = []
        self._lock = threading.Lock()

    def add(self, values):
        """Order a fault from its JSON object.

        :raises Refused: 400 naming the key or kind that is unknown, or missing
        """
        if not isinstance(values, dict):
            raise Refused(400, "invalid", "an object is expected")
        unknown = values.keys() - {field.name for field in fields(Fault)}
        if unknown:
            raise Refused(400, "unknown_key", ", ".join(sorted(unknown)))
        if "path" not in values:
            raise Refused(400, "missing_key", "path")
        fault = Fault(**values)
        if fault.kind not in KINDS:
            raise Refused(400, "unknown_kind", str(fault.kind))
        with self._lock:
            self._faults.append(fault)

    def clear(self):
        """Forget all faults."""
        with self._lock:
            self._faults.clear()

    def hit(self, residence, method, path):
        """Return the fault this request gets, or None."""
        with self._lock:
            hits = [f for f in self._faults if self._count(f, residence, method, path)]
        return hits[0] if hits else None

    @staticmethod
    def _count(fault, residence, method, path):
        if not fault.matches(residence, method, path):
            return False
        fault.seen += 1
        return fault.nth <= fault.seen < fault.nth + fault.times
