"""The documentation's pictures: each is there, small, shown, and can be renewed."""

import re

import pytest

from devtools import paths, picture_screens, pictures

#: more pictures nobody renews
MOST_PICTURES = 25
FILES = list(pictures.targets())


def shown():
    """Return the names of the pictures that the pages show."""
    pages = [*paths.ROOT.glob("docs/**/*.md"), paths.ROOT / "README.md"]
    text = "\n".join(page.read_text() for page in pages)
    found = re.findall(r"!\[[^\]]+\]\(\S*?pictures/(\w+)\.png\)", text)
    return {*found, *re.findall(r"!\[[^\]]+\]\(addons/(\w+)/\S+\.png\)", text)}


def test_there_are_few():
    assert len(FILES) <= MOST_PICTURES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parts[-4])
def test_each_is_there_and_small(file):
    assert file.stat().st_size <= pictures.MOST


def test_each_is_shown_and_each_shown_can_be_taken_anew():
    assert shown() == {*pictures.ADDONS, *pictures.PAGES}
    addons = paths.ADDONS.glob("*/static/description/screenshot.*")
    assert {file.parts[-4] for file in addons} == {*pictures.ADDONS}
    assert {file.stem for file in pictures.DOCS.glob("*.png")} == {*pictures.PAGES}


def test_the_screens_they_show_are_there():
    """An action that is renamed takes its picture with it."""
    for _login, (action, *_rest) in pictures.targets().values():
        addon, name = action.split(".")
        files = (paths.ADDONS / addon).glob("**/*.xml")
        assert any(f'id="{name}"' in file.read_text() for file in files), action


def test_they_show_the_screens_as_they_are():
    """A screen that changed takes its picture with it: ./dev pictures."""
    taken = picture_screens.taken()
    old = {f for f, digest in pictures.screens().items() if taken.get(f) != digest}
    assert not old, "these show screens as they were: ./dev pictures takes them anew"


@pytest.mark.parametrize("addon", sorted(pictures.ADDONS))
def test_each_addon_shows_its_own(addon):
    readme = (paths.ADDONS / addon / "README.rst").read_text()
    assert ".. image:: static/description/screenshot.png" in readme
