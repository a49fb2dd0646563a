"""`./dev test --odoo`: Odoo's own tests, on a database with all our addons.

What fails there is run again on Odoo alone: red there as well is Odoo's own affair, the
rest is ours. So the list of what is red in stock is made each time, by the same command
and on the same machine, and no list can grow old.
"""

import os
from pathlib import Path
from xml.etree import ElementTree

from . import addons, config, database, paths, postgres, templates, tools, venv
from .console import Problem, say, step
from .testing import call_pytest

#: Odoo's addons whose tests our addons could break, beyond those they need
STOCK = ("account_debit_note", "account_payment")
#: for every change: hash chain, lock dates, sequences, lint, and what was broken once
QUICK = (
    "account/tests/test_account_inalterable_hash.py",
    "account/tests/test_account_lock_exception.py",
    "account/tests/test_sequence_mixin.py",
    "account/tests/test_account_analytic.py::TestAccountAnalyticAccount"
    "::test_model_application",
    "test_lint/tests/test_index.py",
    "test_lint/tests/test_onchange_domains.py",
    "test_lint/tests/test_orm_import.py",
    "test_lint/tests/test_override_signatures.py",
)
#: everything else that touches what we touch
ALL = (
    "account/tests",
    "account_debit_note/tests",
    "account_payment/tests",
    "analytic/tests",
    "l10n_ch/tests",
    "base/tests/test_acl.py",
    "base/tests/test_ir_model.py",
    "base/tests/test_menu.py",
    "base/tests/test_overrides.py",
    "base/tests/test_res_groups.py",
    "base/tests/test_res_users.py",
    "base/tests/test_views.py",
    "test_lint/tests",
    "web/tests/test_click_everywhere.py",
)
#: these install every localization there is, need programs that we do not, or know
#: none of the manifest's keys that are the OCA's: `development_status`; the tour is for
#: an administrator who is no accountant, and ours is: Invoicing opens on its dashboard
LEFT_OUT = (
    "account/tests/test_account_all_l10n.py",
    "account/tests/test_tour.py",
    "test_lint/tests/test_eslint.py",
    "test_lint/tests/test_manifests.py",
)
#: what was red without us at the last run of everything, and why, to compare with
STOCK_RED = Path(__file__).with_name("odoo_red_in_stock.txt")


def run(source, quick=False, arguments=()):
    """Run Odoo's tests with our addons; repeat without them what fails.

    :param Path source: folder that holds the package `odoo`
    :param bool quick: only what every change should pass, in a few minutes
    :param arguments: further ones for pytest
    :return: exit code: 0 when nothing is red that is green without us
    """
    for program in tools.PROGRAMS:
        tools.ensure(program)
    venv.ensure_lint()
    files = _files(source, QUICK if quick else ALL)
    with_us = templates.layer(source, set(addons.standard()))
    red = _red(with_us, files, "with our addons", arguments)
    if not red:
        say("Odoo's own tests pass with our addons.")
        return 0
    nodes = [_node(files, test) for test in sorted(red)]
    stock_config = paths.HOME / "odoo-stock.conf"
    config.write(source, stock_config, ours=None)
    stock = _red(
        templates.base(source), nodes, "without our addons", arguments, stock_config
    )
    if not (quick or arguments):
        _keep(set(red) & set(stock), stock)
    return _report(red, stock)


def _files(source, wanted):
    """Return the test files and classes, as far as this Odoo has them.

    :raises Problem: when there are none at all
    """
    folder = Path(source) / "odoo" / "addons"
    found = []
    for name in wanted:
        path, mark, part = name.partition("::")
        if (folder / path).exists():
            found.append(f"{folder / path}{mark}{part}")
    if not found:
        raise Problem(f"No tests of Odoo's below {folder}", "Use a full source tree.")
    return [*found, *(f"--ignore={folder / name}" for name in LEFT_OUT)]


def _red(template, files, what, arguments, odoo_config=paths.CONFIG):
    """Run tests on a clone of a template.

    :param Path odoo_config: Odoo's configuration
    :return: {name of the test: why it failed}
    """
    name = f"test-{os.getpid()}"
    report = paths.HOME / "odoo-tests.xml"
    report.unlink(missing_ok=True)
    with step(f"database {name}, {what}"):
        templates.clone(template, name)
    try:
        if missing := _missing(name):
            database.install(name, missing)
        options = [f"--junitxml={report}", "-q", "--continue-on-collection-errors"]
        # Odoo's own lint needs pylint, which is not among what Odoo itself needs
        options += ["-p", "devtools.lint_path"]
        call_pytest(name, [*files, *options, *arguments], template, odoo_config)
    finally:
        database.drop(name)
    if not report.exists():
        raise Problem("pytest ended without a report.", "Read what it says above.")
    return _failures(report)


def _missing(name):
    """Return those of Odoo's addons that the database has not installed yet."""
    query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    installed = {row[0] for row in postgres.query(name, query)}
    return [addon for addon in STOCK if addon not in installed]


def _failures(report):
    """Return {name of the test: first line of why} of what a report tells is red."""
    failures = {}
    for case in ElementTree.parse(report).iter("testcase"):
        for kind in ("failure", "error"):
            if (found := case.find(kind)) is not None:
                test = f"{case.get('classname')}::{case.get('name')}"
                failures[test] = (found.get("message") or "").split("\n")[0][:200]
    return failures


def _node(files, test):
    """Return pytest's name of a test that a report names: file::class::method."""
    module, _, method = test.partition("::")
    folder = next(f for f in files if f.startswith("/")).split("/odoo/addons/")[0]
    if not module:  # the file itself could not be read
        return f"{folder}/odoo/addons/{'/'.join(method.split('.')[-3:])}.py"
    *parts, name = module.split(".")
    if not name[:1].isupper():  # a function of the file, in no class
        return f"{folder}/odoo/addons/{'/'.join([*parts[-2:], name])}.py::{method}"
    relative = "/".join(parts[-3:]) + ".py"
    return f"{folder}/odoo/addons/{relative}::{name}::{method}"


def _keep(tests, reasons):
    """Write the list of what is red in stock, for whoever reads the repository."""
    lines = [f"{_short(test)}: {reasons[test]}".rstrip(": ") for test in sorted(tests)]
    STOCK_RED.write_text("\n".join(["# Written by ./dev test --odoo all", *lines, ""]))


def _short(test):
    """Return a test's name without the place where Odoo lies on this machine."""
    return test.rpartition(".odoo.addons.")[2] or test


def _report(red, stock):
    """Say what is ours and what is red without us, too; return the exit code."""
    for test in sorted(set(red) & set(stock)):
        say(f"red without our addons, too: {_short(test)}: {stock[test]}")
    ours = sorted(set(red) - set(stock))
    for test in ours:
        say(f"RED BECAUSE OF OUR ADDONS: {_short(test)}: {red[test]}")
    say(f"{len(ours)} of Odoo's tests fail because of our addons.")
    return 1 if ours else 0
