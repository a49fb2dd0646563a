"""A month of the demonstration centre: calculated, invoiced, posted, printed, paid."""

import io
import re

import pytest
import zxingcpp
from pypdf import PdfReader

ADDONS = ["daycare_billing"]
RUNS = "daycare_billing.action_daycare_billing_run"
MELODY = "Melody Morand"


@pytest.fixture
def centre(client):
    """The clerk in the Swiss demonstration company."""
    client.login(lang="fr_FR")
    [company] = client.call("res.company", "search", [[("name", "=", "CH Company")]])
    client.page.context.add_cookies(
        [{"name": "cids", "value": str(company), "url": client.url}]
    )
    return client


def press(client, name):
    """Press the button of a method, and confirm if asked."""
    client.page.locator(f"button[name={name}]:visible").first.click()
    client.wait()
    confirm = client.page.locator(".modal .btn-primary:visible")
    if confirm.count():
        confirm.first.click()
        client.wait()


def stage(client):
    return client.text(".o_field_widget[name=stage] .o_arrow_button_current")


def new_run(client):
    client.open_action(RUNS)
    client.button("Nouveau")
    press(client, "action_compute")


def test_from_children_to_a_paid_qr_bill(centre):
    new_run(centre)
    assert stage(centre) == "Calculé"
    lines = centre.text(".o_field_widget[name=billing_line_ids]")
    for expected in (MELODY, "Lucas Gay", "Aide financière Commune de Martigny"):
        assert expected in lines
    centre.screenshot("daycare_billing_computed", full=True)

    explain_first_line(centre)
    press(centre, "action_invoice")
    assert stage(centre) == "Facturé"
    press(centre, "action_post")
    assert stage(centre) == "Comptabilisé"
    centre.screenshot("daycare_billing_posted", full=True)

    press(centre, "action_view_moves")
    centre.row("Mary Morand")
    centre.screenshot("daycare_billing_invoice")
    check_printed_bill(centre, "Mary Morand")
    pay(centre, "daycare_billing_paid")


def explain_first_line(client):
    row = client.page.locator(".o_data_row").filter(has_text=MELODY).first
    row.locator("button[name=action_explain]").click()
    client.wait()
    steps = client.text(".modal .o_daycare_steps")
    assert re.search(r"Revenu déterminant du ménage\s: 6\s200,00 par mois", steps)
    assert "prix de la journée 92,50" in steps
    client.screenshot("daycare_billing_explained")
    client.page.locator(".modal .btn-close").first.click()
    client.wait()


def check_printed_bill(client, debtor):
    """Print the debtor's last posted invoice and read its QR code back.

    :return: the PDF
    """
    [invoice] = client.call(
        "account.move",
        "search_read",
        [
            [("partner_id.name", "=", debtor), ("state", "=", "posted")],
            ["amount_total", "payment_reference"],
        ],
        {"order": "id DESC", "limit": 1},
    )
    answer = client.page.request.get(
        f"{client.url}/report/pdf/account.report_invoice/{invoice['id']}"
    )
    pdf = answer.body()
    codes = [
        code.text.split("\n")
        for page in PdfReader(io.BytesIO(pdf)).pages
        for image in page.images
        for code in zxingcpp.read_barcodes(image.image.convert("L"))
    ]
    [code] = codes
    assert code[0] == "SPC"
    assert code[18:20] == [f"{invoice['amount_total']:.2f}", "CHF"]
    assert code[21] == debtor
    assert code[27:29] == ["QRR", invoice["payment_reference"].replace(" ", "")]
    return pdf


def pay(client, screenshot):
    press(client, "action_register_payment")
    client.wait()
    assert "Payé" in client.text(".o_form_view") or "paiement" in client.text(
        ".o_form_view"
    )
    client.screenshot(screenshot, full=True)


def test_simulator_answers_while_typing(centre):
    centre.open_action("daycare_billing.action_daycare_tariff_simulator")
    centre.page.locator(".o_field_widget[name=income_first] input").fill("6200")
    centre.page.keyboard.press("Tab")
    centre.wait()
    assert "92,50" in centre.text(".o_daycare_steps")
    centre.screenshot("daycare_billing_simulator")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("daycare_billing.action_daycare_tariff", "Barème des Étoiles"),
        ("daycare_billing.action_daycare_income_review", "Zoé Luisier"),
        ("daycare_billing.action_daycare_closure", "Saint-Joseph"),
    ],
)
def test_screens_open(centre, action, expected):
    centre.open_action(action)
    assert expected in centre.text()
    centre.screenshot(action.replace(".", "_"))


def test_child_file_shows_services_and_subsidies(centre):
    [child] = centre.call("daycare.child", "search", [[("name", "=", "Lucas Gay")]])
    centre.open_action("daycare.daycare_child_action", child)
    centre.page.locator("a[name=billing]").click()
    centre.wait()
    assert "Aide financière Commune de Martigny" in centre.text(
        ".o_field_widget[name=subsidy_ids]"
    )
    centre.screenshot("daycare_billing_child", full=True)
