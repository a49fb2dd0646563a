"""The documentation: it builds without a broken link, and what the code points to is
there."""

import re
from xml.etree import ElementTree

import pytest

from devtools import addons, docs_site, paths
from devtools.console import Problem

REFERENCE = paths.ROOT / "docs" / "reference"
PAGES = {"kibe": "kibe.md", "daycare": "kibe.md", "sofi": "sofi_primmo.md"} | {
    "openimis": "openimis.md"
}
NUMBER = r"\d+(?:\.\d+)*"
POINTER = re.compile(
    rf"\b(?:[Ss]ections?|[Ss]pec(?:ification)?|kibe)\s+({NUMBER}"
    rf"(?:(?:,\s+|\s+and\s+|\s+or\s+){NUMBER})*)(?![\d%])"
)
#: Tests outside the addons, by the folder or the beginning of the name.
TESTS = ("tests/core", "tests/kill", "tests/together")


def pointers(text):
    """Return the section numbers a text points to."""
    # A comment goes on in the next line.
    text = re.sub(r"\n\s*#?\s*", " ", text)
    return {
        number
        for found in POINTER.finditer(text)
        for number in re.findall(NUMBER, found.group(1))
    }


def page_of(file):
    """Return the page of the reference that a file's section numbers belong to."""
    name = str(file.relative_to(paths.ROOT))
    for word, page in PAGES.items():
        if re.search(rf"(^|[/_]){word}(_|/)", name):
            return page
    return "kibe.md" if "kibe 1" in file.read_text() or "kibe 6" in name else None


def files():
    for top in ("addons", *TESTS):
        for file in sorted((paths.ROOT / top).rglob("*.py")):
            if pointers(file.read_text()):
                yield file


def headings(page):
    text = (REFERENCE / page).read_text()
    return set(re.findall(rf"^#+ ({NUMBER})\.? ", text, re.M))


def test_every_section_that_code_names_is_in_the_reference():
    missing, seen = [], 0
    for file in files():
        page = page_of(file)
        assert page, f"{file} names a section of which domain?"
        wanted = pointers(file.read_text())
        seen += len(wanted)
        lacking = wanted - headings(page)
        missing += [f"{file}: {page} {number}" for number in sorted(lacking)]
    assert not missing, "\n".join(missing)
    assert seen > 100


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("as in section 5.2.", {"5.2"}),
        ("Section 2: discount", {"2"}),
        ("(spec 6.1, 7.2 and 12)", {"6.1", "7.2", "12"}),
        ("the specification\n    # section 1.8", {"1.8"}),
        ("kibe 1.6: pages", {"1.6"}),
        ("openIMIS 1.11 and Python 3.11", set()),
    ],
)
def test_pointers_are_found(text, numbers):
    assert pointers(text) == numbers


@pytest.mark.parametrize("page", sorted(set(PAGES.values())))
def test_no_section_is_there_twice(page):
    found = re.findall(rf"^#+ ({NUMBER})\.? ", (REFERENCE / page).read_text(), re.M)
    assert len(found) == len(set(found))


def test_files_that_the_documentation_names_are_there():
    for page in sorted((paths.ROOT / "docs").rglob("*.md")):
        text = page.read_text()
        for name in re.findall(r"`((?:addons|tests|devtools|docker)/[^`*… ]+)`", text):
            assert (paths.ROOT / name).exists(), f"{page.name}: {name}"


def test_methods_and_files_that_the_walks_name_are_there():
    """Whoever moves one of them moves the walk as well."""
    sources = [f for f in paths.ADDONS.rglob("*.py") if "tests" not in f.parts]
    defined = set()
    for file in sources:
        text = file.read_text()
        defined |= set(re.findall(r"^ *(?:def|class) (\w+)", text, re.M))
        defined |= set(re.findall(r"^    (\w+) = ", text, re.M))
    names = {file.name for file in sources} | {"rights_table.py"}
    names |= {file.name for file in (paths.ROOT / "tests" / "tooling").glob("*.py")}
    for page in sorted((paths.ROOT / "docs" / "development").glob("*.md")):
        text = page.read_text()
        for method in re.findall(r"`(_\w+|action_\w+|openimis_\w+)(?:\(\w*\))?`", text):
            known = method in defined or (paths.ADDONS / method).exists()
            assert known, f"{page.name}: {method}"
        for name in re.findall(r"`(?:[\w/]+/)?(\w+\.py)`", text):
            assert name in names, name


