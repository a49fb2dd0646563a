"""Databases for tests outside the addons: clones of what `./dev test` prepared."""

import os
from contextlib import contextmanager

import pytest

from devtools import database, templates


@contextmanager
def cloned(subject):
    """Give the name of a database of the test's own; drop it in the end.

    :param str subject: begins the name, such as "kill-sofi"
    """
    template = os.environ.get("PAYABLES_TEMPLATE")
    if not template:
        pytest.skip("./dev test runs this: it prepares a database")
    name = f"{subject}-{os.getpid()}"
    templates.clone(template, name)
    try:
        yield name
    finally:
        database.drop(name)
