"""The living demonstration, cloned for the tests of this folder, and Odoo on it."""

import os

import pytest

from devtools import database, living, odoo_source, paths, server, templates

from ..e2e.harness import chromium, person


@pytest.fixture(scope="session")
def alive():
    """Name of a database with the living demonstration; it is dropped in the end."""
    name = f"test-living-{os.getpid()}"
    templates.clone(living.template(odoo_source.locate()), name)
    yield name
    database.drop(name)


@pytest.fixture(scope="session")
def odoo(alive):
    """A running Odoo on it, without cron jobs: what is looked at stays as it is."""
    log = paths.LOGS / f"{alive}.log"
    port = server.free_port()
    options = (alive, port, log, "--max-cron-threads=0")
    with server.simulators(alive), server.serving(*options) as odoo:
        yield odoo


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
