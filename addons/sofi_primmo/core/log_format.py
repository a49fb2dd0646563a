"""Log lines as the original script wrote them (spec 9.3 [S0])."""


def line(moment, level, text):
    """Return one line in log4js' basic layout.

    :param datetime moment: local time
    :param str level: `INFO`, `WARN` or `ERROR`
    :param str text: without secrets and personal data
    """
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}"
    return f"[{stamp}] [{level}] default - {' '.join(text.split())}"


def file_name(moment):
    """Return the name of the day's file; the log is cycled every day [S0]."""
    return f"sofi-bill-to-primmo-{moment:%Y-%m-%d}.log"
