"""No heading of a list is cut on a screen of 1366 pixels."""

import pytest

from devtools import addons

ADDONS = ["openimis_fhir", "sofi_primmo", "daycare_billing", "kibe_import"]
#: headings of which a part is not shown
CUT = """() => [...document.querySelectorAll(".o_list_table thead th[data-name]")]
    .filter(th => [...th.querySelectorAll("*")].some(
        part => part.innerText && part.scrollWidth > part.clientWidth + 1
            && getComputedStyle(part).overflow.includes("hidden")))
    .map(th => th.innerText.trim())"""
MODULES = addons.names()


@pytest.mark.parametrize("lang", ["en_US", "fr_FR"])
def test_headings_are_whole(client, lang):
    client.login(lang=lang)
    cut = {}
    for action in lists(client):
        client.open_action(action)
        if found := client.page.evaluate(CUT):
            cut[action] = found
    assert not cut


def lists(client):
    """External ids of the suite's actions that begin with a list, one a model."""
    domain = [("view_mode", "=like", "list%")]
    found = client.call(
        "ir.actions.act_window", "search_read", [domain, ["xml_id", "res_model"]]
    )
    mine = [row for row in found if row["xml_id"].split(".")[0] in MODULES]
    assert len(mine) > 60
    return sorted({row["res_model"]: row["xml_id"] for row in mine}.values())


def test_headings_inside_a_closing_are_whole(client):
    client.login("openimis_clerk", "openimis_clerk", lang="fr_FR")
    client.open_menu("openIMIS", "Fournisseurs", "Clôturer les comptes fournisseurs")
    client.row("Terminé")
    for tab in ("Candidats", "Documents"):
        client.tab(tab)
        assert not client.page.evaluate(CUT), tab
    client.screenshot("closing-headings-fr")
