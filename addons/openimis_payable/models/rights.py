"""openIMIS' rights as groups; what a method checks before it works."""

from contextlib import contextmanager
from contextvars import ContextVar
from math import inf

from odoo.exceptions import AccessError
from odoo.tools import SQL

#: Which bills are being made, or changed, whose right was asked for, entries and all:
#: (their ids, id that those are above which are made now). Kept by the thread: the
#: environment's context is the client's to fill.
_being_made = ContextVar("openimis_being_made", default=(frozenset(), inf))


@contextmanager
def making_bills(bills):
    """Let the block write the journal items of the bills that it makes.

    No others: what a client gives a document may name items of any.

    :param bills: moves that are changed; none where moves are created
    """
    ids, above = _being_made.get()
    if not bills:
        query = SQL("SELECT COALESCE(MAX(id), 0) FROM %s", SQL.identifier(bills._table))
        [[last]] = bills.env.execute_query(query)
        above = min(above, last)
    token = _being_made.set((ids.union(bills.ids), above))
    try:
        yield
    finally:
        _being_made.reset(token)


@contextmanager
def settling_bills():
    """Let the block write what settles bills on any items: it was asked for that."""
    token = _being_made.set((frozenset(), -1))
    try:
        yield
    finally:
        _being_made.reset(token)


def not_being_made(moves):
    """Return those of some moves that are not written as part of making them."""
    ids, above = _being_made.get()
    return moves.filtered(
        lambda move: move.id and move.id not in ids and move.id <= above
    )


def has_right(env, *codes):
    """Tell whether the user has one of these openIMIS rights.

    :param env: environment; superuser mode has every right
    :param str codes: numbers of openIMIS' rights
    """
    user = env.user
    return env.su or any(
        user.has_group(f"openimis_payable.group_right_{code}") for code in codes
    )


def require_right(env, *codes):
    """Refuse unless the user has one of these openIMIS rights.

    :param env: environment
    :param str codes: numbers of openIMIS' rights, one of which is enough
    :raises AccessError: naming the missing right
    """
    if not has_right(env, *codes):
        raise AccessError(
            env._(
                "You need openIMIS' right %(rights)s for this. Ask your manager.",
                rights=" / ".join(codes),
            )
        )


def guarded_fields(model, beside, unguarded):
    """Return the names of the fields of a model that a right guards: all but some.

    Derived, so that a field that another addon brings is guarded, too.

    :param model: any record of the model
    :param beside: names of the mixins whose fields are not guarded
    :param unguarded: names of further fields that are not
    :rtype: frozenset
    """
    free = set(unguarded).union(*(model.env[name]._fields for name in beside))
    return frozenset(
        name
        for name, field in model._fields.items()
        if (field.store or field.inverse) and name not in free
    )
