"""SOFI / Primmo in the French of Québec: an import that archives, a night in part."""

import sys
from pathlib import Path

import pytest

from devtools import database

sys.path.insert(0, str(Path(__file__).parents[1] / "simulators" / "sofi"))

from sofi_simulator import Simulator  # noqa: E402

from .test_sofi import set_up  # noqa: E402

ADDONS = ["sofi_primmo"]
LANG = "fr_CA"
SWITCH_ON = """
languages = env["res.lang"].with_context(active_test=False)
lang = languages.search([("code", "=", {lang!r})])
env["base.language.install"].create({{"lang_ids": lang.ids}}).lang_install()
env.cr.commit()
"""
HEADINGS = "Numéro;Nom;Prénom;Sexe;Date de naissance;Langue;Accepté\n"
PEOPLE = (
    "T00700;Bergeron;Paul;M;1940-02-03;Fr;Non\n",
    "T00701;Lavoie;Lucille;F;1938-11-23;Fr;Non\n",
    "T00702;Côté;Réjean;M;1941-05-30;Fr;Non\n",
)


@pytest.fixture(scope="module")
def simulator():
    simulator = Simulator().start()
    yield simulator
    simulator.close()


@pytest.fixture(scope="module")
def french(odoo):
    """The language, switched on by a process of its own.

    Another thread of the server might recall which languages there are while one is
    switched on, and its process would not see it.
    """
    database.script(odoo.database, SWITCH_ON.format(lang=LANG))


@pytest.fixture
def sofi(client, french, simulator, tmp_path):
    simulator.faults.clear()
    simulator.store.reset()
    client.login()
    set_up(client, simulator, tmp_path)
    client.login(lang=LANG)
    yield client
    client.login(lang="en_US")


def upload(client, path, people, archive):
    path.write_text(HEADINGS + "".join(people), encoding="cp1252")
    client.open_action("sofi_primmo.primmo_import_action")
    client.button("Nouveau")
    client.fill("Résidence", "Les Érables")
    client.upload("file", path)
    client.page.get_by_text("Date de naissance", exact=True).first.wait_for()
    if archive:
        client.field("archive_missing").locator("input").set_checked(True)
    client.screenshot(f"sofi-fr-import-{len(people)}")
    client.button("Aperçu")


def test_who_is_no_longer_in_the_list_is_archived(sofi, tmp_path):
    upload(sofi, tmp_path / "tous.csv", PEOPLE, archive=False)
    sofi.button("Importer")
    upload(sofi, tmp_path / "reste.csv", PEOPLE[:1], archive=True)
    sofi.screenshot("sofi-fr-archive-preview")
    sofi.tab("Constats")
    sofi.screenshot("sofi-fr-archive-preview-findings", full=True)
    assert "Lavoie" in sofi.text()
    sofi.button("Importer")
    sofi.screenshot("sofi-fr-archive-result")
    sofi.tab("Constats")
    sofi.screenshot("sofi-fr-archive-result-findings", full=True)
    sofi.open_action("sofi_primmo.primmo_tenant_action")
    sofi.screenshot("sofi-fr-archive-tenants")
    assert "Lavoie" not in sofi.text() and "Bergeron" in sofi.text()


def test_a_night_in_part(sofi, simulator):
    ids = sofi.call(
        "sofi.residence",
        "search",
        [[("code", "=", "CEDRES"), ("active", "in", [True, False])]],
    )
    sofi.call("sofi.residence", "write", [ids, {"active": True, "api_secret": "wrong"}])
    [cron] = sofi.call(
        "ir.model.data",
        "search_read",
        [[("module", "=", "sofi_primmo"), ("name", "=", "ir_cron_sofi_export")]],
        {"fields": ["res_id"]},
    )
    sofi.call("ir.cron", "method_direct_trigger", [[cron["res_id"]]])
    sofi.open_action("sofi_primmo.sofi_export_action")
    sofi.screenshot("sofi-fr-night-list")
    sofi.page.locator(".o_data_row").first.locator("td[name=name]").click()
    sofi.wait()
    sofi.screenshot("sofi-fr-night", full=True)
    sofi.page.set_viewport_size({"width": 1366, "height": 1500})
    for tab in ("Constats", "Journal"):
        sofi.tab(tab)
        sofi.screenshot(f"sofi-fr-night-{tab}", full=True)
    sofi.page.locator(
        ".o_menu_systray .o-mail-ActivityMenu-counter, "
        ".o_menu_systray i[aria-label='Activités']"
    ).first.click()
    sofi.wait()
    sofi.screenshot("sofi-fr-night-activities")
    sofi.open("/odoo")
    sofi.open_menu("SOFI / Primmo")
    sofi.screenshot("sofi-fr-night-start", full=True)
