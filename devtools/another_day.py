"""`./dev test --on 2027-02-28`: the tests, and their PostgreSQL, on another day.

What holds only on most days of a year is seen here before that day comes: the first and
the last of a month, a leap day, New Year's Eve, a Sunday. Every process the tests start
sees the other day, its clock goes on as ever; the files of the machine keep theirs.
"""

import os
from contextlib import contextmanager
from datetime import date, timedelta

from . import paths, postgres
from .console import Problem, run, step

WHEEL = "libfaketime==3.0.1"  # carries the library, compiled for Linux


@contextmanager
def pretended(day):
    """Let it be another day for what is started meanwhile; PostgreSQL starts anew.

    :param date day: the day it is to be, at the present time of day
    :raises Problem: when PostgreSQL is a server of somebody else
    """
    if postgres.is_external():
        raise Problem(
            "The PostgreSQL that PGHOST names cannot be moved to another day.",
            "Leave PGHOST out: ./dev has a PostgreSQL of its own.",
        )
    settings = {
        "LD_PRELOAD": str(_library()),
        "FAKETIME": f"{(day - date.today()) / timedelta(seconds=1):+.0f}",
        # Who waits, waits by the machine's own clock.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    postgres.stop()
    os.environ.update(settings)
    try:
        postgres.ensure()
        yield
    finally:
        postgres.stop()
        for name in settings:
            del os.environ[name]


def _library():
    folder = paths.HOME / "another-day"
    if not folder.exists():
        with step("the library that moves clocks"):
            pip = [paths.VENV_PYTHON, "-m", "pip", "install", "-q", "--no-deps"]
            run([*pip, "-t", folder, WHEEL], "Only Linux is supported.")
    return next(folder.rglob("libfaketime.so.1"))
