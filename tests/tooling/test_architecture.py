"""The layers of the house, read from the sources: core below models, bases below
domains, and no domain beside another."""

import ast
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from devtools import addons, paths

#: The toolbox that every core may use.
TOOLBOX = "exchange_run"
DOMAINS = {"openimis", "sofi", "primmo", "daycare", "kibe"}
#: What the toolbox does for all, and who else may, for what is its own: to write a
#: table, to read one that comes with the addon, to spell a letter in another alphabet.
TOOLS = {
    "csv": {"exchange_run/controllers/main.py", "kibe_import/core/messages.py"},
    "openpyxl": {"kibe_import/core/report.py"},
    "requests": set(),
    "socket": set(),
    "unicodedata": {
        "exchange_run/core/swiss_text.py",
        "kibe_import/core/text.py",
        "sofi_primmo/core/matching.py",
        "sofi_primmo/core/mdg.py",
        "sofi_primmo/core/nam.py",
    },
    "urllib3": set(),
    "xlrd": set(),
    "zipfile": set(),
}
#: Where somebody's files lie: on this machine, whoever's it is.
MACHINE = re.compile(r"""["'(\s=](/(?:home|root|Users|work|mnt)/|[A-Z]:\\\\Users)""")

#: What a client may say by the context, since it changes nothing that others see; all
#: else that methods tell each other goes by `exchange_run.told`.
SAID_BY_CLIENTS = {
    "active_ids": "which records a wizard is opened on; they are read with its rights",
    "active_model": "as above",
    "bin_size": "sizes instead of contents",
    "exchange_background": "heeded without a request only: no client is there",
    "exchange_inline": "as above",
    "fhir_base": "addresses in what is shown; a request of FHIR sets its own",
    "fhir_body": "as above",
    "fhir_page": "as above",
    "fhir_settled": "as above",
    "kibe_import_id": "the delivery that is tested again; it is asked for the right",
    "match_line_id": "the line that a dialog is opened on; it is asked for the right",
    "openimis_fhir_key": "makes the caller's own key open less",
    "skip_validation_check": "is taken out again",
    "slot_with_group": "says more of a slot than its number",
    "sofi_residence_id": "whose example a layout shows, if its reader may read it",
}
ASKS_CONTEXT = re.compile(
    r"""context(?:\.get\(\s*|\[)["'](\w+)["']|["'](\w+)["'] (?:not )?in [\w.]*context"""
)

#: What tells a program whether it is being tested; what runs at night has to be what
#: was tested.
TESTED = re.compile(r"\b(current_test|test_enable|test_mode|in_test_mode|testing)\b")


def house(addon):
    """Return the addons of ours that an addon stands on, itself included."""
    found, waiting = set(), [addon]
    while waiting:
        name = waiting.pop()
        if name not in found and name in addons.names():
            found.add(name)
            waiting += addons.manifest(name)["depends"]
    return found


def python_files(folder, tests=False):
    return [
        file
        for file in sorted(folder.rglob("*.py"))
        if tests or "tests" not in file.relative_to(folder).parts
    ]


def imports(file, tree=None):
    """Yield the absolute dotted name of every import, the relative ones resolved as
    below `odoo.addons`."""
    package = ("odoo", "addons", *file.relative_to(paths.ADDONS).parent.parts)
    for node in ast.walk(tree or ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*start, *filter(None, [node.module])])
            yield from (f"{base}.{name.name}" for name in node.names)


def core_faults(addon, file, tree=None):
    """Return the imports of a core module that lead out of the cores."""
    allowed = (f"odoo.addons.{addon}.core.", f"odoo.addons.{TOOLBOX}.core.")
    return [
        name
        for name in imports(file, tree)
        if name.split(".")[0] == "odoo" and not f"{name}.".startswith(allowed)
    ]


def layer_faults(addon, file, tree=None):
    """Return the imports of addons of ours that the addon does not stand on."""
    below = house(addon)
    return [
        name
        for name in imports(file, tree)
        for parts in [name.split(".")]
        if parts[:2] == ["odoo", "addons"]
        and len(parts) > 2
        and parts[2] in addons.names()
        and parts[2] not in below
    ]


@pytest.mark.parametrize("addon", addons.names())
def test_core_knows_no_odoo_and_no_other_core_but_the_toolbox(addon):
    for file in python_files(paths.ADDONS / addon / "core"):
        assert not core_faults(addon, file), file


