"""Faults nobody expected, for the administrator."""

import traceback


def log_fault(logger, doing, error):
    """Log where a fault came from, without what it says: texts of cells may be in it.

    :param logging.Logger logger: of the module that caught it
    :param str doing: what was being done
    :param Exception error: the fault, with its traceback
    """
    places = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    logger.warning("%s: %s\n%s", doing, type(error).__qualname__, places)
