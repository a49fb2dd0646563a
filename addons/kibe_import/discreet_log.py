"""Rows that the database refuses do not belong into the log."""

import logging
import threading
from contextlib import contextmanager

_sql_logger = logging.getLogger("odoo.sql_db")


@contextmanager
def discreet_log():
    """Keep rows that the database refuses out of the log: they hold personal data."""
    mine = threading.get_ident()

    def is_foreign(record):
        return record.thread != mine

    _sql_logger.addFilter(is_foreign)
    try:
        yield
    finally:
        _sql_logger.removeFilter(is_foreign)
