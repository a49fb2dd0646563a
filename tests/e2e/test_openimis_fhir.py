"""An accountant connects openIMIS, pulls, sees errors, and books a bill."""

import pytest

from tests.simulators.openimis import OpenimisServer, Store
from tests.simulators.openimis.server import LOGIN

ADDONS = ["openimis_fhir"]
PRODUCT = "BCUL0001"


@pytest.fixture(scope="module")
def imis():
    """A simulated openIMIS with one claim that cannot be read."""
    store = Store()
    store.add_location(1)
    facility = store.add_facility(1)
    store.add_product(1, PRODUCT)
    patient = store.add_patient(1)
    policy = store.add_policy(1, PRODUCT)
    claims = [store.add_claim(n, facility, policy, patient) for n in range(30)]
    del store.rows["Claim"][claims[7]].resource["provider"]
    bills = [store.add_bill(n, facility) for n in range(4)]
    with OpenimisServer(store) as server:
        server.bills = bills
        yield server


def enter(client, field, value):
    """Type into the field of this technical name."""
    client.field(field).locator("input, textarea").first.fill(value)


def test_connect_pull_and_book(client, imis):
    client.login()
    client.open_menu("openIMIS", "Exchange", "Connections")
    client.button("New")
    enter(client, "name", "Simulated scheme")
    enter(client, "url", imis.url)
    client.field("internal").locator("input").check()
    enter(client, "login", LOGIN[0])
    enter(client, "password", LOGIN[1])
    client.page.locator(".o_form_button_save").click()
    client.wait()
    client.screenshot("openimis-connection")
    client.button("Test the Connection")
    client.page.get_by_text("kinds of records can be read").wait_for()
    client.screenshot("openimis-connection-tested")
    client.button("Pull Now")
    client.page.get_by_text("Findings", exact=True).first.wait_for()
    client.tab("Result")
    text = client.text(".o_form_view")
    assert "Claims" in text
    client.screenshot("openimis-pull-result")
    client.tab("Findings")
    client.screenshot("openimis-pull-findings")
    text = client.text(".o_form_view")
    assert "claim.healthFacility" in text
    client.open_menu("openIMIS", "Exchange", "Bills in openIMIS")
    client.screenshot("openimis-bills")
    client.row("IV-P0-2026-11")
    client.button("Create Vendor Bill")
    client.screenshot("openimis-vendor-bill")
    assert "610" in client.text(".o_action_manager")


def test_a_deleted_bill_is_to_be_decided(client, imis):
    client.login(lang="fr_FR")
    imis.store.delete("Invoice", imis.bills[0])
    connection = client.call(
        "openimis.connection", "search", [[("name", "=", "Simulated scheme")]]
    )
    client.open_action("openimis_fhir.openimis_connection_action", connection[0])
    client.button("Récupérer maintenant")
    client.screenshot("openimis-pull-fr")
    client.open_menu("openIMIS", "Échange", "À décider")
    client.row("IV-P0-2026-11")
    client.screenshot("openimis-proposal-fr")
    client.button("Annuler le brouillon")
    assert "Terminé" in client.text(".o_form_view") or "Fait" in client.text(
        ".o_form_view"
    )
    client.screenshot("openimis-proposal-done-fr")


def test_deliveries_and_payments_are_understood(client):
    client.login()
    client.open_menu("openIMIS", "Exchange", "Deliveries")
    client.screenshot("openimis-deliveries")
    client.open_menu("openIMIS", "Exchange", "Subscriptions")
    client.screenshot("openimis-subscriptions")
    client.open_menu("openIMIS", "Exchange", "Payments Reported")
    client.screenshot("openimis-payments-reported")
