"""What Odoo works out on documents and their items, as its own methods write it."""

from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps

from odoo.addons.exchange_run.outermost import outermost

#: Whether one of Odoo's own methods writes its results. Kept by the thread: the
#: environment's context is the client's to fill.
_odoo_is_working = ContextVar("account_billing_odoo_is_working", default=False)

#: Whether what the context holds was put there by Odoo: the outermost call has been
#: cleared of what its client sent along. Kept by the thread, as above.
_is_cleared = ContextVar("account_billing_is_cleared", default=False)

#: keys of the context by which Odoo's own methods excuse each other from what it
#: refuses to people, or would write down of them; a client can send them, too
EXCUSES = frozenset(
    {
        "add_caba_vals",
        "caba_no_transition_account",
        "chain_info_warnings",
        "check_move_validity",
        "clear_sequence_mixin_cache",
        "dynamic_unlink",
        "force_delete",
        "forced_rate_from_register_payment",
        "hash_version",
        "import_file",
        "include_business_fields",
        "is_payment",
        "is_statement_line",
        "mail_notrack",
        "move_reverse_cancel",
        "no_anti_regex",
        "no_cash_basis",
        "no_exchange_difference",
        "no_exchange_difference_no_recursive",
        "quick_encoding_vals",
        "skip_account_deprecation_check",
        "skip_account_move_synchronization",
        "skip_analytic_sync",
        "skip_computed_taxes",
        "skip_invoice_line_sync",
        "skip_invoice_sync",
        "skip_is_manually_modified",
        "skip_matching_number_check",
        "skip_readonly_check",
        "tracking_disable",
    }
)


@outermost
def obeying(method):
    """Let a method run without what a client would excuse itself from.

    That holds for what other addons do around it, too.
    Only who calls from without is a client: what the context of a method holds that
    another one calls, Odoo has put there. What bills others obeys, unless the program
    itself writes; all else is Odoo's alone. The model says by `_billing_reached` which
    documents a call is about.
    """

    @wraps(method)
    def obeyed(self, *args, **options):
        if _is_cleared.get():
            return method(self, *args, **options)
        if excused := EXCUSES.intersection(self.env.context):
            moves = self._billing_reached(*args)
            if moves._is_engine_writing() or not moves._billing_with_fixed_amounts():
                return method(self, *args, **options)  # what it calls is asked anew
            context = self.env.context
            kept = {key: value for key, value in context.items() if key not in excused}
            self = self.with_env(self.env(context=kept))
        token = _is_cleared.set(True)
        try:
            return method(self, *args, **options)
        finally:
            _is_cleared.reset(token)

    return obeyed


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
