from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from odoo import models

#: When the turn that this thread takes ends, by the monotonic clock. Not in the
#: environment's context, which is the client's to fill.
_turn_ends = ContextVar("exchange_turn_ends", default=None)


@contextmanager
def turn_of(seconds):
    """Let the block, work on a job, stop after some seconds with what it is at."""
    token = _turn_ends.set(monotonic() + seconds)
    try:
        yield
    finally:
        _turn_ends.reset(token)


class ExchangeTransaction(models.AbstractModel):
    """The time of a turn, beside that of the scheduler."""

    _inherit = "exchange.transaction"

    def _commit(self, units=0):
        time_left = super()._commit(units)
        until = _turn_ends.get()
        return time_left if until is None else max(until - monotonic(), 0)
