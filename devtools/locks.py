"""Locks between several `./dev` at work in the same checkout."""

import fcntl
from contextlib import contextmanager

from . import paths
from .console import say


@contextmanager
def lock(name):
    """Hold the named lock; wait for whoever holds it now and say so.

    :param str name: what is protected, such as "venv"
    """
    paths.LOCKS.mkdir(parents=True, exist_ok=True)
    with open(paths.LOCKS / f"{name}.lock", "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"  waiting for another ./dev ({name}) …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
