"""A mother on her telephone: her children's weeks, and an income she sends."""

import pytest

from .harness import person
from .test_daycare_phone import PHONE

ADDONS = ["daycare_portal"]
#: how far anything is wider than the screen, in pixels
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"
PAGES = ("/my", "/my/children", "/my/invoices", "/my/attestations", "/my/incomes")


@pytest.fixture
def mother(client):
    """The login of Melody's main parent, who reads French."""
    client.login()
    [company] = client.call("res.company", "search", [[("name", "=", "CH Company")]])
    context = {"context": {"allowed_company_ids": [company]}}
    # others bring children of the same name from Kibé
    [child, *_others] = client.call(
        "daycare.child",
        "search_read",
        [[("firstname", "=", "Melody"), ("company_id", "=", company)]],
        {"fields": ["main_guardian_id"], "order": "id", **context},
    )
    [guardian] = client.call(
        "daycare.guardian",
        "read",
        [child["main_guardian_id"][:1], ["partner_id", "name"]],
        context,
    )
    [portal] = client.call(
        "ir.model.data",
        "search_read",
        [[("module", "=", "base"), ("name", "=", "group_portal")], ["res_id"]],
    )
    users = {"login": "mother", "password": "mother", "name": guardian["name"]}
    users |= {"partner_id": guardian["partner_id"][0], "lang": "fr_FR"}
    users |= {"company_id": company, "company_ids": [(6, 0, [company])]}
    users |= {"group_ids": [(6, 0, [portal["res_id"]])]}
    client.call("res.users", "create", [users], {"context": {"no_reset_password": 1}})
    return child["id"]


def test_a_mother_on_her_telephone(client, odoo, browser, mother, tmp_path):
    with person(browser, odoo.url, locale="fr-CH", **PHONE) as phone:
        page = phone.page
        page.goto(f"{odoo.url}/web/login")
        page.fill("input[name=login]", "mother")
        page.fill("input[name=password]", "mother")
        page.click(".oe_login_form button[type=submit]")
        page.wait_for_url("**/my**")
        for path in PAGES:
            page.goto(f"{odoo.url}{path}")
            assert page.evaluate(WIDER) <= 0, path
            phone.screenshot(f"portal{path.replace('/', '-')}-fr", full=True)
        page.goto(f"{odoo.url}/my/children")
        page.get_by_text("Melody").first.click()
        page.wait_for_url(f"**/my/children/*{mother}")
        assert page.locator(".o_daycare_week").count() == 4
        assert page.evaluate(WIDER) <= 0
        phone.screenshot("portal-child-fr", full=True)
        document = tmp_path / "wage.pdf"
        document.write_bytes(b"%PDF-1.4 wage")
        page.goto(f"{odoo.url}/my/incomes")
        page.get_by_label("Revenu depuis le").fill("2026-01-01")
        page.get_by_label("Montant", exact=True).fill("85'000")
        page.locator("input[type=file]").set_input_files(str(document))
        page.get_by_role("button", name="Envoyer").click()
        page.wait_for_url("**/my/incomes?sent=1")
        assert "À contrôler" in page.locator("#wrap").inner_text()
        assert not phone.errors, "\n".join(phone.errors)
    [company] = client.call("res.company", "search", [[("name", "=", "CH Company")]])
    client.page.context.add_cookies(
        [{"name": "cids", "value": str(company), "url": client.url}]
    )
    client.open_action("daycare_portal.daycare_income_proposal_action")
    assert client.page.locator(".o_data_row").count() == 1
    client.screenshot("portal-incomes-office")
