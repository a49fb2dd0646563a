"""Each tour is begun on a start page and followed to its end by whose job it is."""

from base64 import b64decode
from datetime import date
from zipfile import is_zipfile

import pytest

from ..e2e.harness import person
from .follow import DAYCARE_TOURS, STEP, TOURS, follow, show_me, texts


def begin(client, login, action, card, lang):
    """Log in and press «Show me» on the card of a start page."""
    client.login(login, login, lang)
    client.open_action(action)
    show_me(client, card)


def test_the_clerk_closes_a_month_and_the_accountant_pays(client, odoo, browser):
    overview = "openimis_payable.exchange_card_action"
    begin(client, "scheme_clerk", overview, "What Waits", "en_US")
    assert follow(client) >= 7
    bills = client.page.locator(".o_data_row")
    assert bills.count() >= 2
    with person(browser, odoo.url) as accountant:
        begin(accountant, "scheme_accountant", overview, "À payer", "fr_FR")
        before = accountant.call("account.payment", "search_count", [[]])
        assert follow(accountant) >= 6
        assert accountant.call("account.payment", "search_count", [[]]) == before + 1


def test_the_director_exports_a_residence(client):
    overview = "sofi_primmo.exchange_card_action"
    begin(client, "residences", overview, "Nuits", "fr_FR")
    assert follow(client) >= 5
    assert "Terminé" in client.text(".o_statusbar_status .o_arrow_button_current")


def test_the_office_imports_a_delivery(client, tmp_path):
    overview = "daycare.exchange_card_action"
    begin(client, "creche", overview, "Livraisons de Kibé", "fr_FR")
    # the delivery that waits in the list, as the file that Kibé wrote
    [waiting] = client.call(
        "kibe.import", "search_read", [[("state", "=", "draft")], ["archive"]]
    )
    file = tmp_path / "kibe.zip"
    file.write_bytes(b64decode(waiting["archive"]))

    def choose(element):
        # who has no delivery yet finds an example beside the field
        example = client.page.locator("a[href*='kibe_example.zip']")
        with client.page.expect_download() as download:
            example.click()
        assert is_zipfile(download.value.path())
        with client.page.expect_file_chooser() as chooser:
            element.click()
        chooser.value.set_files(str(file))

    def journal(element):
        element.click()
        element.fill(f"{date.today().replace(day=1):%d/%m/%Y}")
        element.press("Enter")

    assert follow(client, {3: choose, 4: journal}) >= 7
    known = [("kibe_id", "!=", False)]
    assert client.call("daycare.child", "search_count", [known]) >= 6


def test_the_office_invoices_a_month(client):
    overview = "daycare.exchange_card_action"
    begin(client, "creche", overview, "Monate", "de_CH")
    assert follow(client, {5: confirmed(client)}) >= 7


def test_the_user_menu_offers_the_tours_from_any_app(client):
    client.login("scheme_accountant", "scheme_accountant", "en_US")
    client.open_action("mail.action_discuss")
    client.page.locator(".o_user_menu button").click()
    client.page.locator("[data-menu='exchange_tours']").click()
    client.wait()
    assert "Validate and Pay a Bill" in client.text()
    assert "Export a Residence" not in client.text()
    show_me(client, "Validate and Pay a Bill")
    # the tour begins in its own app
    client.page.locator("[data-menu-xmlid='openimis_payable.menu_payables']").wait_for()
    assert client.page.evaluate(STEP)["index"] == 0


def confirmed(client):
    """Return what a person does where a button asks back."""

    def act(element):
        element.click()
        client.page.locator(".modal .btn-primary").first.click()

    return act


@pytest.mark.parametrize(
    ("lang", "tours"), [("fr_FR", TOURS), ("de_CH", DAYCARE_TOURS)]
)
def test_tours_speak_the_language(client, lang, tours):
    client.login("creche", "creche", "en_US")
    english = texts(client, tours)
    client.login("creche", "creche", lang)
    spoken = texts(client, tours)
    assert len(english) == len(spoken) > 5 * len(tours)
    assert not [text for text in spoken if text in english]
