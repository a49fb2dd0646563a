"""A second delivery, one month later, covers the overwrite rules (section 1)."""

import dataclasses
import datetime
from decimal import Decimal

import pytest

from .kit import OPTIONS, V1_CODES, Delivery, run, store

LATER = dataclasses.replace(OPTIONS, date_journal=datetime.date(2021, 2, 1))


@pytest.fixture
def base():
    return store(run("kibe_sample.zip"))


@pytest.fixture
def second():
    """Courtesy inverted, «???», blanks, a sibling «à naître», a partner added,
    a confidential income, contrats.csv row gone, an ignored code, slots to be found."""
    delivery = Delivery()
    delivery.set("intervenantsdata", 2, 2, "Monsieur")
    delivery.set("intervenantsdata", 2, 3, "???")
    delivery.set("intervenantsdata", 2, 9, "")
    delivery.set("intervenants", 2, 17, "999999")
    delivery.set("intervenants", 3, 17, "5200,50")
    delivery.set("enfants", 2, 4, "")
    delivery.set("enfants", 2, 9, "")
    delivery.set("enfants", 2, 16, "1002")
    delivery.add(
        "enfants",
        "12000",
        "Mory",
        "",
        "à naître",
        "01.09.2027",
        "",
        "",
        "",
        "",
        "",
        "",
        "1001",
    )
    delivery.drop("contrats", 2)
    delivery.set("prestations", 2, 9, "Repas")
    delivery.set("prestations", 4, 9, "Nur : Journée")
    delivery.set("prestations", 4, 7, "11:00:00")
    return delivery


def test_overwrite(base, second):
    result = run(second, base, overwrite=True, options=LATER)
    assert result.counters == {
        "guardian": {"updated": 1, "unchanged": 2},
        "child": {"created": 1, "unchanged": 2},
        "link": {"created": 2, "unchanged": 2},
        "income": {"created": 2, "unchanged": 1},
        "billing_data": {"created": 1, "unchanged": 2},
        "sector": {"deleted": 1, "created": 1},
        "sector_line": {"deleted": 4, "created": 3},
    }


def test_generate_changes_no_stored_field(base, second):
    result = run(second, base, options=LATER)
    assert result.counters["guardian"] == {"skipped": 3}
    assert result.counters["child"] == {"created": 1, "skipped": 2}
    assert result.counters["income"] == {"created": 2, "skipped": 1}
    assert result.counters["sector"] == {"deleted": 1, "created": 1}
    assert not [o for o in result.plan.operations if o.action == "updated"]


def test_blank_never_erases_and_markers_do(base, second):
    changes = run(second, base, overwrite=True, options=LATER).operations("guardian")
    values = changes["1001",].values
    assert values == {"courtesy": "mister", "role": "father", "phone_private": "???"}
    assert changes["1001",].before["phone_private"] == "026 547 89 89"


def test_role_of_the_links_stays(base, second):
    result = run(second, base, overwrite=True, options=LATER)
    links = result.operations("link")
    assert links["10000", "1001"].action == "unchanged"
    assert links["12000", "1001"].values["role"] == "father"


def test_income_pages(base, second):
    incomes = run(second, base, overwrite=True, options=LATER).operations(
        "income", "created"
    )
    page = incomes["1001", "2021-02-01"].values
    assert (page["confidential"], page["amount"], page["raw_value"]) == (
        True,
        0,
        "999999",
    )
    assert incomes["1110", "2021-02-01"].values["amount"] == Decimal("5200.50")


def test_third_party_debtor_stays(base, second):
    result = run(second, base, overwrite=True, options=LATER)
    assert ("10000", "2021-02-01") not in result.operations("billing_data", "created")
    assert ("10000", "1003") not in result.operations("link")
    assert "T09" in result.codes


def test_unborn_sibling(base, second):
    child = run(second, base, options=LATER).operations("child", "created")["12000",]
    assert not child.values.get("firstname")
    assert child.values["gender"] == "unborn"


def test_messages(base, second):
    result = run(second, base, overwrite=True, options=LATER)
    assert result.new_codes - V1_CODES == {"C02", "I05", "D04", "V09", "T09", "P09"}


def test_same_date_other_amount(base):
    delivery = Delivery().set("intervenants", 3, 17, "6000")
    key = ("1110", "2021-01-01")
    kept = run(delivery, base).operations("income")[key]
    assert (kept.action, kept.values) == ("skipped", {})
    replaced = run(delivery, base, overwrite=True).operations("income")[key]
    assert replaced.action == "updated"
    assert replaced.values["amount"] == 6000
    assert replaced.before["amount"] == 5000


