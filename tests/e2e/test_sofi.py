"""SOFI / Primmo in the web client: export, failure and resume, convention, groups."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "simulators" / "sofi"))

from sofi_simulator import Simulator  # noqa: E402

ADDONS = ["sofi_primmo"]
EXAMPLE_BYTES = 378


@pytest.fixture(scope="module")
def simulator():
    simulator = Simulator().start()
    yield simulator
    simulator.close()


@pytest.fixture
def sofi(client, simulator, tmp_path):
    """The client as administrator, the demo residences on a fresh simulator."""
    simulator.faults.clear()
    simulator.store.reset()
    client.login()
    set_up(client, simulator, tmp_path)
    return client


def set_up(client, simulator, folder):
    parameters = ("sofi_primmo.output_root", str(folder))
    client.call("ir.config_parameter", "set_param", parameters)
    for code, path in (("ERABLES", "erables"), ("CEDRES", "cedres")):
        ids = client.call("sofi.residence", "search", [[("code", "=", code)]])
        values = {"url": simulator.address(path), "active": code == "ERABLES"}
        client.call("sofi.residence", "write", [ids, values])


def export(client):
    client.open_action("sofi_primmo.sofi_export_action")
    client.open_menu("SOFI / Primmo", "Export", "Export Charges")
    export_for_good(client)


def export_for_good(client):
    """Press the button that cannot be undone, and say yes."""
    client.button("Export and Archive")
    asked = client.page.locator(".modal").filter(has_text="This cannot be undone")
    asked.get_by_role("button", name="Ok").click()
    client.wait()


def open_row(client, text):
    """Open a row of a list whose first cell is a handle."""
    client.page.get_by_role("cell", name=text, exact=True).click()
    client.wait()


def test_preview_simulate_export_download(sofi, simulator):
    sofi.open_action("sofi_primmo.sofi_export_action")
    sofi.open_menu("SOFI / Primmo", "Export", "Export Charges")
    sofi.screenshot("sofi-wizard")
    sofi.button("Preview")
    sofi.tab("Charges")
    sofi.screenshot("sofi-preview")
    assert "Aide au bain" in sofi.text()
    export_for_good(sofi)
    sofi.tab("MDG Files")
    sofi.screenshot("sofi-export")
    assert "Done" in sofi.text()
    assert simulator.residence("erables").charges["900001"]["status"] == "archived"
    with sofi.page.expect_download() as download:
        sofi.page.locator("button[name=action_download]").first.click()
    assert len(download.value.path().read_bytes()) == EXAMPLE_BYTES
    sofi.tab("Log")
    sofi.screenshot("sofi-log")
    assert "[INFO] default - " in sofi.text()


CUT = """cells => cells
    .filter(cell => [cell, ...cell.querySelectorAll("*")]
        .some(e => e.scrollWidth > e.clientWidth && e.clientWidth))
    .map(cell => cell.innerText)"""


@pytest.mark.parametrize("lang", ["en_US", "fr_FR"])
def test_large_amounts_are_seen_whole(sofi, simulator, lang):
    charges = simulator.residence("erables").charges
    large = {"amount": "62477189.34", "unit_price": "31238594.67", "quantity": "2.00"}
    charges[lang] = charges.pop("900001") | {"id": lang} | large
    [admin] = sofi.call("res.users", "search", [[("login", "=", "admin")]])
    wizard = sofi.call("sofi.export.wizard", "create", [{}])
    action = sofi.call("sofi.export.wizard", "action_export", [[wizard]])
    sofi.call("res.users", "write", [admin, {"lang": lang}])
    for xmlid, model in (
        ("sofi_export_action", "sofi.export"),
        ("sofi_export_file_action", "sofi.export.file"),
        ("sofi_charge_action", "sofi.charge"),
        ("sofi_export_action", None),
    ):
        sofi.open_action(f"sofi_primmo.{xmlid}", None if model else action["res_id"])
        sofi.screenshot(f"sofi-large-{lang}-{model or 'run'}")
        cells = sofi.page.locator("td[name=amount], .o_field_widget[name=amount]")
        assert "62" in " ".join(cells.all_inner_texts())
        assert not cells.evaluate_all(CUT)
        names = sofi.page.locator("td[name=name]")
        assert not names.evaluate_all(CUT)
    sofi.call("res.users", "write", [admin, {"lang": "en_US"}])


def test_failure_is_told_and_resumed(sofi, simulator):
    residence = simulator.residence("erables")
    for charge_id in ("900001", "900003", "900007"):
        residence.charges[charge_id] |= {"id": f"1{charge_id}"}
        residence.charges[f"1{charge_id}"] = residence.charges.pop(charge_id)
    residence.archive_right = "bill:edit"
    export(sofi)
    sofi.screenshot("sofi-partial")
    assert "Some files are not complete yet" in sofi.text()
    residence.archive_right = "bill:view"
    sofi.button("Resume")
    sofi.tab("MDG Files")
    assert "Complete" in sofi.text().split("\n")


def test_convention(sofi):
    sofi.open_action("sofi_primmo.sofi_sync_action")
    sofi.button("New")
    sofi.button("Preview")
    sofi.tab("Tenants")
    sofi.screenshot("sofi-sync", full=True)
    assert {"Decide", "Left alone", "Change"} <= set(sofi.text().split("\n"))
    twin = sofi.page.locator(".o_data_row").filter(has_text="Marie-Ève")
    twin.get_by_role("button", name="Decide").click()
    sofi.wait()
    sofi.screenshot("sofi-decide")
    sofi.page.locator(".modal .o_data_row").filter(has_text="Martine").get_by_role(
        "button", name="This One"
    ).click()
    sofi.wait()
    assert not sofi.page.locator(".modal").count()
    assert "Decide" not in sofi.text().split("\n")
    sofi.button("Apply")
    sofi.screenshot("sofi-sync-applied")
    sofi.open_action("sofi_primmo.sofi_convention_issue_action")
    sofi.screenshot("sofi-convention")
    sofi.open_action("sofi_primmo.sofi_sync_line_action")
    sofi.screenshot("sofi-todo")
    for name in ("primmo_tenant", "primmo_service", "sofi_resident", "sofi_charge"):
        sofi.open_action(f"sofi_primmo.{name}_action")
        sofi.screenshot(f"sofi-{name}")
    sofi.open_action("sofi_primmo.primmo_tenant_action")
    sofi.row("Côté")
    sofi.screenshot("sofi-tenant")
    assert "COTE ••••••••" in sofi.text(".o_form_view")


def test_import_a_list(sofi, tmp_path):
    file = tmp_path / "locataires.csv"
    file.write_text(
        "Numéro;Nom;Prénom;Sexe;Date de naissance;Langue;Accepté\n"
        "T00700;Bergeron;Paul;M;1940-02-30;Fr;Non\n",
        encoding="cp1252",
    )
    sofi.open_action("sofi_primmo.primmo_import_action")
    sofi.button("New")
    sofi.fill("Residence", "Les Érables")
    sofi.upload("file", file)
    sofi.page.get_by_text("Date de naissance", exact=True).first.wait_for()
    sofi.screenshot("sofi-import")
    sofi.button("Preview")
    sofi.tab("Findings")
    sofi.screenshot("sofi-import-errors")
    assert "1940-02-30" in sofi.text()


def test_settings(sofi):
    sofi.open_action("sofi_primmo.sofi_residence_action")
    open_row(sofi, "Résidence Les Érables")
    sofi.screenshot("sofi-residence", full=True)
    sofi.button("Test Connection")
    sofi.page.get_by_text("Connected to Résidence Les Érables").first.wait_for()
    sofi.tab("Convention")
    sofi.screenshot("sofi-residence-convention")
    sofi.open_action("sofi_primmo.sofi_mdg_layout_action")
    open_row(sofi, "MDG, 16 columns")
    sofi.screenshot("sofi-layout")
    assert '"12","T00123","20251103"' in sofi.text()


@pytest.mark.parametrize(
    ("group", "buttons"),
    [
        ("viewer", set()),
        ("operator", {"Preview", "Dry Run"}),
        ("manager", {"Preview", "Dry Run", "Export and Archive"}),
    ],
)
def test_what_each_group_can_do(sofi, browser, odoo, group, buttons):
    from .harness import person

    [group_id] = sofi.call(
        "ir.model.data",
        "search_read",
        [[("module", "=", "sofi_primmo"), ("name", "=", f"group_sofi_{group}")]],
        {"fields": ["res_id"]},
    )
    login = f"sofi-{group}"
    values = {"name": login, "login": login, "password": login}
    values["group_ids"] = [[4, group_id["res_id"]]]
    sofi.call("res.users", "create", [values])
    with person(browser, odoo.url) as other:
        other.login(login, login)
        other.open_action("sofi_primmo.sofi_export_action")
        other.open_menu("SOFI / Primmo", "Export")
        entries = other.text(".o-dropdown--menu")
        assert ("Export Charges" in entries) == bool(buttons)
        other.screenshot(f"sofi-group-{group}")
        if buttons:
            other.page.keyboard.press("Escape")
            other.open_menu("SOFI / Primmo", "Export", "Export Charges")
            footer = set(other.text(".modal-footer").split("\n"))
            assert buttons <= footer and "Discard" in footer
            assert ("Export and Archive" in footer) == ("Export and Archive" in buttons)
        assert not other.errors, other.errors


def test_french(sofi, simulator):
    [admin] = sofi.call("res.users", "search", [[("login", "=", "admin")]])
    sofi.call("res.users", "write", [admin, {"lang": "fr_FR"}])
    sofi.open_action("sofi_primmo.sofi_export_action")
    sofi.screenshot("sofi-fr-exports")
    assert "Exportations" in sofi.text()
    sofi.open_action("sofi_primmo.sofi_convention_issue_action")
    sofi.screenshot("sofi-fr-convention")
    sofi.call("res.users", "write", [admin, {"lang": "en_US"}])