@pytest.mark.parametrize("module", ["service_code", "unit_price", "nam"])
def test_rules_that_other_programs_use_stand_alone(module):
    folder = paths.ADDONS / "sofi_primmo" / "core"
    code = (
        "import importlib, sys, types\n"
        "alone = types.ModuleType('alone')\n"
        f"alone.__path__ = [{str(folder)!r}]\n"
        "sys.modules['alone'] = alone\n"
        f"importlib.import_module('alone.{module}')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr


@pytest.mark.parametrize("addon", addons.names())
def test_a_tool_is_in_one_place(addon):
    """Readers of tables, HTTP and the like: a second one would disagree one day."""
    for file in python_files(paths.ADDONS / addon):
        name = str(file.relative_to(paths.ADDONS))
        if name.startswith(f"{TOOLBOX}/core/"):
            continue
        used = {imported.split(".")[0] for imported in imports(file)}
        assert not [t for t in TOOLS if t in used and name not in TOOLS[t]], name


@pytest.mark.parametrize("addon", addons.names())
def test_imports_lead_downwards(addon):
    for file in python_files(paths.ADDONS / addon, tests=True):
        assert not layer_faults(addon, file), file


@pytest.mark.parametrize("addon", addons.names())
def test_models_of_other_domains_are_not_named(addon):
    """A model is reached by its name as well as by an import."""
    known = {prefix for name in house(addon) for prefix in prefixes(name)}
    strangers = "|".join(sorted(DOMAINS - known))
    if not strangers:
        return
    pattern = re.compile(rf"^({strangers})\.[a-z_.]+$")
    for file in python_files(paths.ADDONS / addon):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not pattern.match(node.value), f"{file}:{node.lineno}"


def prefixes(addon):
    """Return the words the names of an addon's models begin with."""
    return {"sofi_primmo": {"sofi", "primmo"}}.get(addon, {addon.split("_")[0]})


@pytest.mark.parametrize("addon", addons.names())
def test_references_in_xml_lead_downwards(addon):
    below = house(addon)
    above = [name for name in addons.names() if name not in below]
    pattern = re.compile(rf"\b({'|'.join(above)})\.\w+") if above else None
    for file in (paths.ADDONS / addon).rglob("*.xml"):
        if "tests" in file.parts or pattern is None:
            continue
        for element in ElementTree.parse(file).iter():
            # External identifiers; names of models are looked at in Python.
            for name in ("ref", "inherit_id", "groups", "parent", "eval", "action"):
                assert not pattern.search(element.get(name, "")), f"{file}: {name}"


def test_no_domain_stands_on_another():
    for addon in addons.names():
        words = {prefixes(name).copy().pop() for name in house(addon)} & DOMAINS
        # A Kibé delivery becomes records of the daycare: these two are one domain.
        assert len(words - {"kibe", "primmo"}) <= 1, addon


@pytest.mark.parametrize("addon", addons.names())
def test_no_addon_asks_whether_it_is_being_tested(addon):
    for file in python_files(paths.ADDONS / addon):
        found = TESTED.search(file.read_text())
        assert not found, f"{file}: {found.group()}"


def test_nothing_names_a_place_of_one_machine():
    for top in (paths.ADDONS, paths.ROOT / "devtools", paths.ROOT / "docs"):
        for file in sorted(top.rglob("*")):
            if file.suffix in {".py", ".xml", ".js", ".md", ".rst", ".toml", ".csv"}:
                found = MACHINE.search(file.read_text(errors="replace"))
                assert not found, f"{file}: {found.group()}"


@pytest.mark.parametrize(
    ("addon", "code", "faults"),
    [
        ("sofi_primmo", "from odoo import models", ["odoo.models"]),
        ("sofi_primmo", "import odoo.tools", ["odoo.tools"]),
        ("sofi_primmo", "from . import nam\nimport decimal", []),
        ("sofi_primmo", "from ..models import const", "one"),
        ("sofi_primmo", "from ...exchange_run.core import money", []),
        ("sofi_primmo", "from ...daycare.core import text", "one"),
    ],
)
def test_faults_of_a_core_are_seen(addon, code, faults):
    file = paths.ADDONS / addon / "core" / "sample.py"
    found = core_faults(addon, file, ast.parse(code))
    assert len(found) == 1 if faults == "one" else found == faults


def test_a_step_upwards_is_seen():
    file = paths.ADDONS / "exchange_run" / "models" / "sample.py"
    tree = ast.parse("from odoo.addons.sofi_primmo.core import nam")
    assert layer_faults("exchange_run", file, tree)
    file = paths.ADDONS / "sofi_primmo" / "models" / "sample.py"
    assert not layer_faults(
        "sofi_primmo", file, ast.parse("from odoo.addons.exchange_run import links")
    )
    assert layer_faults(
        "sofi_primmo", file, ast.parse("from odoo.addons.daycare.core import text")
    )


def test_no_client_tells_a_method_what_only_the_program_tells():
    asked = {
        key
        for file in python_files(paths.ADDONS)
        for found in ASKS_CONTEXT.findall(file.read_text(encoding="utf-8"))
        for key in found
        if key and not key.startswith("default_")
    }
    assert asked == set(SAID_BY_CLIENTS)
