"""Import the plain-Python `core` packages of the addons without Odoo.

They are imported as `cores.<addon>.core`, below packages that stand for the addons
and run none of their code, so that a core reaches the toolbox by the same relative
import as inside Odoo. Tests call them by the shorter `<addon>_core`.
"""

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path

ADDONS = Path(__file__).resolve().parents[2] / "addons"
ROOT = "cores"
SUFFIX = "_core"


class _AddonFinder(MetaPathFinder, Loader):
    """Finds `cores`, `cores.<addon>`, and what is meant by `<addon>_core…`."""

    def find_spec(self, name, path=None, target=None):
        first, *rest = name.split(".")
        if first == ROOT and len(rest) < 2:
            spec = ModuleSpec(name, self, is_package=True)
            spec.submodule_search_locations = [str(ADDONS / part) for part in rest]
            return spec
        addon = first.removesuffix(SUFFIX)
        if addon != first and (ADDONS / addon / "core").is_dir():
            return ModuleSpec(name, self, is_package=True)
        return None

    def exec_module(self, module):
        first, *rest = module.__name__.split(".")
        if first != ROOT:
            meant = [ROOT, first.removesuffix(SUFFIX), "core", *rest]
            sys.modules[module.__name__] = importlib.import_module(".".join(meant))


sys.meta_path.insert(0, _AddonFinder())


def load_core(addon):
    """Return the package `addons/<addon>/core`; `<addon>_core.<module>` imports, too.

    :param str addon: technical name of the addon
    :return: the imported package
    :raises ModuleNotFoundError: when the addon has no `core` package
    """
    return importlib.import_module(addon + SUFFIX)
