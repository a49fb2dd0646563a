"""From openIMIS to the money and back, by two people, each in a language of its own.

The administrator enters the account. The clerk, in English, previews and closes. The
accountant, in French, pulls, approves, validates, pays by hand, in a group and by file,
tells openIMIS, and amends. Each test goes on where the one before stopped.

`CHAIN_SWAPPED=1`: the clerk in French, the accountant in English.
"""

import os
import time

import pytest

from tests.simulators.openimis import OpenimisServer, Store
from tests.simulators.openimis.server import LOGIN

from .conftest import running
from .harness import person

ADDONS = ["openimis_fhir"]
PRODUCT = "BCUL0001"
CLAIMS = 12
#: worth of a claim: what its two lines are valuated at
WORTH = 150
#: one line: openIMIS shows it as paid once it has the notice
TOLD = "IV-P0-2026-11"
FACILITIES = 4
CLOSED = [f"IV-HF000{number}-2026-11" for number in range(1, FACILITIES + 1)]
OWED = WORTH * CLAIMS / FACILITIES
LANGS = ["en_US", "fr_FR"]
if os.environ.get("CHAIN_SWAPPED"):
    LANGS.reverse()
ENGLISH, FRENCH = LANGS
#: what the client calls things in French
IN_FRENCH = {
    "openIMIS": "openIMIS",
    "Exchange": "Échange",
    "Connections": "Connexions",
    "Bills in openIMIS": "Factures dans openIMIS",
    "Save": "Enregistrer",
    "Payables": "Fournisseurs",
    "Close Accounts Payable": "Clôturer les comptes fournisseurs",
    "Bills": "Factures",
    "Payment Result Files": "Fichiers de résultats de paiement",
    "Candidates": "Candidats",
    "Documents": "Documents",
    "Payable Lines": "Lignes à payer",
    "Events": "Événements",
    "Result": "Résultat",
    "Done": "Terminé",
    "Posted": "Comptabilisé",
    "Paid in openIMIS": "Payée dans openIMIS",
    "kinds of records can be read": "types d'enregistrements sont lisibles",
    "found, GraphQL": "par GraphQL",
}


@pytest.fixture(scope="module")
def odoo():
    """A database of its own: what is set here would bind others."""
    with running("e2e-chain") as odoo:
        yield odoo


@pytest.fixture(scope="module")
def imis():
    """A simulated openIMIS with a bill of its own."""
    store = Store()
    store.add_location(1)
    facilities = [store.add_facility(number) for number in range(1, FACILITIES + 1)]
    store.add_product(1, PRODUCT)
    patient = store.add_patient(1)
    policy = store.add_policy(1, PRODUCT)
    for number in range(CLAIMS):
        store.add_claim(number, facilities[number % FACILITIES], policy, patient)
    store.add_bill(0, facilities[0], amounts=(610.0,))
    with OpenimisServer(store) as server:
        yield server


def staying(odoo, browser, name, lang):
    """A person who stays logged in from one test to the next."""
    with person(browser, odoo.url) as client:
        client.login(name, name, lang)
        client.lang = lang
        yield client
        assert not client.errors, "\n".join(client.errors)


@pytest.fixture(scope="module")
def administrator(odoo, browser):
    """Who enters the account of openIMIS."""
    yield from staying(odoo, browser, "admin", ENGLISH)


@pytest.fixture(scope="module")
def clerk(odoo, browser):
    """Who closes."""
    yield from staying(odoo, browser, "openimis_clerk", ENGLISH)


@pytest.fixture(scope="module")
def accountant(odoo, browser):
    """Who approves and pays."""
    yield from staying(odoo, browser, "openimis_accountant", FRENCH)


def said(client, text):
    """Return a text of the client in the person's language."""
    return text if client.lang == "en_US" else IN_FRENCH[text]


def menu(client, *path):
    client.open_menu(*(said(client, name) for name in path))


def tab(client, name):
    client.tab(said(client, name))


def create(client):
    client.page.locator(".o_form_button_create, .o_list_button_add").first.click()
    client.wait()


def enter(client, field, value):
    """Type into the field of this technical name."""
    box = client.field(field).locator("input, textarea").first
    box.fill(value)
    box.press("Tab")


def press(client, name):
    """Press the button of this technical name."""
    client.page.locator(f"button[name={name}]").locator("visible=true").first.click()
    client.wait()


