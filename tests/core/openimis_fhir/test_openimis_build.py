"""Every resource that leaves is valid R4, for all kinds of bills."""

import json
import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal as D
from pathlib import Path

import pytest

from tests.fhir_validation import validate

from .openimis_samples import (
    client,
    const,
    fhir_build,
    fhir_read_bill,
    fhir_served,
    fhir_server,
    outgoing,
)

BASE = "https://imis.example.org/fhir/R4"
NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
HF = outgoing.Party(
    "4eda211d-a596-4c55-9eb3-a11f136adeaf", "Jambero Hospital", has_uuid=True
)
OFFICER = outgoing.Party("partner-7", "E00005")
PATIENT = outgoing.Party("0ecae964-aa9a-435f-97d2-c06c8689e533", "", "Patient")
LINE = outgoing.Line(
    "11", "CQ7", "claim", D(1), D(500), D("82.19"), discount=D("417.81")
)
HEAD = outgoing.BillHead(
    id="01a2001e-9072-71b0-8cbe-941b8538887a",
    code="IV-P1-HF1-2026-11",
    status=1,
    currency="USD",
    net=D("82.19"),
    gross=D("82.19"),
    recipient=HF,
    date_bill=date(2026, 11, 21),
    date_due=date(2026, 12, 21),
    date_from=date(2026, 11, 1),
    date_to=date(2026, 11, 30),
    account="401100",
    account_name="Payables",
    terms="Product 1",
    notes=("First", ""),
    updated=NOW,
    version=3,
)
builder = fhir_build.Builder(BASE)


#: What each test has built, as it was read over: {test: resources}.
PUBLISHED = Path(__file__).with_name("samples") / "published_resources.json"


def valid(resource):
    """Send a resource through JSON and the published models; return it parsed.

    Every word of it is what was read over: with `UPDATE_SAMPLES=1` that is written
    anew, to be read over.
    """
    text = client.dumps(resource)
    known = json.loads(PUBLISHED.read_text())
    test = os.environ["PYTEST_CURRENT_TEST"].split("::")[1].rpartition(" (")[0]
    number = BUILT[test]
    BUILT[test] += 1
    if os.environ.get("UPDATE_SAMPLES"):
        known[test] = [*known.get(test, ())[:number], json.loads(text)]
        PUBLISHED.write_text(
            json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        )
    assert json.loads(text) == known[test][number]
    return validate(text)


BUILT = Counter()


@pytest.mark.parametrize(
    "change",
    [
        {"periodDate": "2026-11-21"},  # of R5
        {"status": "active"},  # what openIMIS itself says
        {"date": 20261121},
        {"lineItem": [{"sequence": 1}]},
        {"totalNet": [{"value": 1}]},
    ],
)
def test_what_is_not_r4_is_refused(change):
    with pytest.raises(Exception, match=next(iter(change))):
        validate(client.dumps({**builder.invoice(HEAD, [LINE]), **change}))


BILLS = {
    "claims": (HEAD, [LINE]),
    "claims per service": (HEAD, [replace(LINE, quantity=D("2.5"), unit_price=D(200))]),
    "deduction": (HEAD, [replace(LINE, net=D(300), discount=D(0), deduction=D(200))]),
    "capitation": (HEAD, [replace(LINE, kind="capitation", quantity=D(600))]),
    "commission": (
        replace(HEAD, bill_type="commission", recipient=OFFICER),
        [replace(LINE, kind="commission", discount=D(0))],
    ),
    "fees": (replace(HEAD, bill_type="fees"), [replace(LINE, kind="fee")]),
    "cash": (
        replace(HEAD, bill_type="policy", recipient=PATIENT),
        [replace(LINE, kind="cash")],
    ),
    "contribution": (
        replace(HEAD, receivable=True, bill_type="contribution", issuer=HF),
        [replace(LINE, kind="contribution")],
    ),
    "with tax": (
        replace(HEAD, taxes=(("VAT 7.7%", D("6.33")),), gross=D("88.52")),
        [replace(LINE, tax=D("6.33"))],
    ),
    "refund": (replace(HEAD, refund=True, replaces="a-1", replaced_by="b-1"), [LINE]),
    "free of charge": (HEAD, [replace(LINE, unit_price=D(0), net=D(0), discount=D(0))]),
    "without lines": (HEAD, []),
    "bare": (
        outgoing.BillHead("x", "C", 0, "CHF", D(0), D(0)),
        [],
    ),
    "cancelled": (replace(HEAD, status=3, cancelled_reason="Twice"), [LINE]),
}


