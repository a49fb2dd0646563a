"""A server that answers as openIMIS does, from the captured responses."""

from .faults import Faults
from .mass import MassClaims
from .recorded import Recorded
from .server import OpenimisServer
from .store import Store

__all__ = ["Faults", "MassClaims", "OpenimisServer", "Recorded", "Store"]