def save(client):
    client.page.locator(".o_form_button_save").click()
    client.wait()


def bills(client, codes, *names):
    """Values of bills by their codes."""
    found = client.call(
        "account.move",
        "search_read",
        [[("openimis_code", "in", codes)], ["openimis_code", *names]],
    )
    return {bill["openimis_code"]: bill for bill in found}


def statuses(client, codes):
    found = bills(client, codes, "openimis_status")
    return {code: bill["openimis_status"] for code, bill in found.items()}


def open_bill(client, code):
    bill = bills(client, [code])[code]
    client.open_action("openimis_payable.account_move_bill_action", bill["id"])


def choose(client, codes):
    """Tick bills in their list."""
    menu(client, "openIMIS", "Payables", "Bills")
    for code in codes:
        row = client.page.locator(".o_data_row").filter(has_text=code)
        row.first.locator(".o_list_record_selector input").click()


def test_administrator_connects(administrator, imis):
    client = administrator
    menu(client, "openIMIS", "Exchange", "Connections")
    create(client)
    enter(client, "name", "Scheme of the chain")
    enter(client, "url", imis.url)
    client.field("internal").locator("input").check()
    enter(client, "login", LOGIN[0])
    enter(client, "password", LOGIN[1])
    client.field("write_back").locator("input").check()
    save(client)
    press(client, "action_test")
    read = said(client, "kinds of records can be read")
    client.page.get_by_text(read).wait_for()
    # kind by kind: how many there are, and by which way they come
    kinds = client.text(".o_field_widget[name=kind_ids]")
    found = said(client, "found, GraphQL")
    assert f"{CLAIMS} {found}" in kinds
    assert f"{FACILITIES} {found}" in kinds
    client.screenshot(f"chain-connection-{client.lang[:2]}")
    company = client.call("res.users", "read", [[2], ["company_id"]])[0]["company_id"]
    client.open_action("base_setup.action_general_configuration")
    client.page.locator(".settings_tab [data-key=openimis_payable]").click()
    client.field("openimis_second_person").locator("input").check()
    client.screenshot(f"chain-settings-{client.lang[:2]}")
    client.button(said(client, "Save"))
    [told] = client.call(
        "res.company", "read", [[company[0]], ["openimis_second_person"]]
    )
    assert told["openimis_second_person"]


def test_accountant_pulls(accountant):
    client = accountant
    menu(client, "openIMIS", "Exchange", "Connections")
    client.row("Scheme of the chain")
    press(client, "action_pull")
    client.page.get_by_role("tab", name=said(client, "Result")).wait_for()
    assert said(client, "Done") in client.text(".o_statusbar_status")
    client.screenshot(f"chain-pull-{client.lang[:2]}")


def test_clerk_previews_and_closes(clerk):
    client = clerk
    menu(client, "openIMIS", "Payables", "Close Accounts Payable")
    create(client)
    days = ("11/01/2026", "11/30/2026")
    if client.lang == "fr_FR":
        days = ("01/11/2026", "30/11/2026")
    for name, day in zip(("date_from", "date_to"), days, strict=True):
        client.page.locator(f"[data-field={name}]").first.click()
        box = client.page.locator(f"input[data-field={name}]").first
        box.fill(day)
        box.press("Enter")
        client.wait()
    press(client, "action_preview")
    tab(client, "Candidates")
    assert "C000000" in client.text(".o_form_view")
    client.screenshot(f"chain-preview-{client.lang[:2]}")
    press(client, "action_generate")
    tab(client, "Documents")
    client.screenshot(f"chain-closing-{client.lang[:2]}")
    found = bills(client, CLOSED, "amount_total", "state")
    assert sorted(found) == CLOSED
    for bill in found.values():
        assert (bill["amount_total"], bill["state"]) == (OWED, "draft")


def test_clerk_cannot_approve_what_he_made(clerk):
    open_bill(clerk, CLOSED[0])
    assert not clerk.page.locator("button[name=action_post]").count()
    clerk.screenshot(f"chain-draft-{clerk.lang[:2]}")


