"""A daycare office at work: files, placements, the week grid, localities, rights."""

import pytest

ADDONS = ["daycare"]
PASSWORD = "daycare-e2e"
AMTOVZ = (
    "Ortschaftsname;PLZ4;Zusatzziffer;ZIP_ID;Gemeindename;BFS-Nr;Kantonskürzel\n"
    "Martigny;1920;00;1;Martigny;6136;VS\n"
    "Gryon;1882;00;2;Gryon;5405;VD\n"
    "Nulle part;18X2;00;3;Nulle part;1;VD\n"
)


@pytest.fixture
def colleague(client):
    """Make a user with these daycare groups and log in as that person."""

    def log_in(login, *groups, lang=None, everywhere=False):
        client.login()
        companies = client.call("res.company", "search", [[]]) if everywhere else []
        refs = [
            client.call(
                "ir.model.data",
                "search_read",
                [
                    [
                        ("module", "=", "daycare"),
                        ("name", "=", f"group_daycare_{group}"),
                    ],
                    ["res_id"],
                ],
            )[0]["res_id"]
            for group in groups
        ]
        if not client.call("res.users", "search", [[("login", "=", login)]]):
            client.call(
                "res.users",
                "create",
                [
                    {
                        "name": login.title(),
                        "login": login,
                        "password": PASSWORD,
                        "group_ids": [(6, 0, refs)],
                        **({"company_ids": [(6, 0, companies)]} if companies else {}),
                    }
                ],
            )
        client.page.goto(f"{client.url}/web/session/logout")
        client.login(login, PASSWORD, lang=lang)
        return client

    return log_in


def taken(client, row, day):
    """Return the text of a cell of the first group's week, such as «5 / 8»."""
    cells = client.page.locator(".o_daycare_group").first.locator("tbody tr")
    return cells.nth(row).locator(".o_daycare_text").nth(day).inner_text()


def open_next_week(client):
    client.open_action("daycare.daycare_occupancy_action")
    client.page.get_by_label("Next week").click()
    client.wait()


def test_office_registers_and_places_a_child(colleague):
    client = colleague("office", "office")
    open_next_week(client)
    before = int(taken(client, 0, 2).split(" / ")[0])

    client.open_menu("Daycare", "Files", "Guardians")
    client.button("New")
    client.field("firstname").locator("input").fill("Anna")
    client.field("lastname").locator("input").fill("Kessler")
    client.field("zip").locator("input").fill("1920")
    client.field("zip").locator("input").press("Tab")
    client.wait()
    assert client.field("city").locator("input").input_value() == "Martigny"
    assert not client.page.get_by_role("tab", name="Incomes").count()
    client.page.get_by_label("Save manually").click()
    client.wait()

    client.open_menu("Daycare", "Files", "Children")
    client.button("New")
    client.field("firstname").locator("input").fill("Felix")
    client.field("lastname").locator("input").fill("Kessler")
    client.field("guardian_link_ids").get_by_text("Add a line").click()
    client.wait()
    guardian = client.field("guardian_link_ids").locator(
        ".o_selected_row [name=guardian_id] input"
    )
    guardian.fill("Kessler")
    client.page.locator(".o-autocomplete--dropdown-item").first.click()
    client.wait()
    client.tab("Placements")
    client.field("sector_ids").get_by_text("Add a line").click()
    client.wait()
    client.fill("Group", "Nurserie")
    client.field("date_to").locator("input, button").first.click()
    client.page.keyboard.type("12/31/2099")
    client.page.keyboard.press("Tab")
    dialog = client.page.locator(".modal")
    dialog.get_by_text("Add a line").click()
    client.wait()
    dialog.locator(
        ".o_selected_row [name=weekday] input, .o_selected_row [name=weekday] select"
    ).first.click()
    client.page.get_by_text("Wednesday", exact=True).last.click()
    slots = dialog.locator(".o_selected_row [name=slot_ids] input")
    slots.fill("1")
    client.wait()
    client.page.locator(".o-autocomplete--dropdown-item").first.click()
    client.wait()
    client.screenshot("daycare-placement")
    client.button("Save & Close")
    client.page.get_by_label("Save manually").click()
    client.wait()
    assert "We 1" in client.text(".o_field_widget[name=sector_ids]")
    client.screenshot("daycare-child")

    open_next_week(client)
    assert int(taken(client, 0, 2).split(" / ")[0]) == before + 1


