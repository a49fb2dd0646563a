"""The suite's addons: manifests, dependencies, and what has changed in them."""

import ast
import hashlib
from pathlib import Path

from . import paths
from .console import Problem

#: Read by Odoo at run time, or not at all: no reason to install an addon anew.
NOT_INSTALLED = {"tests", "static", "readme", "__pycache__"}
NOT_INSTALLED_SUFFIXES = {".pyc", ".md", ".rst", ".pot", ".toml"}

#: Addons of others that ours may be glued to, and the packages they come in. Nothing of
#: them is installed before one of those is asked for by name.
WHEELS = {
    "account_budget_oca": "requirements-oca.txt",
    "account_credit_control": "requirements-oca.txt",
    "account_move_tier_validation": "requirements-oca.txt",
    "base_tier_validation": "requirements-oca.txt",
    "account_payment_sepa_credit_transfer": "requirements-oca.txt",
    "account_reconcile_oca": "requirements-oca.txt",
    "account_statement_import_camt54": "requirements-oca.txt",
    "fs_storage": "requirements-oca.txt",
    "partner_statement": "requirements-oca.txt",
    "queue_job": "requirements-queue.txt",
}

#: Tests of plain Python, and those that prepare their databases themselves.
WITHOUT_TEMPLATE = tuple(
    ("tests", name) for name in ("core", "tooling", "install", "upgrade")
)


def manifest(addon, folder=None):
    """Return the manifest of an addon.

    :param str addon: technical name
    :param Path folder: where the addons lie
    :rtype: dict
    :raises Problem: when it cannot be read
    """
    file = (folder or paths.ADDONS) / addon / "__manifest__.py"
    try:
        return ast.literal_eval(file.read_text())
    except (ValueError, SyntaxError) as error:
        raise Problem(f"{file} cannot be read: {error}") from error


def names(folder=None):
    """Return the technical names of the installable addons, sorted."""
    folder = folder or paths.ADDONS
    found = sorted(p.parent.name for p in folder.glob("*/__manifest__.py"))
    return [name for name in found if manifest(name, folder).get("installable", True)]


def standard(folder=None):
    """Return the names of those that stand on nothing but Odoo, sorted."""
    return [n for n in names(folder) if not wheels([n], folder)]


def glue(folder=None):
    """Return the names of those that need addons of others, sorted."""
    return sorted({*names(folder)} - {*standard(folder)})


def wheels(wanted, folder=None):
    """Return the files that name the packages the wanted addons need besides Odoo."""
    return sorted({WHEELS[n] for n in foreign(wanted, folder) if n in WHEELS})


def glued(file, folder=None):
    """Return the addons that need what a file of requirements names, sorted.

    :param str file: one of those that `WHEELS` names
    """
    return [n for n in names(folder) if file in wheels([n], folder)]


def closure(wanted, folder=None):
    """Return the wanted addons with those of ours they need, dependencies first.

    :param wanted: technical names
    :rtype: list[str]
    """
    ours = set(names(folder))
    ordered = {}

    def visit(addon):
        if addon in ordered or addon not in ours:
            return
        for dependency in sorted(manifest(addon, folder).get("depends", [])):
            visit(dependency)
        ordered[addon] = True

    for addon in sorted(wanted):
        visit(addon)
    return list(ordered)


def foreign(wanted, folder=None):
    """Return what the wanted addons need besides our own, sorted."""
    ours = closure(wanted, folder)
    needed = {d for a in ours for d in manifest(a, folder).get("depends", [])}
    return sorted(needed - set(ours))


def fingerprint(addon, folder=None):
    """Return a digest of the files that make a difference once installed."""
    base = (folder or paths.ADDONS) / addon
    digest = hashlib.sha256()
    for file in sorted(p for p in base.rglob("*") if p.is_file()):
        relative = file.relative_to(base)
        if NOT_INSTALLED & set(relative.parts[:-1]):
            continue
        if file.suffix in NOT_INSTALLED_SUFFIXES:
            continue
        digest.update(f"{relative}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def of_path(argument):
    """Return the addons a pytest argument speaks of.

    A path in `addons/x` needs `x`; a test file elsewhere may say what it needs in a
    module constant, `ADDONS = ["x"]`; plain-Python tests need none.

    :param str argument: a path, with or without `::test`
    :return: names, None when the path needs all
    :rtype: set[str] | None
    """
    path = Path(argument.split("::")[0])
    path = path if path.is_absolute() else Path.cwd() / path
    try:
        parts = path.resolve().relative_to(paths.ROOT).parts
    except ValueError:
        return None
    if parts[:1] == ("addons",) and len(parts) > 1:
        return {parts[1]}
    if parts[:2] in WITHOUT_TEMPLATE:
        return set()
    if path.is_file():
        return _declared(path)
    return None


def _declared(file):
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "ADDONS":
            return set(ast.literal_eval(node.value))
    return None