def test_accountant_approves(accountant):
    client = accountant
    open_bill(client, CLOSED[0])
    # a bill of openIMIS is made by a closing, never by hand
    assert not client.page.locator(".o_form_button_create").count()
    tab(client, "Payable Lines")
    assert "C000000" in client.text(".o_form_view")
    press(client, "action_post")
    assert said(client, "Posted") in client.text(".o_statusbar_status")
    client.screenshot(f"chain-approved-{client.lang[:2]}")
    choose(client, CLOSED[1:])
    client.screenshot(f"chain-choose-{client.lang[:2]}")
    press(client, "action_validate_moves_with_confirmation")
    assert statuses(client, CLOSED) == dict.fromkeys(CLOSED, "1")


def test_accountant_pays_by_file(accountant, tmp_path):
    client = accountant
    file = tmp_path / "bank.csv"
    file.write_text(
        "code,amount,status,date,code_ext\n"
        f"{CLOSED[0]},{OWED:.2f},accepted,2026-11-30,CHAIN-1\n"
    )
    menu(client, "openIMIS", "Payables", "Payment Result Files")
    create(client)
    client.upload("file", file)
    press(client, "action_run")
    assert said(client, "Done") in client.text(".o_statusbar_status")
    client.screenshot(f"chain-payment-file-{client.lang[:2]}")
    assert statuses(client, CLOSED[:1]) == {CLOSED[0]: "2"}


def test_accountant_pays_several_at_once(accountant):
    client = accountant
    choose(client, CLOSED[1:3])
    press(client, "action_register_payment")
    # one payment a facility: a reference of the bank is of one payment only
    assert not client.page.locator("[name=openimis_code_ext]:visible").count()
    client.screenshot(f"chain-payment-{client.lang[:2]}")
    press(client, "action_create_payments")
    assert statuses(client, CLOSED[1:3]) == dict.fromkeys(CLOSED[1:3], "2")


def test_accountant_books_a_bill_of_openimis(accountant):
    """Made by the accountant himself: the manager approves it."""
    client = accountant
    menu(client, "openIMIS", "Exchange", "Bills in openIMIS")
    client.row(TOLD)
    press(client, "action_create_move")
    assert not client.page.locator("button[name=action_post]").count()
    client.screenshot(f"chain-remote-bill-{client.lang[:2]}")


def test_somebody_else_approves_it(administrator):
    client = administrator
    open_bill(client, TOLD)
    press(client, "action_post")
    assert statuses(client, [TOLD]) == {TOLD: "1"}


def test_accountant_pays_by_hand_and_tells_openimis(accountant, imis):
    client = accountant
    open_bill(client, TOLD)
    press(client, "action_register_payment")
    press(client, "action_create_payments")
    assert statuses(client, [TOLD]) == {TOLD: "2"}
    menu(client, "openIMIS", "Exchange", "Connections")
    client.row("Scheme of the chain")
    press(client, "action_report_payments")
    deadline = time.monotonic() + 30
    paid = said(client, "Paid in openIMIS")
    while paid not in client.text(".o_list_view"):
        assert time.monotonic() < deadline, client.text(".o_list_view")
        client.page.wait_for_timeout(500)
        client.page.reload()
        client.wait()
    client.screenshot(f"chain-reported-{client.lang[:2]}")
    client.page.locator(".o_data_row .o_data_cell").first.click()
    client.wait()
    client.screenshot(f"chain-report-{client.lang[:2]}")
    # once, with the bill's amount
    [notice] = imis.store.rows["PaymentNotice"].values()
    assert notice.resource["amount"]["value"] == 610


def test_accountant_amends(accountant):
    """A bill that is paid cannot be; one that is not is replaced, and approved anew."""
    client = accountant
    open_bill(client, CLOSED[0])
    assert not client.page.locator("button[name=action_openimis_amend]").count()
    tab(client, "Events")
    assert "CHAIN-1" in client.text(".o_form_view")
    before = bills(client, CLOSED[3:])[CLOSED[3]]["id"]
    open_bill(client, CLOSED[3])
    press(client, "action_openimis_amend")
    client.screenshot(f"chain-amend-{client.lang[:2]}")
    client.page.locator(".modal-footer .btn-primary").click()
    client.wait()
    client.screenshot(f"chain-amended-{client.lang[:2]}")
    new = bills(client, CLOSED[3:], "state")[CLOSED[3]]
    assert (new["state"], new["id"] == before) == ("draft", False)
    [old] = client.call("account.move", "read", [[before], ["openimis_status"]])
    assert old["openimis_status"] == "3"
    # made by the accountant, so it waits for another approval
    assert not client.page.locator("button[name=action_post]").count()