@pytest.mark.parametrize("name", ["README.md", "docs/development/house.md"])
def test_tables_of_addons_say_what_manifests_say(name):
    rows = re.findall(
        r"^\| \[?`(\w+)`[^|]*\|[^|]+\| ([\w, ]+) \|$",
        (paths.ROOT / name).read_text(),
        re.M,
    )
    said = {addon: depends.split(", ") for addon, depends in rows}
    assert said == {n: addons.manifest(n)["depends"] for n in addons.names()}


def test_walks_count_their_files():
    text = (paths.ROOT / "docs" / "development" / "walks.md").read_text()
    walks = text.split("\n## ")[1:]
    assert len(walks) == 3
    for walk in walks:
        (said,) = re.findall(r"^\*(\d+) files;", walk, re.M)
        assert int(said) == len(set(re.findall(r"\w+\.py", walk))), walk[:40]


def menus():
    """Return the menus, and the pages of the settings, as the paths a user reads."""
    names, parents, actions, settings = {}, {}, {}, set()
    for addon in addons.names():
        for file in (paths.ADDONS / addon).rglob("*.xml"):
            for element in ElementTree.parse(file).iter():
                full = f"{addon}.{element.get('id')}"
                if element.tag == "record":
                    title = element.find("field[@name='name']")
                    actions[full] = "" if title is None else title.text
                elif element.tag == "menuitem":
                    names[full] = element.get("name") or f"@{element.get('action')}"
                    parents[full] = element.get("parent")
                elif element.tag == "app":
                    settings.add(f"Settings ‣ {element.get('string')}")
    found = {}
    for full, name in names.items():
        addon = full.split(".")[0]
        if name.startswith("@"):
            name = actions.get(_full(name[1:], addon), "")
        parent = parents[full] and _full(parents[full], addon)
        found[full] = (name, parent)
    return {_path(full, found) for full in found} | settings


def _full(xmlid, addon):
    return xmlid if "." in xmlid else f"{addon}.{xmlid}"


def _path(full, found):
    names = []
    while full:
        name, full = found.get(full, ("", None))
        names.insert(0, name)
    return " ‣ ".join(names)


def test_menus_that_the_documentation_names_are_there():
    known = menus()
    named = [
        (page.name, re.sub(r"\s+", " ", found))
        for page in sorted((paths.ROOT / "docs").rglob("*.md"))
        for found in re.findall(r"\*([^*]+ ‣ [^*]+)\*", page.read_text())
    ]
    assert len(named) > 15
    assert not [(page, path) for page, path in named if path not in known]


def test_the_documentation_builds(tmp_path):
    docs_site.build(tmp_path / "site")
    for name in ("index.html", "reference/kibe.html", "pictures/daycare.png"):
        assert (tmp_path / "site" / name).stat().st_size
    for addon in addons.names():
        assert (tmp_path / "site" / "changes" / f"{addon}.html").exists()


@pytest.mark.parametrize("link", ["[a](nowhere.md)", "![a](none.png)", "[a](#gone)"])
def test_what_is_missing_fails_the_build(tmp_path, monkeypatch, link):
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text(f"# Title\n\n{link}\n")
    lines = (paths.ROOT / "mkdocs.yml").read_text().split("nav:\n  -")[0]
    lines = lines.replace("  - devtools/docs_hooks.py\n", "").replace("hooks:\n", "")
    configuration = tmp_path / "mkdocs.yml"
    configuration.write_text(lines)
    monkeypatch.setattr(docs_site, "CONFIGURATION", configuration)
    with pytest.raises(Problem):
        docs_site.build(tmp_path / "site")