@pytest.mark.parametrize("name", BILLS)
def test_invoices_are_valid(name):
    head, lines = BILLS[name]
    resource = valid(builder.invoice(head, lines))
    assert resource["status"] == const.BILL_STATUS_TO_FHIR[head.status]
    assert len(resource.get("lineItem", [])) == len(lines)


@pytest.mark.parametrize("status", range(8))
def test_every_status_is_valid(status):
    valid(builder.invoice(replace(HEAD, status=status), [LINE]))


def test_profile_of_openimis_is_kept():
    resource = valid(builder.invoice(HEAD, [LINE]))
    assert resource["meta"]["profile"] == [const.BILL_PROFILE]
    kinds = [i["type"]["coding"][0]["code"] for i in resource["identifier"]]
    assert kinds == ["UUID", "Code"]
    assert all(i["system"] for i in resource["identifier"])
    assert all("sequence" not in item for item in resource["lineItem"])
    assert resource["recipient"]["reference"].startswith("Organization/")
    discount = resource["lineItem"][0]["priceComponent"][1]
    assert (discount["type"], discount["factor"]) == ("discount", 0.83562)


def test_price_components_add_up_to_the_line():
    line = replace(LINE, net=D("72.19"), deduction=D("10.00"), tax=D("5.55"))
    parts = builder.line_item(line, "USD")["priceComponent"]
    assert [p["type"] for p in parts] == ["base", "discount", "deduction", "tax"]
    total = sum(p["amount"]["value"] for p in parts)
    assert total == D("500") - D("417.81") - D("10.00") + D("5.55")


def test_our_invoice_is_understood_by_our_own_reader():
    resource = client.loads(client.dumps(builder.invoice(HEAD, [LINE])).encode())
    bill = fhir_read_bill.read_bill(resource)
    assert (bill.uuid, bill.code) == (HEAD.id, HEAD.code)
    assert (bill.net, bill.lines[0].discount) == (D("82.19"), D("417.81"))
    assert bill.lines[0].net == D("82.19")


def test_due_date_period_account_and_status_number():
    resource = valid(builder.invoice(HEAD, [LINE]))
    extensions = {e["url"].rpartition("/")[2]: e for e in resource["extension"]}
    assert extensions["invoice-due-date"]["valueDate"] == "2026-12-21"
    period = extensions["extension-Invoice.period"]["valuePeriod"]
    assert period == {"start": "2026-11-01", "end": "2026-11-30"}
    assert extensions["openimis-status"]["valueInteger"] == 1
    assert resource["account"]["identifier"]["value"] == "401100"


def test_charge_items_are_valid_with_and_without_a_person():
    for subject in (None, PATIENT):
        resource = valid(builder.charge_item(replace(LINE, subject=subject), HEAD))
        assert resource["status"] == "billed"
    assert (
        valid(builder.charge_item(LINE, replace(HEAD, status=3)))["status"] == "aborted"
    )
    assert (
        valid(builder.charge_item(LINE, replace(HEAD, status=0)))["status"]
        == "billable"
    )


def test_payments_are_valid():
    notice = outgoing.Notice(
        "n-1",
        "active",
        HEAD.id,
        D("82.19"),
        "USD",
        NOW,
        NOW.date(),
        "5",
        HF,
        identifiers=((None, "PAY-1"), ("urn:x", "2")),
        updated=NOW,
    )
    assert valid(builder.payment_notice(notice))["amount"]["value"] == 82.19
    payment = outgoing.Reconciliation(
        "5",
        "active",
        D(100),
        "USD",
        NOW,
        NOW.date(),
        "PAY-1",
        HF,
        HF,
        ((HEAD.id, D("82.19"), NOW.date()), ("other", D("17.81"), NOW.date())),
        NOW,
    )
    resource = valid(builder.payment_reconciliation(payment))
    assert sum(d["amount"]["value"] for d in resource["detail"]) == 100
    assert [i["value"] for i in resource["identifier"]] == ["PAY-1"]
    bare = outgoing.Reconciliation("6", "draft", D(1), "CHF", NOW, NOW.date())
    resource = valid(builder.payment_reconciliation(bare))
    assert "identifier" not in resource  # a number of ours is no UUID


