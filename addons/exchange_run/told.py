"""What one method of the program tells another one by the environment's context.

The context is a client's to fill with whatever it likes, but with plain values only:
what is told here comes from the program, and from nobody else.
"""

from dataclasses import dataclass


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
