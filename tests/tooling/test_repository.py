"""What must hold for the repository as a whole."""

import json
import os
import subprocess
from xml.etree import ElementTree

import pytest

from devtools import addons, paths


def tracked():
    """Return the repository's text files that git knows."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], check=True, capture_output=True, cwd=paths.ROOT
    )
    names = done.stdout.decode().split("\0")
    return [paths.ROOT / n for n in names if n and (paths.ROOT / n).is_file()]


def test_every_test_folder_is_a_package():
    """Test files of the same name in two folders would hide each other otherwise."""
    for top in (paths.TESTS / "core", paths.TESTS / "tooling", paths.TESTS / "e2e"):
        for file in top.rglob("test_*.py"):
            assert (file.parent / "__init__.py").exists(), f"{file.parent} has none"


def test_locked_packages_name_no_download_address():
    lock = json.loads((paths.ROOT / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())


@pytest.mark.parametrize(
    "name",
    [
        "requirements.txt",
        "requirements-lint.txt",
        "requirements-build.txt",
        *sorted(set(addons.WHEELS.values())),
    ],
)
def test_requirements_are_exact(name):
    lines = (paths.ROOT / name).read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all("==" in pin and "://" not in pin for pin in pins)


@pytest.mark.parametrize("name", ["dev", ".ci/run", "docker/entrypoint.sh"])
def test_commands_can_be_executed(name):
    assert os.access(paths.ROOT / name, os.X_OK)


def test_no_absolute_path_of_a_machine():
    """Nothing committed depends on where somebody's checkout lies."""
    here = str(paths.ROOT)
    for file in tracked():
        assert here.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("addon", addons.names())
def test_every_addon_has_what_the_house_asks(addon):
    folder = paths.ADDONS / addon
    manifest = addons.manifest(addon)
    assert manifest["license"] == "LGPL-3"
    assert manifest["version"].startswith("19.0.")
    for file in ("README.rst", "static/description/icon.png", f"i18n/{addon}.pot"):
        assert (folder / file).exists(), file
    assert (folder / "i18n" / "fr.po").exists()


@pytest.mark.parametrize("addon", addons.names())
def test_an_update_keeps_what_users_changed_of_delivered_data(addon):
    folder = paths.ADDONS / addon
    files = [*folder.glob("data/*.xml"), *folder.glob("security/*_rules.xml")]
    for file in files:
        assert ElementTree.parse(file).getroot().get("noupdate") == "1", file
