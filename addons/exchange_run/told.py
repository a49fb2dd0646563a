"""What one method of the program tells another one by the environment's context.

The context is a client's to fill with whatever it likes, but with plain values only:
what is told here comes from the program, and from nobody else.
"""

from dataclasses import dataclass
from functools import wraps

from odoo.http import request

from .outermost import outermost

#: what a client may say whatever it calls: who reads the answer, and where he works
OF_ANY_CALL = frozenset({"allowed_company_ids", "lang", "tz", "uid"})
#: what a dialog is told of the screen it was opened from
OF_A_DIALOG = frozenset({"active_id", "active_ids", "active_model"})
#: what schedules and programs of this server say, which are no clients
OF_THE_SERVER = frozenset(
    {
        "cron_end_time",
        "cron_id",
        "exchange_background",
        "exchange_inline",
        "ir_cron_progress_id",
    }
)


@dataclass(frozen=True, slots=True)
class _Told:
    """A value that no client can send: neither JSON nor XML has such an object."""

    value: object


def telling(records, **values):
    """Return records whose methods are told something.

    :param records: any recordset
    :param values: what they are told, by name
    """
    return records.with_context(**{name: _Told(v) for name, v in values.items()})


def told(env, name, default=None):
    """Return what the program has told, whatever a client says.

    :param env: environment
    :param str name: as given to :func:`telling`
    :param default: what is returned where nothing was told
    """
    said = env.context.get(name)
    return said.value if isinstance(said, _Told) else default


def hearing(*names):
    """Let a method hear what the button that calls it says by the context.

    :param str names: keys of the context
    """

    def decorate(method):
        method.hears = frozenset(names)
        return method

    return decorate


@outermost
def unprompted(method):
    """Let a method that does a lot in the program's name hear nothing else.

    Odoo's methods take values of new records (`default_…`) and excuses from checks out
    of the context: a client that calls such a method would choose them for whatever
    the program makes on its way. What a button itself says, see :func:`hearing`; a
    dialog hears of what it was opened from.
    """

    @wraps(method)
    def heard(self, *args, **options):
        context = self.env.context
        heeded = OF_ANY_CALL | getattr(method, "hears", frozenset())
        if self._transient:
            heeded |= OF_A_DIALOG
        if not request:
            heeded |= OF_THE_SERVER
        kept = {
            key: value
            for key, value in context.items()
            if key in heeded or isinstance(value, _Told)
        }
        if len(kept) != len(context):
            self = self.with_env(self.env(context=kept))
        return method(self, *args, **options)

    return heard
