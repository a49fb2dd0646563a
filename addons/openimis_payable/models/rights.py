"""openIMIS' rights as groups; what a method checks before it works."""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo.exceptions import AccessError

#: Whether a bill is being made whose right was asked for, entries and all. Kept by the
#: thread: the environment's context is the client's to fill.
_making_a_bill = ContextVar("openimis_making_a_bill", default=False)


@contextmanager
def making_a_bill():
    """Let the block write the journal items of the bill that it makes."""
    token = _making_a_bill.set(True)
    try:
        yield
    finally:
        _making_a_bill.reset(token)


def is_making_a_bill():
    """Tell whether journal items are written as part of making their bill."""
    return _making_a_bill.get()


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
