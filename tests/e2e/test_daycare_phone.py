"""On a telephone: cards that can be read, and nothing printed over something else."""

import pytest

from .harness import person
from .test_daycare_billing import press

ADDONS = ["daycare_billing"]
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
#: How far two boxes of a cell lie in each other, in pixels.
OVERLAPS = """cells => cells.map(cell => {
    const text = document.createRange();
    text.selectNodeContents(cell.querySelector(".o_daycare_text"));
    const free = cell.querySelector(".o_daycare_free").getBoundingClientRect();
    return text.getBoundingClientRect().right - free.left;
})"""

#: How far two words of a card are from each other, in pixels.
GAP = """(card, words) => {
    const spans = [...card.querySelectorAll("span")];
    const [left, right] = words.map(word =>
        spans.find(span => span.textContent.trim() === word)
    );
    return right.getBoundingClientRect().left - left.getBoundingClientRect().right;
}"""


@pytest.fixture
def phone(odoo, browser):
    """The clerk of the Swiss demonstration company, on the way."""
    with person(browser, odoo.url, **PHONE) as client:
        client.login(lang="fr_FR")
        [company] = client.call(
            "res.company", "search", [[("name", "=", "CH Company")]]
        )
        client.page.context.add_cookies(
            [{"name": "cids", "value": str(company), "url": client.url}]
        )
        yield client
        assert not client.errors, "\n".join(client.errors)


def test_cards_of_people(phone):
    phone.open_action("daycare.daycare_guardian_action")
    card = phone.page.locator(".o_kanban_record").filter(has_text="Martigny").first
    assert card.evaluate(GAP, ["1920", "Martigny"]) >= 2
    phone.open_action("daycare.daycare_child_action")
    cards = phone.page.locator(".o_kanban_record")
    mine = cards.filter(has_text="Melody").filter(has_text="Morand")
    for words in mine.all_inner_texts():
        assert "Les Petits" in words


def test_card_names_a_group_without_a_colour(phone):
    groups = phone.call("daycare.group", "search", [[("name", "=", "Les Petits")]])
    phone.call("daycare.group", "write", [groups, {"color": 0}])
    phone.open_action("daycare.daycare_child_action")
    card = phone.page.locator(".o_kanban_record").filter(has_text="Melody").first
    assert "Les Petits" in card.inner_text()


def test_week_of_places(phone):
    phone.open_action("daycare.daycare_occupancy_action")
    cells = ".o_daycare_cell:has(.o_daycare_free)"
    overlaps = phone.page.eval_on_selector_all(cells, OVERLAPS)
    assert overlaps
    assert max(overlaps) <= 0
    days = phone.page.locator(".o_daycare_day").all_inner_texts()
    assert days
    assert not [day for day in days if "\n" in day.strip()]
    # one day at a time, so that no table is wider than the telephone
    tables = ".o_daycare_group .table-responsive"
    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert phone.page.eval_on_selector_all(tables, wide) == 0
    chosen = phone.page.locator("button.o_daycare_day")
    for number in range(chosen.count()):
        chosen.nth(number).click()
        heading = phone.page.locator("th .o_daycare_day").first.inner_text()
        assert heading in chosen.nth(number).inner_text()


def test_findings_are_cards(phone):
    phone.open_action("daycare_billing.action_daycare_billing_run")
    phone.button("Nouveau")
    press(phone, "action_compute")
    phone.page.get_by_role("tab").last.click()
    phone.wait()
    cards = phone.page.locator(".o_kanban_record").filter(has_text="Colin")
    words = cards.filter(has_text="tarif maximum").first.inner_text()
    assert words.split("\n")[0] == "Avertissement"
    assert "tarif maximum" in words
    assert "debtor_address" not in words
