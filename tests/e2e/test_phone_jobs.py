"""On a telephone all lists of jobs are cards: nothing scrolls sideways."""

import pytest

from .harness import person
from .test_daycare_phone import PHONE

ADDONS = ["kibe_import", "daycare_billing", "sofi_primmo", "openimis_fhir"]
#: How far the page, or a part of it, is wider than the screen, in pixels.
TOO_WIDE = """() => Math.max(...[
    document.documentElement, ...document.querySelectorAll(".o_content, .o_renderer")
].map(e => e.scrollWidth - e.clientWidth))"""


@pytest.fixture
def phone(odoo, browser):
    with person(browser, odoo.url, **PHONE) as client:
        client.login(lang="fr_FR")
        yield client
        assert not client.errors, "\n".join(client.errors)


def lists(client):
    """External ids of the actions that show jobs, or the work of all of them."""
    jobs = client.call(
        "ir.model.fields",
        "search_read",
        [[("name", "=", "progress_percent")], ["model"]],
    )
    models = [row["model"] for row in jobs if not row["model"].endswith("mixin")]
    found = client.call(
        "ir.actions.act_window",
        "search_read",
        [[("res_model", "in", [*models, "exchange.job"])], ["xml_id", "view_mode"]],
    )
    return {r["xml_id"] for r in found if "list" in r["view_mode"] and r["xml_id"]}


def test_jobs_are_cards(phone):
    actions = lists(phone)
    assert len(actions) >= 9
    for action in sorted(actions):
        phone.open_action(action)
        phone.screenshot(f"phone-{action}")
        assert phone.page.locator(".o_kanban_view").count(), action
        assert phone.page.evaluate(TOO_WIDE) <= 1, action
