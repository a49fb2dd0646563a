"""Import the plain-Python `core` package of an addon without Odoo."""

import importlib.util
import sys
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"


def load_core(addon):
    """Return the package `addons/<addon>/core`, imported as `<addon>_core`.

    The package is loaded from its folder, not through the addon, so that neither
    Odoo nor a database is needed. Submodules import as `<addon>_core.<module>`.

    :param str addon: technical name of the addon
    :return: the imported package
    :raises FileNotFoundError: when the addon has no `core` package
    """
    name = f"{addon}_core"
    if name in sys.modules:
        return sys.modules[name]
    folder = ADDONS / addon / "core"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return package
