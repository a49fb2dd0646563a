"""From claims to payments and back, with OCA's addons, by two people in the client.

The clerk closes; the officer approves; bills are paid in batches by pain.001 and mobile
money. The bank rejects some and pays some short, by pain.002, a list and FHIR; the rest
is paid again. Each test goes on where the one before stopped.
"""

import csv
import io
import json
import re
from datetime import date

import pytest
from lxml import etree

from devtools import database
from tests.e2e.conftest import running
from tests.e2e.harness import person
from tests.e2e.test_openimis_chain import bills, create, press, statuses
from tests.simulators.openimis import OpenimisServer, Store
from tests.simulators.openimis.server import LOGIN

ADDONS = [
    "openimis_fhir",
    "openimis_payable_bank",
    "openimis_payable_batch_approval",
]
FACILITIES = 12
WORTH = 150
CLOSED = [f"IV-HF{number:04}-2026-11" for number in range(1, FACILITIES + 1)]
#: one line: openIMIS shows it as paid once it has the notice
TOLD = "IV-P0-2026-11"
BY_BANK, BY_PHONE = [*CLOSED[:8], TOLD], CLOSED[8:]
IBAN = "CH9300762011623852957"
DAY = date.today().isoformat()
SHORT = 40
GENERATE = """
from datetime import timedelta
from odoo import fields
user = env["res.users"].search([("login", "=", "openimis_clerk")])
tomorrow = fields.Datetime.now() + timedelta(days=1)
keys = env["res.users.apikeys"].with_user(user)
print("KEY", keys._generate("fhir", "operator", tomorrow))
env.cr.commit()
"""


@pytest.fixture(scope="module")
def odoo():
    """A database of its own: what is set here would bind others."""
    with running("oca-chain") as odoo:
        yield odoo


@pytest.fixture(scope="module")
def imis():
    """A simulated openIMIS: a claim of each facility, and a bill of its own."""
    store = Store()
    store.add_location(1)
    facilities = [store.add_facility(number) for number in range(1, FACILITIES + 1)]
    store.add_product(1, "BCUL0001")
    patient = store.add_patient(1)
    policy = store.add_policy(1, "BCUL0001")
    for number, facility in enumerate(facilities):
        store.add_claim(number, facility, policy, patient)
    # a facility that is paid by mobile money else, so this is a payment of its own
    store.add_bill(0, facilities[-1], amounts=(610.0,))
    with OpenimisServer(store) as server:
        yield server


def staying(odoo, browser, login, lang):
    """A person who stays logged in from one test to the next."""
    with person(browser, odoo.url) as client:
        client.login(login, login, lang)
        yield client
        assert not client.errors, "\n".join(client.errors)


@pytest.fixture(scope="module")
def admin(odoo, browser):
    """Who sets the scheme up."""
    yield from staying(odoo, browser, "admin", "en_US")


@pytest.fixture(scope="module")
def clerk(odoo, browser):
    """Who closes, and pays what others approved."""
    yield from staying(odoo, browser, "openimis_clerk", "en_US")


@pytest.fixture(scope="module")
def officer(odoo, browser, scheme):
    """Who approves, validates, and reads the bank's statement."""
    yield from staying(odoo, browser, "officer", "fr_FR")


def ref(client, xmlid):
    """Return the id of an external identifier."""
    module, name = xmlid.split(".")
    domain = [("module", "=", module), ("name", "=", name)]
    [found] = client.call("ir.model.data", "search_read", [domain, ["res_id"]])
    return found["res_id"]


def make(client, model, *records):
    return client.call(model, "create", [list(records)])


@pytest.fixture(scope="module")
def scheme(admin, imis):
    """The scheme: its accounts, methods, officer, and who approves what."""
    client = admin
    [connection] = make(
        client,
        "openimis.connection",
        {
            "name": "Scheme",
            "url": imis.url,
            "internal": True,
            "login": LOGIN[0],
            "password": LOGIN[1],
            "write_back": True,
        },
    )
    client.call("openimis.connection", "action_test", [[connection]])
    client.call("openimis.connection", "action_pull", [[connection]])
    [company] = client.call(
        "res.company", "search_read", [[], ["partner_id"]], {"limit": 1, "order": "id"}
    )
    client.call(
        "res.partner", "write", [company["partner_id"][:1], {"name": "Insurance A"}]
    )
    groups = [
        ref(client, xmlid)
        for xmlid in (
            "openimis_payable.group_openimis_manager",
            "account.group_account_user",
        )
    ]
    make(
        client,
        "res.users",
        {
            "name": "Olga Officer",
            "login": "officer",
            "password": "officer",
            "email": "officer@example.com",
            "group_ids": [(4, group) for group in groups],
        },
    )
    accounts(client, company)
    approvals(client, company["id"])
    return {"connection": connection, "company": company["id"]}


