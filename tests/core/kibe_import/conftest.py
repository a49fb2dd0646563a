"""Every code that the core says while these tests run is noted."""

import pathlib

import pytest

from .kit import Issues

SAID = set()
LAST = "test_codes.py"


@pytest.fixture(scope="session", autouse=True)
def noted_codes():
    """Note the code of each message that the real core adds."""
    add = Issues.add

    def note(self, code, *args, **kwargs):
        SAID.add(code)
        return add(self, code, *args, **kwargs)

    Issues.add = note
    yield SAID
    Issues.add = add


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The test that looks at the codes comes after those that make them."""
    items.sort(key=lambda item: item.path.name == LAST and item.path.parent == _here())


def _here():
    return pathlib.Path(__file__).parent
