"""Odoo's own modules that install themselves find the packages they need."""

import ast
from importlib.util import find_spec

from devtools import odoo_source


def _manifests():
    for folder in odoo_source.addons_path(odoo_source.locate()):
        for path in folder.glob("*/__manifest__.py"):
            yield path.parent.name, ast.literal_eval(path.read_text())


def test_what_installs_itself_has_its_packages():
    """Otherwise a company of such a country cannot be created in the client."""
    missing = {}
    for module, manifest in _manifests():
        packages = manifest.get("external_dependencies", {}).get("python", [])
        absent = [name for name in packages if find_spec(name) is None]
        if absent and manifest.get("auto_install"):
            missing[module] = absent
    assert missing == {}