def accounts(client, company):
    """Give everybody accounts, and the bank's journal two ways to pay."""
    [journal] = client.call(
        "account.journal",
        "search",
        [[("type", "=", "bank"), ("company_id", "=", company["id"])]],
        {"limit": 1},
    )
    [own] = make(
        client,
        "res.partner.bank",
        {
            "partner_id": company["partner_id"][0],
            "acc_number": IBAN,
            "allow_out_payment": True,
        },
    )
    client.call(
        "account.journal",
        "write",
        [
            [journal],
            {"bank_account_id": own, "bank_statements_source": "file_import_oca"},
        ],
    )
    [outstanding] = make(
        client,
        "account.account",
        {
            "name": "Outstanding Payments",
            "code": "101499",
            "account_type": "asset_current",
            "reconcile": True,
        },
    )
    for method, layout in (
        ("account_payment_sepa_credit_transfer.sepa_credit_transfer", None),
        (
            "openimis_payable_batch.method_layout",
            "openimis_payable_batch.layout_mobile_money",
        ),
    ):
        make(
            client,
            "account.payment.method.line",
            {
                "name": "Mobile money" if layout else "pain.001",
                "payment_method_id": ref(client, method),
                "journal_id": journal,
                "payment_account_id": outstanding,
                "bank_account_link": "fixed",
                "selectable": True,
                "payment_order_ok": True,
                "openimis_layout_id": layout and ref(client, layout),
            },
        )
    facilities = client.call(
        "res.partner", "search", [[("openimis_is_facility", "=", True)]]
    )
    make(
        client,
        "res.partner.bank",
        *(
            {"partner_id": partner, "acc_number": number, "allow_out_payment": True}
            for place, partner in enumerate(facilities, 1)
            for number in (iban(place), f"+2557540102{place:02}")
        ),
    )


def iban(number):
    """Return a German IBAN with its check digits."""
    basic = f"37040044{number:010d}"
    return f"DE{98 - int(f'{basic}131400') % 97:02d}{basic}"


def approvals(client, company):
    """Let the officer approve all that others prepare, and nothing else need it."""
    found = client.call("tier.definition", "search", [[]])
    client.call("tier.definition", "unlink", [found])
    for model, domain in (
        ("openimis.closing", "[]"),
        ("account.move", "[('openimis_type', '!=', False)]"),
        ("account.payment.order", "[]"),
    ):
        [model_id] = client.call("ir.model", "search", [[("model", "=", model)]])
        make(
            client,
            "tier.definition",
            {
                "name": f"Officer: {model}",
                "model_id": model_id,
                "company_id": company,
                "review_type": "group",
                "reviewer_group_id": ref(
                    client, "openimis_payable.group_openimis_manager"
                ),
                "definition_domain": domain,
            },
        )


def record(client, xmlid, number):
    client.open_action(xmlid, number)


def refused(client, model, button, number):
    """Return what a step says at another door that is not offered on the screen."""
    assert not client.page.locator(f"button[name={button}]:visible").count()
    with pytest.raises(AssertionError) as said:
        client.call(model, button, [[number]])
    return str(said.value)


def choose(client, codes):
    """Tick bills in their list."""
    client.open_action("openimis_payable.account_move_bill_action")
    for code in codes:
        row = client.page.locator(".o_data_row").filter(has_text=code)
        row.first.locator(".o_list_record_selector input").click()


CLOSING = "openimis_payable.openimis_closing_action"


def closing(client):
    [found] = client.call(
        "openimis.closing", "search", [[]], {"order": "id desc", "limit": 1}
    )
    return found


def test_the_clerk_prepares_a_closing_and_cannot_approve_it(clerk, scheme):
    client = clerk
    client.open_menu("openIMIS", "Payables", "Close Accounts Payable")
    create(client)
    for name, day in (("date_from", "11/01/2026"), ("date_to", "11/30/2026")):
        client.page.locator(f"[data-field={name}]").first.click()
        box = client.page.locator(f"input[data-field={name}]").first
        box.fill(day)
        box.press("Enter")
        client.wait()
    press(client, "action_preview")
    model, number = "openimis.closing", closing(client)
    said = refused(client, model, "action_generate", number)
    assert "needs an approval" in said
    press(client, "request_validation")
    client.screenshot("money-closing-waits")
    assert not client.page.locator("button[name=validate_tier]:visible").count()
    said = refused(client, model, "action_generate", number)
    assert "waits for approval" in said


