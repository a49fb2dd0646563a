"""What must hold for the repository as a whole."""

import json
import os
import re
import subprocess
from xml.etree import ElementTree

import pytest
from packaging.version import Version

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


#: the first version without the holes that were found in a package
MENDED = {
    "lxml_html_clean": "0.4.2",
    "pillow": "11.3.0",  # CVE-2025-48379
    "pypdf": "6.4.0",  # CVE-2025-55197, -62707, -62708, -66019
    "requests": "2.32.4",  # CVE-2024-47081
    "urllib3": "2.6.0",  # CVE-2025-50181, -50182, -66418, -66471
    "xlrd": "2.0.2",
}


@pytest.mark.parametrize("name", MENDED)
def test_no_package_is_pinned_with_a_hole_that_is_known(name):
    lines = (paths.ROOT / "requirements.txt").read_text().splitlines()
    [pin] = [line for line in lines if line.lower().startswith(f"{name}==")]
    assert Version(pin.partition("==")[2]) >= Version(MENDED[name])


def test_updates_against_holes_are_a_documented_step():
    """Users are told what `./dev` is not for, and what to do every month."""
    readme = " ".join((paths.ROOT / "README.md").read_text().split())
    assert "`./dev` is for development on your own machine" in readme
    assert "Production needs Odoo's security updates" in readme
    operate = (paths.ROOT / "docs/administration/operate.md").read_text()
    [update] = re.findall(r"^## Security updates$.*?^## ", operate, re.M | re.S)
    [command] = re.findall(r"pip-audit --strict -r (requirements\S*)", update)
    assert (paths.ROOT / command).is_file()
    for word in ("advisories", "PostgreSQL", "docker compose build --pull"):
        assert word in update


@pytest.mark.parametrize("name", ["dev", ".ci/run", "docker/entrypoint.sh"])
def test_commands_can_be_executed(name):
    assert os.access(paths.ROOT / name, os.X_OK)


def test_no_absolute_path_of_a_machine():
    """Nothing committed depends on where somebody's checkout lies."""
    here = str(paths.ROOT)
    for file in tracked():
        assert here.encode() not in file.read_bytes(), file


def stands_on_agpl(addon):
    """Tell whether an addon is glue to one of OCA's under the Affero licence."""
    return addon in addons.glued("requirements-oca.txt")


@pytest.mark.parametrize("addon", addons.names())
def test_every_addon_has_what_the_house_asks(addon):
    folder = paths.ADDONS / addon
    manifest = addons.manifest(addon)
    assert manifest["license"] == ("AGPL-3" if stands_on_agpl(addon) else "LGPL-3")
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