def test_week_grid_moves_and_opens_the_children(colleague):
    client = colleague("office", "office")
    client.open_action("daycare.daycare_occupancy_action")
    title = client.text(".o_daycare_week")
    client.page.get_by_label("Next week").click()
    client.wait()
    assert client.text(".o_daycare_week") != title
    client.button("Today")
    assert client.text(".o_daycare_week") == title
    client.page.get_by_label("Department", exact=True).select_option(
        label="Parascolaire"
    )
    client.wait()
    assert "Nurserie 1" not in client.text()
    client.screenshot("daycare-occupancy-hours")
    client.page.get_by_label("Department", exact=True).select_option(
        label="Préscolaire"
    )
    client.wait()
    client.screenshot("daycare-occupancy", full=True)
    expected = int(taken(client, 0, 0).split(" / ")[0])
    client.page.locator(".o_daycare_cell").first.click()
    client.wait()
    assert client.page.locator(".o_data_row").count() == expected
    client.page.locator(".o_breadcrumb").get_by_text("Occupancy").first.click()
    client.wait()
    assert client.text(".o_daycare_week") == title
    assert "Écoliers" not in client.text()


def test_child_is_found_by_either_number(colleague):
    client = colleague("office", "office")
    client.open_action("daycare.daycare_child_action", view="list")
    for number, name in [("20004", "Bonvin"), ("1", "Favre")]:
        box = client.page.locator(".o_searchview_input")
        box.fill(number)
        box.press("Enter")
        client.wait()
        assert name in client.text(".o_list_table")
        client.page.locator(".o_searchview .o_facet_remove").first.click()
        client.wait()


def test_sheet_is_printed(colleague):
    client = colleague("educator", "user")
    client.open_action("daycare.daycare_child_action", view="list")
    client.row("Favre")
    content = client.download("Print Sheet")
    assert content.startswith(b"%PDF")


def test_educator_sees_nothing_about_money(colleague):
    client = colleague("educator", "user", lang="fr_FR")
    client.open_action("daycare.daycare_child_action", view="list")
    client.row("Favre")
    tabs = client.page.get_by_role("tab").all_inner_texts()
    assert "Famille" in tabs
    assert "Facturation" not in tabs
    assert "Débiteur" not in client.text()
    assert not client.page.get_by_role("button", name="Nouveau").count()
    client.open_action("daycare.daycare_guardian_action", view="list")
    client.row("Favre")
    tabs = client.page.get_by_role("tab").all_inner_texts()
    assert "Revenus" not in tabs
    assert "État civil" not in client.text()
    client.screenshot("daycare-educator")


def test_manager_loads_the_directory(colleague, tmp_path):
    # all companies share the list, so that who changes it works for all
    client = colleague("director", "manager", lang="fr_FR", everywhere=True)
    for name, content in [("amtovz.csv", AMTOVZ), ("autre.csv", "a;b\n1;2\n")]:
        (tmp_path / name).write_text(content, encoding="utf-8")
    client.open_action("daycare.daycare_locality_action")
    client.button("Importer AMTOVZ")
    client.upload("file", tmp_path / "autre.csv")
    client.button("Importer")
    assert "Il manque à «\u00a0autre.csv\u00a0» les colonnes" in client.text(
        ".o_error_dialog"
    )
    client.page.locator(".o_error_dialog .btn-primary").click()
    client.wait()
    client.upload("file", tmp_path / "amtovz.csv")
    client.button("Importer")
    client.page.locator(".modal").get_by_text("Ligne 4").first.wait_for()
    text = client.text(".modal")
    assert "18X2" in text
    client.screenshot("daycare-localities")
    client.button("Fermer")
    assert "Gryon" in client.text()
