"""A browser, for tests with our glue to OCA's addons."""

from ..e2e.conftest import browser  # noqa: F401
