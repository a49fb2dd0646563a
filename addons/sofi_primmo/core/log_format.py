"""Log lines as the original script wrote them (spec 9.3 [S0])."""

import re

#: What would break a line; French keeps its blanks that do not break.
BLANKS = re.compile(r"[^\S\u00a0\u202f]+")


def line(moment, level, text):
    """Return one line in log4js' basic layout.

    :param datetime moment: local time
    :param str level: `INFO`, `WARN` or `ERROR`
    :param str text: without secrets and personal data
    """
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}"
    return f"[{stamp}] [{level}] default - {BLANKS.sub(' ', text).strip()}"


def file_name(moment):
    """Return the name of the day's file; the log is cycled every day [S0]."""
    return f"sofi-bill-to-primmo-{moment:%Y-%m-%d}.log"
