"""Each addon is a package that pip can build and install, as any published one."""

import ast
import subprocess
import sys
import zipfile

import pytest
import yaml

from devtools import addons, linting, paths, venv

#: What Odoo's own server imports: there wherever Odoo is.
ODOO_HAS = {"babel", "dateutil", "markupsafe", "odoo", "psycopg2", "pytz", "werkzeug"}


def third_party(addon):
    """Return the packages an addon imports that neither Python nor Odoo brings."""
    folder = paths.ADDONS / addon
    found = set()
    for file in folder.rglob("*.py"):
        if {"tests", "migrations"} & set(file.relative_to(folder).parts):
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(node.module.split(".")[0])
    return found - ODOO_HAS - set(sys.stdlib_module_names)


@pytest.mark.parametrize("addon", addons.names())
def test_external_dependencies_are_complete(addon):
    declared = addons.manifest(addon).get("external_dependencies", {})
    assert set(declared.get("python", [])) == third_party(addon)


@pytest.mark.parametrize("addon", addons.names())
def test_manifest_says_what_a_shop_shows(addon):
    manifest = addons.manifest(addon)
    assert manifest["development_status"] in {"Alpha", "Beta", "Production/Stable"}
    assert manifest["images"]
    for name in manifest["images"]:
        assert (paths.ADDONS / addon / name).exists()


@pytest.mark.parametrize("addon", addons.names())
def test_changelog_begins_with_the_present_version(addon):
    text = (paths.ADDONS / addon / "CHANGELOG.md").read_text()
    headings = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert headings[0] == addons.manifest(addon)["version"]


def test_wheels_are_built(tmp_path):
    """All of them, and each asks for the addons and packages it stands on."""
    venv.ensure_build()
    python = paths.BUILD_VENV / "bin" / "python"
    folders = [str(paths.ADDONS / name) for name in addons.names()]
    subprocess.run(
        [
            *(python, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--disable-pip-version-check"),
            *("--wheel-dir", tmp_path, *folders),
        ],
        check=True,
    )
    for addon in addons.names():
        (wheel,) = tmp_path.glob(f"odoo_addon_{addon}-19.0.*.whl")
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            (metadata,) = [n for n in names if n.endswith(".dist-info/METADATA")]
            requires = requirements(archive.read(metadata).decode())
        assert f"odoo/addons/{addon}/__manifest__.py" in names
        assert requires == expected(addon)


def requirements(metadata):
    """Return the names of the distributions that wheel metadata requires."""
    lines = [x for x in metadata.splitlines() if x.startswith("Requires-Dist: ")]
    names = [x.split(": ")[1].split("=")[0].split(" ")[0].strip("<>~! ") for x in lines]
    return {name.replace("_", "-") for name in names}


def expected(addon):
    manifest = addons.manifest(addon)
    ours = {f"odoo-addon-{n}" for n in manifest["depends"] if n in addons.names()}
    python = manifest.get("external_dependencies", {}).get("python", [])
    others = {f"odoo-addon-{n}" for n in manifest["depends"] if n in addons.WHEELS}
    names = ours | others
    return {n.replace("_", "-") for n in names} | set(python) | {"odoo"}


def pre_commit_hooks():
    text = (paths.ROOT / ".pre-commit-config.yaml").read_text()
    return [hook for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]]


def test_pre_commit_runs_what_dev_lint_runs():
    places = [paths.ADDONS / addons.names()[0], paths.ROOT / "docker"]
    checks = [name for name, _command in linting._checks(places, False)]
    assert [hook["name"] for hook in pre_commit_hooks()] == checks


def test_pre_commit_has_the_versions_of_dev_lint():
    pinned = (paths.ROOT / "requirements-lint.txt").read_text().split()
    lock = (paths.ROOT / "package.json").read_text()
    for hook in pre_commit_hooks():
        for package in hook["additional_dependencies"]:
            if hook["language"] == "node":
                name, version = package.rsplit("@", 1)
                assert f'"{name}": "{version}"' in lock
            else:
                assert package in pinned
