"""From the delivered sample to a paid invoice: import, bill March 2021, print, pay."""

import pytest

from devtools import paths

from .test_daycare_billing import check_printed_bill, pay, press, stage

ADDONS = ["daycare_billing", "kibe_import"]
SAMPLE = paths.ROOT / "addons" / "kibe_import" / "tests" / "samples" / "kibe_sample.zip"
GRID = [
    (6.5, 7.5, 10),
    (7.5, 9, 15),
    (9, 11, 25),
    (12.5, 14.5, 20),
    (14.5, 16.5, 15),
    (16.5, 18.5, 15),
]
BRACKETS = [(0, 40.5), (5000, 81), (6000, 92.5), (7500, 104)]


@pytest.fixture
def centre(client):
    """The Swiss demonstration company, with the group the sample asks for."""
    client.login(lang="fr_FR")
    [company] = client.call("res.company", "search", [[("name", "=", "CH Company")]])
    client.page.context.add_cookies(
        [{"name": "cids", "value": str(company), "url": client.url}]
    )
    create(client, company, "daycare.closure", name="St-Joseph", date_from="2021-03-19")
    create(
        client,
        company,
        "daycare.tariff",
        name="2021",
        date_from="2021-01-01",
        date_to="2021-12-31",
        closure_policy="not_billed",
        bracket_ids=[(0, 0, {"income_from": i, "price": p}) for i, p in BRACKETS],
    )
    department = create(
        client, company, "daycare.department", name="Nurserie", code="N"
    )
    slots = [
        (0, 0, {"number": n, "hour_from": a, "hour_to": b, "weight": w})
        for n, (a, b, w) in enumerate(GRID, start=1)
    ]
    create(
        client,
        company,
        "daycare.group",
        name="Nurserie 1",
        code="NUR1",
        department_id=department,
        slot_ids=slots,
    )
    return client


def create(client, company, model, **vals):
    if model != "daycare.group":
        vals["company_id"] = company
    context = {"context": {"allowed_company_ids": [company]}}
    [record] = client.call(model, "create", [[vals]], context)
    return record


def import_sample(client):
    client.open_action("kibe_import.kibe_import_action")
    client.button("Nouveau")
    client.upload("archive", SAMPLE)
    client.field("date_journal").locator("button, input").first.click()
    client.page.keyboard.type("01.01.2021")
    client.page.keyboard.press("Tab")
    client.wait()
    client.button("Test de l'importation")
    client.fill("Importer malgré ces avertissements", True)
    client.button("Générer")


def melody(client):
    """Return what the run says about Melody."""
    row = client.page.locator(".o_data_row").filter(has_text="Melody Mory").first
    return row.inner_text().replace("\u202f", " ").replace("\xa0", " ")


def link_second_parent(client):
    [child] = client.call("daycare.child", "search", [[("kibe_id", "=", "10000")]])
    [father] = client.call("daycare.guardian", "search", [[("kibe_id", "=", "1002")]])
    client.call(
        "daycare.child.guardian",
        "create",
        [[{"child_id": child, "guardian_id": father, "is_secondary": True}]],
    )


def test_imported_sample_is_billed_1248_75(centre):
    import_sample(centre)
    centre.open_action("daycare_billing.action_daycare_billing_run")
    centre.button("Nouveau")
    centre.field("month").locator("button, input").first.click()
    centre.page.keyboard.press("Control+a")
    centre.page.keyboard.type("01/03/2021")
    centre.page.keyboard.press("Tab")
    centre.wait()
    press(centre, "action_compute")
    # The delivery leaves Melody's second parent out: 5000 a month, 81.00 a day.
    assert "1 093,50" in melody(centre)
    link_second_parent(centre)
    press(centre, "action_compute")
    assert "1 248,75" in melody(centre)
    assert "Commune de Martigny" in melody(centre)
    centre.screenshot("daycare_billing_sample", full=True)
    press(centre, "action_invoice")
    press(centre, "action_post")
    assert stage(centre) == "Comptabilisé"
    press(centre, "action_view_moves")
    centre.row("Commune de Martigny")
    centre.screenshot("daycare_billing_sample_invoice", full=True)
    debtor = melody_invoice(centre)["partner_id"][1]
    assert melody_invoice(centre)["amount_total"] == 1248.75
    printed = paths.SCREENSHOTS / "daycare_billing_sample.pdf"
    printed.write_bytes(check_printed_bill(centre, debtor))
    pay(centre, "daycare_billing_sample_paid")
    invoice = melody_invoice(centre)
    assert invoice["payment_state"] in ("paid", "in_payment")
    assert invoice["amount_residual"] == 0


def melody_invoice(client):
    [move] = client.call(
        "account.move",
        "search_read",
        [
            [("invoice_origin", "like", "03.2021"), ("state", "=", "posted")],
            ["partner_id", "amount_total", "amount_residual", "payment_state"],
        ],
    )
    return move
