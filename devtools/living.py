"""The living demonstration: made once by a script in Odoo's shell, then cloned.

`./dev run` shows it. Tests do without: they want few records that they know.
"""

import hashlib
import re
import time
from datetime import date
from pathlib import Path

from . import addons, database, paths, templates
from .console import step
from .locks import lock

FOLDER = Path(__file__).with_name("demonstration")
HOUSES = ("scheme", "residences", "daycare")
#: Odoo's charts of the countries that are not there yet
CHARTS = ["l10n_tz_account"]
GROUP = f"{templates.PREFIX}living"
SCRIPT = (
    database.MODULES_ALONE
    + """
import sys
sys.path.insert(0, {root!r})
from datetime import date
from importlib import import_module
from odoo.modules.module_graph import ModuleNode
# Odoo's demonstration of a chart is a company of its own, with bills.
ModuleNode.demo_installable = False
missing = [("name", "in", {charts!r}), ("state", "!=", "installed")]
env["ir.module.module"].search(missing).button_immediate_install()
env.transaction.reset()
for house in {houses!r}:
    build = import_module("devtools.demonstration." + house).build
    for what, login in build(env, date.fromisoformat({today!r})):
        print("LOGIN", login, what)
    env.cr.commit()
"""
)


def template(source):
    """Return the name of the template with a year behind it; make it if there is none.

    It is made anew when the addons or the demonstration change, and each month: its
    dates are relative to the day it is made.

    :param Path source: folder that holds the package `odoo`
    """
    below = templates.layer(source, set(addons.standard()))
    today = date.today()
    files = sorted(FOLDER.glob("*.py"))
    content = [below, f"{today:%Y-%m}", *(file.read_text() for file in files)]
    digest = hashlib.sha256("\n".join(content).encode()).hexdigest()[:12]
    name = f"{GROUP}-{digest}"
    with lock(GROUP):
        if not database.comment(name).get("complete"):
            _make(below, name, today)
        known = database.comment(name)
        database.note(name, {**known, "used": time.time()})
    return name


def _make(below, name, today):
    templates.clone(below, name)
    # One process: each would first load all addons.
    code = SCRIPT.format(
        root=str(paths.ROOT), charts=CHARTS, houses=HOUSES, today=str(today)
    )
    with step("a year of three companies"):
        said = database.script(name, code)
    # The charts bring no scripts nor styles: the client's stay as they are bundled.
    note = {
        "complete": True,
        "logins": re.findall(r"^LOGIN (\S+) (.*)$", said, re.M),
        "assets": True,
    }
    database.note(name, note)
    templates.forget_old(GROUP, name, count=1)
