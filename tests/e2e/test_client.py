"""The web client as it comes: log in, apps, languages, a quiet console."""

import io

import pytest
from pypdf import PdfReader

ADDONS = ["exchange_run"]


@pytest.mark.parametrize(
    ("lang", "settings"), [("en_US", "Settings"), ("fr_FR", "Paramètres")]
)
def test_login_shows_the_apps_in_the_persons_language(client, lang, settings):
    client.login(lang=lang)
    client.page.locator(".o_navbar_apps_menu button").click()
    assert settings in client.text(".o-dropdown--menu").split("\n")


def test_wrong_password_is_refused(client):
    client.page.goto(f"{client.url}/web/login")
    client.page.fill("input[name=login]", "admin")
    client.page.fill("input[name=password]", "wrong")
    client.page.click(".oe_login_form button[type=submit]")
    client.page.get_by_text("Wrong login/password").wait_for()


def test_an_invoice_prints_with_header_and_page_number(client):
    client.login()
    posted = [["move_type", "=", "out_invoice"], ["state", "=", "posted"]]
    fields = {"limit": 1, "fields": ["name"]}
    [invoice] = client.call("account.move", "search_read", [posted], fields)
    path = f"/report/pdf/account.report_invoice/{invoice['id']}"
    content = client.page.request.get(client.url + path).body()
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    assert invoice["name"] in text
    assert "Page: 1 of 1" in " ".join(text.split())
