"""The living demonstration: three companies with a year behind them, and nothing empty.

Builds it, so it takes some minutes: `./dev test tests/demonstration`.
"""

import json

import pytest

from devtools import database

LOOK = """
import json
found = {"menus": {}, "companies": {}}
for login in ("scheme_clerk", "scheme_accountant", "residences", "creche"):
    user = env["res.users"].search([("login", "=", login)])
    ids = user.company_id.ids
    own = env(user=user, context={"allowed_company_ids": ids, "lang": user.lang})
    shown = own["ir.ui.menu"].load_web_menus(False)
    mine = [menu["id"] for menu in shown.values() if menu.get("actionID")]
    for menu in own["ir.ui.menu"].sudo().browse(mine).filtered("action"):
        if menu.action._name != "ir.actions.act_window" or menu.action.target == "new":
            continue
        module = menu.get_external_id()[menu.id].split(".")[0]
        if module not in OURS or menu.action.res_model not in own:
            continue
        Model = own[menu.action.res_model]
        if Model._transient or Model._abstract or not Model.has_access("read"):
            continue
        seen = found["menus"].setdefault(login, {})
        seen[menu.complete_name] = Model.search_count([])
    company = user.company_id
    items = env["account.move.line"].with_context(allowed_company_ids=ids)
    posted = [("company_id", "=", company.id), ("parent_state", "=", "posted")]
    [(balance,)] = items._read_group(posted, [], ["balance:sum"])
    moves = env["account.move"].with_context(allowed_company_ids=ids)
    states = moves._read_group(
        [("company_id", "=", company.id)], ["state", "payment_state"], ["__count"]
    )
    found["companies"][company.name] = {
        "balance": str(round(balance, 2)),
        "states": [[str(s), str(p), n] for s, p, n in states],
        "currency": company.currency_id.name,
    }
print("FOUND " + json.dumps(found))
"""
#: runs of sources that nobody has beside those whose runs have menus of their own
RIGHTLY_EMPTY = {"Invoicing/Accounting/Billing Runs"}
OURS = {
    "account_billing_run",
    "daycare",
    "daycare_billing",
    "exchange_run",
    "kibe_import",
    "openimis_fhir",
    "openimis_payable",
    "sofi_primmo",
}


@pytest.fixture(scope="module")
def found(alive):
    said = database.script(alive, f"OURS = {sorted(OURS)!r}\n{LOOK}")
    [line] = [line for line in said.splitlines() if line.startswith("FOUND ")]
    return json.loads(line.removeprefix("FOUND "))


def test_each_company_has_its_currency_and_its_books_balance(found):
    currencies = {name: each["currency"] for name, each in found["companies"].items()}
    assert currencies == {
        "National Health Scheme": "TZS",
        "Résidences du Saint-Laurent": "CAD",
        "Crèches de la Riviera": "CHF",
    }
    assert not any(float(each["balance"]) for each in found["companies"].values())


def test_bills_are_in_every_state(found):
    states = found["companies"]["National Health Scheme"]["states"]
    seen = {(state, paid) for state, paid, _count in states}
    assert {("draft", "not_paid"), ("posted", "paid"), ("cancel", "not_paid")} <= seen
    assert ("posted", "not_paid") in seen


def test_no_screen_is_empty(found):
    for login, menus in found["menus"].items():
        assert len(menus) > 3, login
        empty = {name for name, count in menus.items() if not count}
        assert empty <= RIGHTLY_EMPTY, login
