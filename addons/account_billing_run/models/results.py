"""What Odoo works out on documents and their items, as its own methods write it."""

from contextlib import contextmanager
from contextvars import ContextVar

#: Whether one of Odoo's own methods writes its results. Kept by the thread: the
#: environment's context is the client's to fill.
_odoo_is_working = ContextVar("account_billing_odoo_is_working", default=False)

#: keys of the context by which Odoo's own methods excuse each other from what it
#: refuses to people; a client can send them, too
EXCUSES = frozenset({"check_move_validity", "force_delete", "skip_readonly_check"})


@contextmanager
def odoo_works():
    """Let the block, one of Odoo's own methods, write its results."""
    token = _odoo_is_working.set(True)
    try:
        yield
    finally:
        _odoo_is_working.reset(token)


def is_odoo_working():
    """Tell whether one of Odoo's own methods writes its results now."""
    return _odoo_is_working.get()


def worked_out(model):
    """Return the names of the fields of a model that are kept as Odoo works them out.

    (The ORM works fields out without `write`.)

    :param model: any record of the model
    :rtype: set
    """
    return {
        name
        for name, field in model._fields.items()
        if field.store
        and field.readonly
        and (field.compute or field.related)
        and not field.inverse
    }
