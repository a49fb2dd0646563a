"""Show what Odoo warned of while the tests ran, after pytest's own report."""

import logging
from collections import Counter


class Warnings(logging.Handler):
    """Counts the distinct warnings and errors of the log."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.seen = Counter()

    def emit(self, record):
        first_line = record.getMessage().strip().split("\n")[0][:300]
        self.seen[record.levelname, record.name, first_line] += 1


def pytest_configure(config):
    config.odoo_warnings = Warnings()
    logging.getLogger().addHandler(config.odoo_warnings)


def pytest_terminal_summary(terminalreporter, config):
    seen = config.odoo_warnings.seen
    if not seen:
        return
    terminalreporter.section("warnings in Odoo's log")
    for (level, logger, text), count in seen.most_common(40):
        terminalreporter.line(f"{count:4} × {level} {logger}: {text}")