def test_organizations_are_valid_and_readable_as_openimis_own():
    facility = outgoing.Facility(
        HF.id,
        "Hq70",
        "Hospital",
        legal_form="C",
        level="H",
        care_type="B",
        account_code="401100",
        street="Lantern Road 21",
        city="Jambero",
        phone="+41 31 000 00 00",
        email="hf@example.org",
        updated=NOW,
    )
    resource = valid(builder.organization(facility))
    from .openimis_samples import fhir_read

    read = fhir_read.read_facility(resource)
    assert (read.code, read.level, read.legal_form) == ("Hq70", "H", "C")
    bare = valid(builder.organization(outgoing.Facility("x", "", "Bare")))
    assert not bare.get("extension")


@pytest.mark.parametrize(
    ("known", "address"),
    [
        ({}, None),
        ({"street": "Lane 1"}, [{"type": "physical", "line": ["Lane 1"]}]),
        ({"city": "Jambero"}, [{"type": "physical", "city": "Jambero"}]),
        ({"region": "Tahida"}, [{"type": "physical", "state": "Tahida"}]),
    ],
)
def test_an_organization_has_the_address_that_is_known(known, address):
    facility = outgoing.Facility("x", "H1", "Bare", **known)
    assert builder.organization(facility).get("address") == address


def test_claims_are_valid():
    claim = outgoing.ClaimOut(
        HEAD.id,
        "CQ7",
        date(2026, 11, 20),
        "USD",
        D(500),
        HF,
        PATIENT,
        coverage_id="7f5f8570-332b-4fcd-b6b8-d00a0986a4bc",
        date_from=date(2026, 11, 19),
        icd_code="D-637",
        icd_name="Diagnostic",
        items=(outgoing.ClaimItem(1, "item", "Iq70", D(3), D(100)),),
        updated=NOW,
    )
    assert valid(builder.claim(claim))["item"][0]["unitPrice"]["value"] == 100
    valid(builder.claim(replace(claim, coverage_id=None, icd_code=None, items=())))
    assert valid(builder.claim(replace(claim, active=False)))["status"] == "cancelled"


def test_capability_statement_is_valid_and_names_release_4_0_1():
    resource = valid(fhir_server.capability_statement(BASE, NOW.date(), "1.0"))
    assert resource["fhirVersion"] == "4.0.1"
    served = {r["type"] for r in resource["rest"][0]["resource"]}
    assert served == set(fhir_served.SERVED)
    can_create = {
        name: "create" in {i["code"] for i in served["interaction"]}
        for served in resource["rest"][0]["resource"]
        for name in [served["type"]]
    }
    assert can_create["PaymentNotice"] and not can_create["Invoice"]
    for one in resource["rest"][0]["resource"]:
        assert one["conditionalCreate"] is can_create[one["type"]]
        assert one["readHistory"] is False


def test_bundles_are_valid():
    invoice = builder.invoice(HEAD, [LINE])
    url = f"{BASE}/Invoice/{HEAD.id}"
    found = valid(fhir_server.searchset(1, [("self", url)], [(url, invoice)]))
    assert found["entry"][0]["search"]["mode"] == "match"
    assert "entry" not in valid(fhir_server.searchset(0, [("self", url)], []))
    path = f"Invoice/{HEAD.id}"
    changes = valid(
        fhir_server.history(
            2,
            [("self", url)],
            [(url, path, 2, NOW, None), (url, path, 1, NOW, invoice)],
        )
    )
    assert changes["entry"][0]["request"]["method"] == "DELETE"
    assert "resource" not in changes["entry"][0]


def test_outcomes_are_valid():
    valid(fhir_build.operation_outcome("not-found", "Unknown bill"))
    valid(fhir_build.operation_outcome("invalid", "Amount", "PaymentNotice.amount"))


@pytest.mark.parametrize(
    "amount, text",
    [("0.1", "0.1"), ("500", "500"), ("500.00", "500"), ("9999999999999.99",) * 2],
)
def test_amounts_leave_exactly(amount, text):
    assert client.dumps({"value": D(amount)}) == f'{{"value":{text}}}'
