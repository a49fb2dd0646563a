"""Each addon installs alone, with nothing but what it declares and without
demonstration data, says nothing in the log, and leaves nothing behind."""

import os
import re

import pytest

from devtools import addons, database, odoo_source, templates

UNINSTALL = """
module = env["ir.module.module"].search([("name", "=", {addon!r})])
assert module.state == "installed", module.state
models = env["ir.model"].search([("transient", "=", False)])
own = models.filtered(lambda m: m.modules == {addon!r}).mapped("model")
tables = [env[name]._table for name in own if not env[name]._abstract]
module.button_immediate_uninstall()
env.invalidate_all()
assert module.state == "uninstalled", module.state
left = env["ir.model.data"].search([("module", "=", {addon!r})])
assert not left, left.mapped("complete_name")
env.cr.execute("SELECT tablename FROM pg_tables WHERE tablename = ANY(%s)", [tables])
assert not env.cr.rowcount, env.cr.fetchall()
"""

UNINSTALL_ALL = """
import logging
logging.getLogger().addHandler(handler := logging.FileHandler({log!r}))
handler.setLevel(logging.WARNING)
handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
module = env["ir.module.module"].search([("name", "=", "exchange_run")])
module.button_immediate_uninstall()
"""


@pytest.fixture
def bare(request):
    """A database with what the addon needs from Odoo, and nothing more."""
    addon = request.param
    source = odoo_source.locate()
    template = templates.base(source, addons.foreign([addon]), demo=False)
    name = f"install-{os.getpid()}"
    templates.clone(template, name)
    yield addon, name
    database.drop(name)


@pytest.mark.parametrize("bare", addons.names(), indirect=True, ids=str)
def test_installs_alone_and_uninstalls(bare):
    addon, name = bare
    log = database.install(name, [addon], demo=False)
    complaints = database.complaints(log)
    assert not complaints, "\n".join(complaints)
    database.script(name, database.MODULES_ALONE + UNINSTALL.format(addon=addon))


def test_uninstalls_quietly(tmp_path):
    """All addons go with their demonstration data; the log speaks of nothing but the
    contacts that posted documents keep."""
    name = f"install-{os.getpid()}"
    log = tmp_path / "log"
    templates.clone(templates.layer(odoo_source.locate(), set(addons.standard())), name)
    try:
        database.script(
            name, database.MODULES_ALONE + UNINSTALL_ALL.format(log=str(log))
        )
    finally:
        database.drop(name)
    said = log.read_text()
    refused = re.findall(r"^ERROR: .*", said, re.M)
    others = [line for line in refused if "account_move_line_partner_id" not in line]
    assert not others, "\n".join(others)
    assert len(re.findall(r" ERROR ", said)) == len(refused), said
