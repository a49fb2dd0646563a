"""A server that answers as openIMIS does, from the captured responses."""

from .faults import Faults
from .server import OpenimisServer
from .store import Store

__all__ = ["Faults", "OpenimisServer", "Store"]
