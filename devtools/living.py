"""The living demonstration: made once by a script in Odoo's shell, then cloned.

`./dev run` shows it. Tests do without: they want few records that they know.
"""

import hashlib
import re
import time
from datetime import date
from operator import itemgetter
from pathlib import Path

from . import addons, database, paths, templates
from .console import say, step
from .locks import lock

FOLDER = Path(__file__).with_name("demonstration")
#: Houses that one process builds after another; the processes work at the same time.
HOUSES = (("scheme", "residences"), ("daycare",))
#: Odoo's charts of the countries that are not there yet
CHARTS = ["l10n_tz_account"]
#: languages that some of the families speak, beside those of every database
LANGUAGES = ["de_CH"]
GROUP = f"{templates.PREFIX}living"
SCRIPT = (
    database.MODULES_ALONE
    + """
import os
import sys
import time
sys.path.insert(0, {root!r})
from datetime import date
from importlib import import_module
from odoo import SUPERUSER_ID, api, sql_db
from odoo.modules.module_graph import ModuleNode

# Odoo's demonstration of a chart is a company of its own, with bills.
ModuleNode.demo_installable = False
missing = [("name", "in", {charts!r}), ("state", "!=", "installed")]
env["ir.module.module"].search(missing).button_immediate_install()
env.transaction.reset()
for code in {languages!r}:
    env["res.lang"]._activate_lang(code)
installed = env["ir.module.module"].search([("state", "=", "installed")])
installed._update_translations({languages!r})
env.cr.commit()
env.transaction.reset()
registry = env.registry
env.cr.close()
sql_db.close_all()

def build(houses):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {{}})
        for house in houses:
            begin = time.process_time()
            make = import_module("devtools.demonstration." + house).build
            for what, login in make(env, date.fromisoformat({today!r})):
                print("LOGIN", login, what)
            cr.commit()
            print("TIME", house, round(time.process_time() - begin, 1), flush=True)

workers = []
for houses in {houses!r}:
    worker = os.fork()
    if not worker:
        try:
            build(houses)
        except BaseException:
            import traceback
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    workers.append(worker)
if any([os.waitpid(worker, 0)[1] for worker in workers]):
    sys.exit(1)
os._exit(0)
"""
)


#: what the scheme pays by, with OCA's addons beside ours
EQUIP = (
    database.MODULES_ALONE
    + """
import sys
sys.path.insert(0, {root!r})
from datetime import date
from devtools.demonstration import money_out

for what, login in money_out.build(env, date.fromisoformat({today!r})):
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
    content = [below, f"{today:%Y-%m}", SCRIPT, str(HOUSES), str(LANGUAGES)]
    content += [file.read_text() for file in files]
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
    logins = build(name, today)
    # The charts bring no scripts nor styles: the client's stay as they are bundled.
    database.note(name, {"complete": True, "logins": logins, "assets": True})
    templates.forget_old(GROUP, name, count=1)


def build(name, today):
    """Build the houses in a database that has all addons; say what each one took.

    :param str name: the database
    :param date today: the day after the history
    :return: [(login, what this person does)]
    """
    # One start for all houses: each would first load all addons.
    code = SCRIPT.format(
        root=str(paths.ROOT),
        charts=CHARTS,
        languages=LANGUAGES,
        houses=HOUSES,
        today=str(today),
    )
    with step("a year of three companies"):
        said = database.script(name, code)
    for house, seconds in re.findall(r"^TIME (\w+) (\S+)$", said, re.M):
        say(f"  {house}: {seconds} s of processor time")
    logins = re.findall(r"^LOGIN (\S+) (.*)$", said, re.M)
    return sorted(logins, key=itemgetter(1))


def equip(name):
    """Give the scheme what it pays by and approves with, once; see `money_out.py`.

    :param str name: a database with the living demonstration and OCA's addons
    """
    known = database.comment(name)
    if not known.get("logins") or known.get("equipped"):
        return
    code = EQUIP.format(root=str(paths.ROOT), today=str(date.today()))
    with step("accounts, payment methods and approvals of the health scheme"):
        said = database.script(name, code)
    new = re.findall(r"^LOGIN (\S+) (.*)$", said, re.M)
    logins = sorted([*map(tuple, known["logins"]), *new], key=itemgetter(1))
    database.note(name, {**known, "logins": logins, "equipped": True})
