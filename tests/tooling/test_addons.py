"""Which addons a test run needs, and when they must be installed anew."""

import pytest
from lxml import etree

from devtools import addons, paths
from devtools.console import Problem

HOUSE = {
    "exchange": ["mail"],
    "billing": ["account", "exchange"],
    "care": ["billing"],
    "kibe": ["care"],
    "sofi": ["billing"],
}


@pytest.fixture
def house(tmp_path):
    """A folder of addons that depend on each other as ours do."""
    for name, depends in HOUSE.items():
        (tmp_path / name / "models").mkdir(parents=True)
        (tmp_path / name / "tests").mkdir()
        (tmp_path / name / "__manifest__.py").write_text(repr({"depends": depends}))
        (tmp_path / name / "models" / "a.py").write_text("A = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([], []),
        (["exchange"], ["exchange"]),
        (["kibe"], ["exchange", "billing", "care", "kibe"]),
        (["sofi", "kibe"], ["exchange", "billing", "care", "kibe", "sofi"]),
        (["mail"], []),
    ],
)
def test_dependencies_come_first_and_once(house, wanted, expected):
    assert addons.closure(wanted, house) == expected


def test_what_others_must_bring(house):
    assert addons.foreign(["exchange"], house) == ["mail"]
    assert addons.foreign(["kibe"], house) == ["account", "mail"]


def test_an_addon_marked_not_installable_is_left_out(house):
    (house / "sofi" / "__manifest__.py").write_text("{'installable': False}")
    assert addons.names(house) == ["billing", "care", "exchange", "kibe"]


def test_a_broken_manifest_is_named(house):
    (house / "sofi" / "__manifest__.py").write_text("{'depends': [")
    with pytest.raises(Problem, match="sofi.*__manifest__"):
        addons.names(house)


@pytest.mark.parametrize(
    "file", ["tests/test_a.py", "README.rst", "static/src/a.js", "i18n/kibe.pot"]
)
def test_files_without_effect_on_the_database(house, file):
    before = addons.fingerprint("kibe", house)
    path = house / "kibe" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    assert addons.fingerprint("kibe", house) == before


@pytest.mark.parametrize(
    "file", ["models/a.py", "views/a.xml", "i18n/fr.po", "core/b.py"]
)
def test_files_the_database_is_made_from(house, file):
    before = addons.fingerprint("kibe", house)
    path = house / "kibe" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("changed")
    assert addons.fingerprint("kibe", house) != before


def test_a_renamed_file_is_a_change(house):
    before = addons.fingerprint("kibe", house)
    (house / "kibe" / "models" / "a.py").rename(house / "kibe" / "models" / "b.py")
    assert addons.fingerprint("kibe", house) != before


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("addons/daycare", {"daycare"}),
        ("addons/daycare/tests/test_x.py::TestX::test_y", {"daycare"}),
        ("tests/core/kibe_import", set()),
        ("tests/tooling", set()),
        ("tests", None),
        ("addons", None),
        (".", None),
        ("tests/e2e/test_client.py", {"exchange_run"}),
        ("tests/e2e/harness.py", None),
    ],
)
def test_what_a_path_needs(monkeypatch, argument, expected):
    monkeypatch.chdir(paths.ROOT)
    assert addons.of_path(argument) == expected


def test_our_own_addons_are_complete():
    """Every dependency is ours or Odoo's, and the house has no circle."""
    names = addons.names()
    assert set(addons.closure(names)) == set(names)
    ordered = addons.closure(names)
    for place, name in enumerate(ordered):
        needed = set(addons.manifest(name)["depends"]) & set(names)
        assert needed <= set(ordered[:place])


@pytest.mark.parametrize("addon", addons.names())
def test_every_field_of_a_form_has_its_label(addon):
    """A group that holds groups writes no labels beside the fields it holds itself."""
    bare = [
        (file.name, field.get("name"))
        for file in sorted((paths.ADDONS / addon).rglob("*.xml"))
        for field in etree.parse(file).iterfind(".//form//group[group]/field")
        if not field.get("nolabel")
    ]
    assert bare == []
