"""What clients send to our models does not belong into the log.

Odoo writes each call with all that it is given into the log of level *debug*: names and
dates of birth, the password of a connection.
"""

import logging

_calls = logging.getLogger("odoo.service.model")
#: as Odoo writes a call: records, method, what it is given
CALL = "call %s.%s(%s)"
HIDDEN = "…"


def hide_values(record):
    """Take what a method of our models is given out of a line of the log.

    :param record: `logging.LogRecord`
    :return: True: the line itself is written
    """
    if record.msg == CALL and len(record.args) == 3:
        called, method, _given = record.args
        if _is_ours(called):
            record.args = (called, method, HIDDEN)
    return True


def _is_ours(called):
    """Tell whether one of our addons has to do with a model."""
    registry, env = called.pool, called.env
    if "exchange.engine.mixin" not in registry:
        return False
    ours = env["exchange.engine.mixin"]._engine_addons()
    every = registry["base"].__mro__
    return any(
        getattr(cls, "_module", None) in ours
        for cls in type(called)._model_classes__
        if cls not in every
    )


_calls.addFilter(hide_values)
