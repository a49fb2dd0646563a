"""Faults on demand: what may go wrong between two servers."""

import random
from dataclasses import dataclass, field

KINDS = (
    "error_500",
    "busy_503",
    "too_many_429",
    "gateway_502",
    "drop",
    "drop_after",
    "truncate",
    "not_json",
    "expired_token",
    "slow",
)


@dataclass
class Faults:
    """Which requests go wrong, and how.

    `planned` maps the number of a request (from 1) to a kind; `rate` adds random ones
    with a fixed seed until `limit` were injected. Logins are spared, or a real server
    would lock the account.
    """

    planned: dict = field(default_factory=dict)
    rate: float = 0.0
    limit: int = 0
    seed: int = 7
    kinds: tuple = KINDS
    injected: list = field(default_factory=list)

    def __post_init__(self):
        self._random = random.Random(self.seed)

    def next(self, number, path):
        """Kind of fault for this request, or None."""
        kind = self.planned.get(number)
        if not kind and self.rate and len(self.injected) < self.limit:
            if self._random.random() < self.rate:
                kind = self._random.choice(self.kinds)
        if kind:
            self.injected.append((number, kind, path))
        return kind
