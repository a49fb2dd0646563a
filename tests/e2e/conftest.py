"""A real server on a clone of the tests' template, and a browser."""

from contextlib import contextmanager

import pytest

from devtools import paths, server

from ..databases import cloned
from .harness import chromium, person


@contextmanager
def running(subject):
    """Run Odoo on a database of its own; its log must be without errors.

    :param str subject: begins the database's name
    :return: `odoo.url`, `odoo.database`
    """
    with cloned(subject) as name:
        log = paths.LOGS / f"{name}.log"
        with server.serving(name, server.free_port(), log) as odoo:
            yield odoo
    failures = _failures(log.read_text().splitlines())
    assert not failures, f"{log}:\n" + "\n".join(failures)
    log.unlink()


@pytest.fixture(scope="session")
def odoo():
    """A running Odoo that most tests share."""
    with running("e2e") as odoo:
        yield odoo


def _failures(lines):
    """Return the errors of a log, without the conflicts that Odoo tries again."""
    following = [*lines[1:], ""]
    return [
        line
        for line, after in zip(lines, following, strict=True)
        if " ERROR " in line and "could not serialize access" not in after
    ]


@pytest.fixture(scope="session")
def browser():
    """Chromium, without a window."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def client(request, odoo, browser):
    """A person at the web client; the test fails on an error in the console."""
    with person(browser, odoo.url) as client:
        yield client
        client.screenshot(f"last-{request.node.name}")
        assert not client.errors, "\n".join(client.errors)


@pytest.fixture
def page(client):
    """Playwright's page of `client`."""
    return client.page
