"""A family waits, gets an offer, and its child is admitted; the forecast is read."""

from datetime import date

import pytest

from .harness import person
from .test_daycare_phone import PHONE

ADDONS = ["daycare_waiting_list"]
#: how far anything is wider than the screen, in pixels
WIDER = """() => Math.max(
    ...[...document.querySelectorAll(".o_daycare_forecast *")].map(
        part => part.getBoundingClientRect().right)
    ) - document.documentElement.clientWidth"""
#: cells whose text does not fit
CUT = """() => [
        ...document.querySelectorAll(".o_daycare_forecast_cell, .o_daycare_forecast th")
    ].filter(cell => cell.scrollWidth > cell.clientWidth + 1)
    .map(cell => cell.innerText)"""


def write(client, name, day):
    """Type a date into the field of this technical name."""
    box = client.field(name).locator("input")
    box.fill(f"{day:%d/%m/%Y}")
    box.press("Tab")
    client.wait()


def test_from_the_request_to_the_child(client):
    client.login(lang="fr_FR")
    client.open_menu("Accueil de l'enfance", "Planning", "Liste d’attente")
    client.button("Nouveau")
    client.page.get_by_placeholder("Prénom").first.fill("Zoé")
    client.page.get_by_placeholder("Nom", exact=True).first.fill("Attente")
    birth = date.today().replace(day=1)
    write(client, "birthdate", birth)
    begin = birth.replace(year=birth.year + 1)
    write(client, "date_from", begin)
    assert "Nurserie 1" in client.field("group_id").locator("input").input_value()
    client.page.get_by_text("Ajouter une ligne").first.click()
    client.wait()
    client.page.locator(".o_form_button_save").click()
    client.wait()
    client.button("Proposer une place")
    client.screenshot("waiting-offer-fr")
    client.button("Proposer")
    assert "Place proposée" in client.text(".o_arrow_button_current")
    client.button("Admettre")
    assert "Attente" in client.text(".o_form_view")
    [child] = client.call(
        "daycare.child", "search_read", [[("lastname", "=", "Attente")], ["sector_ids"]]
    )
    assert len(child["sector_ids"]) == 1


def test_states_are_columns(client):
    client.login(lang="fr_FR")
    client.open_action("daycare_waiting_list.daycare_request_action", view="kanban")
    columns = client.page.locator(".o_kanban_group .o_column_title").all_inner_texts()
    assert any("Place proposée" in title for title in columns)
    client.screenshot("waiting-kanban-fr")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_forecast_fits_the_screen(odoo, browser, size):
    options = PHONE if size == "phone" else {}
    with person(browser, odoo.url, **options) as client:
        client.login(lang="fr_FR")
        client.open_action("daycare_waiting_list.daycare_forecast_action")
        assert client.page.locator(".o_daycare_forecast_cell").count() >= 120
        groups = client.page.locator(".o_daycare_forecast_groups")
        assert groups.evaluate("e => getComputedStyle(e).display") == "grid"
        assert client.page.evaluate(WIDER) <= 0
        assert client.page.evaluate(CUT) == []
        client.screenshot(f"forecast-{size}-fr", full=True)
        waiting = client.page.locator(".o_daycare_forecast td .btn-link").first
        waiting.click()
        client.wait()
        assert client.page.locator(".o_data_row, .o_kanban_record").count()
        assert not client.errors, "\n".join(client.errors)