def test_the_officer_approves_and_the_clerk_generates(clerk, officer, admin):
    record(officer, CLOSING, closing(officer))
    press(officer, "validate_tier")
    officer.screenshot("money-closing-approved")
    record(clerk, CLOSING, closing(clerk))
    press(clerk, "action_generate")
    found = bills(clerk, CLOSED, "amount_total", "state")
    assert {(b["amount_total"], b["state"]) for b in found.values()} == {
        (WORTH, "draft")
    }
    assert sorted(found) == CLOSED
    # and a bill that openIMIS made itself
    [remote] = admin.call("openimis.remote.bill", "search", [[("code", "=", TOLD)]])
    admin.call("openimis.remote.bill", "action_create_move", [[remote]])
    choose(clerk, [*CLOSED, TOLD])
    press(clerk, "request_validation")
    clerk.screenshot("money-bills-wait")


def test_the_officer_approves_and_validates_the_bills(officer):
    choose(officer, [*CLOSED, TOLD])
    press(officer, "action_openimis_approve")
    choose(officer, [*CLOSED, TOLD])
    press(officer, "action_validate_moves_with_confirmation")
    found = bills(officer, [*CLOSED, TOLD], "state")
    assert {bill["state"] for bill in found.values()} == {"posted"}


def batch(clerk, officer, codes, method):
    """Pay bills in a batch that the officer approves; return {bill: reference}.

    :return: the batch's id, the file, {code of the bill: reference}
    """
    choose(clerk, codes)
    press(clerk, "action_openimis_pay_in_batch")
    box = clerk.page.locator(".modal [name=payment_method_line_id] input").first
    box.fill(method)
    clerk.page.locator(".o-autocomplete--dropdown-item").filter(
        has_text=method
    ).first.click()
    clerk.wait()
    clerk.screenshot(f"money-batch-{len(codes)}")
    press(clerk, "action_make")
    [order] = clerk.call(
        "account.payment.order", "search", [[]], {"order": "id desc", "limit": 1}
    )
    said = refused(clerk, "account.payment.order", "draft2open", order)
    assert "needs an approval" in said
    press(clerk, "request_validation")
    assert not clerk.page.locator("button[name=validate_tier]:visible").count()
    action = "openimis_payable_batch.account_payment_order_action"
    record(officer, action, order)
    officer.screenshot(f"money-batch-waits-{len(codes)}")
    press(officer, "validate_tier")
    record(clerk, action, order)
    press(clerk, "draft2open")
    with clerk.page.expect_download() as waiting:
        press(clerk, "open2generated")
    raw = waiting.value.path().read_bytes()
    record(clerk, action, order)
    press(clerk, "generated2uploaded")
    clerk.screenshot(f"money-batch-sent-{len(codes)}")
    paid = clerk.call(
        "account.payment",
        "search_read",
        [
            [("payment_order_id", "=", order)],
            ["openimis_code_ext", "amount", "memo", "invoice_ids"],
        ],
    )
    names = {bill["id"]: code for code, bill in bills(clerk, codes).items()}
    by_bill = {
        names[number]: payment["openimis_code_ext"]
        for payment in paid
        for number in payment["invoice_ids"]
    }
    assert sorted(by_bill) == sorted(codes)
    return order, raw, by_bill


@pytest.fixture(scope="module")
def key(odoo, clerk):
    """An API key of the clerk's, by which the operator speaks FHIR."""
    said = database.script(odoo.database, GENERATE)
    return re.search(r"^KEY (\S+)$", said, re.M)[1]


@pytest.fixture(scope="module")
def sent():
    """What one test leaves to the next: {code of a bill: reference of its payment}."""
    return {}


def test_batches_by_bank_and_by_mobile_money(clerk, officer, sent):
    _order, raw, found = batch(clerk, officer, BY_BANK, "pain.001")
    root = etree.fromstring(raw)
    ends = root.findall(".//{*}EndToEndId")
    assert sorted(end.text for end in ends) == sorted(found.values())
    sent.update(found)
    _order, raw, found = batch(clerk, officer, BY_PHONE, "Mobile money")
    rows = list(csv.DictReader(io.StringIO(raw.decode())))
    assert sorted(row["reference"] for row in rows) == sorted(found.values())
    assert {row["amount"] for row in rows} == {f"{WORTH:.2f}"}
    sent.update(found)
    assert set(statuses(clerk, [*CLOSED, TOLD]).values()) == {"2"}