def test_same_amount_later_makes_no_page(base):
    result = run("kibe_sample.zip", base, overwrite=True, options=LATER)
    assert result.counters["income"] == {"unchanged": 3}
    assert result.counters["billing_data"] == {"unchanged": 2}


@pytest.mark.parametrize(
    ("amount", "confidential"),
    [("999998", False), ("999998,50", True), ("999999", True), ("0", False)],
)
def test_confidential_threshold(amount, confidential):
    result = run(Delivery().set("intervenants", 3, 17, amount))
    page = result.operations("income")["1110", "2021-01-01"].values
    assert page["confidential"] is confidential


def test_new_debtor_makes_a_new_page_and_moves_the_part(base):
    delivery = Delivery().add("contrats", "11110", "1110", "", "1003")
    result = run(delivery, base, overwrite=True, options=LATER)
    page = result.operations("billing_data")["11110", "2021-02-01"]
    assert (page.action, page.values["debtor"]) == ("created", "1003")
    links = result.operations("link")
    assert links["11110", "1003"].values["is_debtor"] is True
    assert links["11110", "1110"].values == {"is_debtor": False}
    same_day = run(delivery, base, overwrite=True).operations("billing_data")
    assert same_day["11110", "2021-01-01"].action == "updated"


def test_generate_keeps_the_debtor(base):
    delivery = Delivery().add("contrats", "11110", "1110", "", "1003")
    result = run(delivery, base)
    assert result.counters["billing_data"] == {"skipped": 2}
    created = result.operations("link", "created")
    assert not created["11110", "1003"].values.get("is_debtor")


def test_again_changes_nothing(base):
    for overwrite, action in ((False, "skipped"), (True, "unchanged")):
        counters = run("kibe_sample.zip", base, overwrite=overwrite).counters
        for entity in ("guardian", "child", "link", "income", "billing_data"):
            assert set(counters[entity]) == {action}
        assert counters["sector"] == {"deleted": 1, "created": 1, "identical": 1}
        assert counters["sector_line"] == {"deleted": 4, "created": 4, "identical": 4}


def test_address_block_replaces_the_three_cells(base):
    options = dataclasses.replace(OPTIONS, address_block=True)
    delivery = Delivery().set("enfants", 2, 13, "Rue Neuve 3").set("enfants", 2, 14, "")
    result = run(delivery, base, overwrite=True, options=options)
    child = result.operations("child")["10000",]
    assert child.values == {"street": "Rue Neuve 3", "street2": None}
    assert "E20" not in result.codes


@pytest.mark.parametrize("mode", ["3", "4"])
def test_lives_here_where_the_address_is_the_same(mode):
    options = dataclasses.replace(OPTIONS, address_mode=mode)
    links = run(Delivery().set("enfants", 2, 13, "  sai erp "), options=options)
    links = links.operations("link")
    assert links["10000", "1001"].values["lives_here"] is True
    assert links["10000", "1003"].values["lives_here"] is False


def test_mode_2_lives_at_the_debtor():
    options = dataclasses.replace(OPTIONS, address_mode="2")
    links = run("kibe_sample.zip", options=options).operations("link")
    assert links["10000", "1003"].values["lives_here"] is True
    assert "lives_here" not in links["10000", "1001"].values


def test_free_hours_and_merged_codes():
    delivery = Delivery()
    delivery.add(
        "prestations",
        "100",
        "10000",
        "Nurserie",
        "01.03.2021",
        "01.12.2021",
        "13:15",
        "18:15",
        "je",
        "Pré : APRESMIDI",
    )
    page = run(delivery).operations("sector")
    [operation] = page.values()
    thursday = [line for line in operation.lines if line.weekday == "thu"]
    assert [line.numbers for line in thursday] == [(1, 2, 3, 4, 5, 6)]
    assert (thursday[0].hour_from, thursday[0].hour_to) == (390, 1095)


def test_row_in_error_keeps_the_old_pages(base):
    result = run(Delivery().set("prestations", 2, 8, "Mo"), base, overwrite=True)
    assert result.counters["sector"] == {"deleted": 0, "created": 0, "error": 1}


def test_planning_without_schedule():
    delivery = Delivery()
    delivery.add("prestations", "100", "11110", "Grand", "01.08.2021", "31.07.2022")
    operations = run(delivery).operations("sector")
    [page] = [o for key, o in operations.items() if key[0] == "11110"]
    assert not page.lines
