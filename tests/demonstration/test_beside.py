"""The living demonstration in a database that has the charts of other countries, too.

Builds it once more, so it takes some minutes: run it when the demonstration changes.
"""

import os
from datetime import date

import pytest

from devtools import addons, database, living, odoo_source, templates

#: beside those of Switzerland and Canada, which the template has
OTHER_CHARTS = ["l10n_be", "l10n_de"]
PREPARE = """
for code in ("be_comp", "de_skr03"):
    house = env["res.company"].create({"name": code})
    env["account.chart.template"].try_loading(code, house, install_demo=False)
env.cr.commit()
"""
FOUND = """
for name in ("National Health Scheme", "Résidences du Saint-Laurent",
             "Crèches de la Riviera"):
    house = env["res.company"].search([("name", "=", name)])
    print("FOUND", house.chart_template, house.currency_id.name)
others = env["res.company"].search([("name", "in", ("be_comp", "de_skr03"))])
print("OTHERS", env["account.move"].search_count([("company_id", "in", others.ids)]))
"""


@pytest.fixture
def crowded():
    """A database with all addons and further charts."""
    name = f"test-beside-{os.getpid()}"
    wanted = set(addons.standard())
    templates.clone(templates.layer(odoo_source.locate(), wanted), name)
    database.install(name, OTHER_CHARTS)
    yield name
    database.drop(name)


def test_it_stands_beside_other_charts(crowded):
    database.script(crowded, PREPARE)
    living.build(crowded, date.today())
    said = database.script(crowded, FOUND)
    found = [line for line in said.splitlines() if line.startswith("FOUND")]
    assert found == ["FOUND tz TZS", "FOUND ca_2023 CAD", "FOUND ch CHF"]
    assert "OTHERS 0" in said