def results(client, name, raw, tmp_path):
    """Import a result file; it must be understood."""
    file = tmp_path / name
    file.write_bytes(raw)
    client.open_action("openimis_payable.openimis_payment_import_action")
    create(client)
    client.upload("file", file)
    press(client, "action_run")
    client.screenshot(f"money-{name}")
    [run] = client.call(
        "openimis.payment.import",
        "search_read",
        [[], ["state", "counters"]],
        {"order": "id desc", "limit": 1},
    )
    assert run["state"] == "done", run


def report(references):
    """Return a pain.002 that rejects payments."""
    space = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
    said = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId>"
        "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>"
        "</TxInfAndSts>"
        for reference in references
    )
    return (
        f'<Document xmlns="{space}"><CstmrPmtStsRpt><OrgnlPmtInfAndSts>{said}'
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    ).encode()


def residuals(client, codes):
    found = bills(client, codes, "amount_residual")
    return {code: bill["amount_residual"] for code, bill in found.items()}


def test_the_bank_rejects_some_and_pays_one_short(clerk, sent, tmp_path):
    first, second, short = (sent[code] for code in BY_BANK[:3])
    results(clerk, "pain002.xml", report([first, second]), tmp_path)
    rows = f"code,amount,status,code_ext\n,{WORTH - SHORT},accepted,{short}\n"
    results(clerk, "list.csv", rows.encode(), tmp_path)
    assert residuals(clerk, BY_BANK[:4]) == dict(
        zip(BY_BANK[:4], (WORTH, WORTH, SHORT, 0), strict=True)
    )


def notice(client, key, code, reference, amount, status="active"):
    """Report by FHIR what became of a payment that was sent under our reference."""
    found = bills(client, [code], "openimis_uuid", "currency_id")[code]
    body = {
        "resourceType": "PaymentNotice",
        "status": status,
        "identifier": [
            {"system": "urn:operator", "value": f"MM-{code}-{status}"},
            {"value": reference},
        ],
        "request": {"reference": f"Invoice/{found['openimis_uuid']}"},
        "created": DAY,
        "payment": {"reference": "PaymentReconciliation/operator"},
        "recipient": {"display": "Insurance A"},
        "paymentDate": DAY,
        "amount": {"value": amount, "currency": found["currency_id"][1]},
    }
    answer = client.page.request.post(
        f"{client.url}/fhir/R4/PaymentNotice",
        headers={
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/fhir+json",
        },
        data=json.dumps(body),
    )
    return answer.status, answer.json()


def test_the_operator_says_by_fhir_what_became_of_its_payments(clerk, key, sent):
    rejected, short, paid = BY_PHONE[:3]
    status, told = notice(clerk, key, rejected, sent[rejected], WORTH, "cancelled")
    assert (status, told["status"]) == (201, "cancelled"), told
    assert notice(clerk, key, short, sent[short], WORTH - SHORT)[0] == 201
    status, told = notice(clerk, key, paid, sent[paid], WORTH)
    assert (status, told["status"]) == (201, "active"), told
    assert residuals(clerk, BY_PHONE[:3]) == {rejected: WORTH, short: SHORT, paid: 0}
    # told twice; more than was sent; paid after all
    status, again = notice(clerk, key, paid, sent[paid], WORTH)
    assert (status, again["id"]) == (200, told["id"])
    assert notice(clerk, key, BY_PHONE[3], sent[BY_PHONE[3]], WORTH + 1)[0] == 422
    status, told = notice(clerk, key, rejected, sent[rejected], WORTH)
    assert status == 409 and "Ask the bank" in json.dumps(told)
    assert residuals(clerk, BY_PHONE[:3]) == {rejected: WORTH, short: SHORT, paid: 0}


def test_the_rest_is_paid_again(clerk, officer, sent):
    left = [code for code, due in residuals(clerk, [*CLOSED, TOLD]).items() if due]
    assert sorted(left) == sorted([*BY_BANK[:3], *BY_PHONE[:2]])
    before = dict(sent)
    _order, _raw, found = batch(clerk, officer, left, "pain.001")
    assert not set(found.values()) & set(before.values())
    sent.update(found)
    assert set(residuals(clerk, [*CLOSED, TOLD]).values()) == {0}
