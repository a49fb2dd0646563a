"""Odoo and a real openIMIS: what is there is here, owed, paid and told; by the tables.

`./dev test --real-openimis` installs openIMIS' published packages, fills a database
with a small scheme and serves it. Both programs' tables are then read by SQL; what is
owed is worked out from openIMIS' tables alone.
"""

import json
import os
import re
import subprocess
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from devtools import openimis, paths, postgres

from ..databases import cloned

ADDONS = ["openimis_fhir"]
CENT = Decimal("0.01")
SIDE = Path(__file__).with_name("odoo_side.py")

pytestmark = pytest.mark.skipif(
    openimis.URL not in os.environ, reason="./dev test --real-openimis runs this"
)


@pytest.fixture(scope="module")
def odoo():
    """What Odoo says it did, and a function that reads its tables."""
    with cloned("test") as name:
        arguments = [paths.CONFIG, name, os.environ[openimis.URL]]
        command = [paths.VENV_PYTHON, SIDE, *arguments, openimis.LOGIN]
        done = subprocess.run(
            [*map(str, command), openimis.PASSWORD],
            capture_output=True,
            text=True,
            check=False,
        )
        assert not done.returncode, done.stderr[-4000:]
        told = json.loads(done.stdout.splitlines()[-1])
        yield told, lambda sql: postgres.query(name, sql % {"company": COMPANY})


#: the one company of the test
COMPANY = "(SELECT company_id FROM openimis_connection WHERE name = 'openIMIS')"


def exact(rows):
    """Rows in order; numbers as the table holds them: Odoo, once loaded in a process,
    lets PostgreSQL's come as floats."""
    return sorted(
        (
            tuple(Decimal(str(v)) if isinstance(v, float) else v for v in row)
            for row in rows
        ),
        key=str,
    )


@pytest.fixture(scope="module")
def here(odoo):
    """Read Odoo's tables: rows of a query, sorted."""
    return lambda sql: exact(odoo[1](sql))


@pytest.fixture(scope="module")
def there():
    """Read openIMIS' tables: rows of a query, sorted."""
    name = os.environ.get(openimis.NAME)
    return lambda sql: exact(postgres.query(name, sql))


def test_the_test_of_the_connection_finds_every_kind_by_graphql(odoo):
    test = odoo[0]["test"]
    assert test["type"] == "success", test
    assert re.match(r"(\d+) of \1 kinds", test["message"]), test
    assert "FHIR" not in test["message"]


def test_a_pull_is_whole_and_a_second_one_changes_nothing(odoo):
    told = odoo[0]
    assert (told["pull"]["state"], told["pull"]["findings"]) == ("done", [])
    assert told["again"]["state"] == "done"
    for kind, counted in told["again"]["counters"].items():
        assert not counted.get("create") and not counted.get("update"), kind
        assert counted.get("unchanged", 0) == counted.get("found", 0), kind


# === RECEIVED EQUALS THERE === #


def test_places(here, there):
    assert here(
        """
        SELECT place.openimis_uuid, place.code, place.name, place.type,
               parent.openimis_uuid, place.male_population, place.female_population
          FROM openimis_location place
          LEFT JOIN openimis_location parent ON parent.id = place.parent_id
         WHERE place.company_id = %(company)s
        """
    ) == there(
        """
        SELECT place."LocationUUID", place."LocationCode", place."LocationName",
               place."LocationType", parent."LocationUUID",
               place."MalePopulation", place."FemalePopulation"
          FROM "tblLocations" place
          LEFT JOIN "tblLocations" parent
            ON parent."LocationId" = place."ParentLocationId"
         WHERE place."ValidityTo" IS NULL
        """
    )


def test_facilities(here, there):
    assert here(
        """
        SELECT facility.openimis_uuid, facility.openimis_code, facility.name,
               facility.openimis_level, facility.openimis_care_type,
               facility.openimis_account_code, district.code
          FROM res_partner facility
          JOIN openimis_location district
            ON district.id = facility.openimis_location_id
         WHERE facility.company_id = %(company)s AND facility.openimis_is_facility
        """
    ) == there(
        """
        SELECT facility."HfUUID", facility."HFCode", facility."HFName",
               facility."HFLevel", facility."HFCareType", facility."AccCode",
               district."LocationCode"
          FROM "tblHF" facility
          JOIN "tblLocations" district
            ON district."LocationId" = facility."LocationId"
         WHERE facility."ValidityTo" IS NULL
        """
    )


def test_insurees(here, there):
    assert here(
        """
        SELECT insuree.openimis_uuid, insuree.chf_id, insuree.is_head,
               family.openimis_uuid, village.code
          FROM openimis_insuree insuree
          JOIN openimis_family family ON family.id = insuree.family_id
          LEFT JOIN openimis_location village ON village.id = family.location_id
         WHERE insuree.company_id = %(company)s
        """
    ) == there(
        """
        SELECT insuree."InsureeUUID", insuree."CHFID", insuree."IsHead",
               family."FamilyUUID", village."LocationCode"
          FROM "tblInsuree" insuree
          JOIN "tblFamilies" family ON family."FamilyID" = insuree."FamilyID"
          JOIN "tblLocations" village ON village."LocationId" = family."LocationId"
         WHERE insuree."ValidityTo" IS NULL
        """
    )


def test_policies_and_premiums(here, there):
    assert here(
        """
        SELECT policy.openimis_uuid, product.code, policy.status,
               policy.date_effective, policy.date_expiry, officer.code
          FROM openimis_policy policy
          JOIN openimis_product product ON product.id = policy.product_id
          LEFT JOIN openimis_officer officer ON officer.id = policy.officer_id
         WHERE policy.company_id = %(company)s
        """
    ) == there(
        """
        SELECT policy."PolicyUUID", product."ProductCode",
               policy."PolicyStatus"::text, policy."EffectiveDate"::date,
               policy."ExpiryDate"::date, officer."Code"
          FROM "tblPolicy" policy
          JOIN "tblProduct" product ON product."ProdID" = policy."ProdID"
          LEFT JOIN "tblOfficer" officer ON officer."OfficerID" = policy."OfficerID"
         WHERE policy."ValidityTo" IS NULL
        """
    )
    assert here(
        """
        SELECT premium.openimis_uuid, policy.openimis_uuid,
               premium.amount::numeric(18, 2), premium.receipt, premium.date_paid,
               payer.name
          FROM openimis_premium premium
          JOIN openimis_policy policy ON policy.id = premium.policy_id
          LEFT JOIN openimis_payer payer ON payer.id = premium.payer_id
         WHERE premium.company_id = %(company)s
        """
    ) == there(
        """
        SELECT premium."PremiumUUID", policy."PolicyUUID", premium."Amount",
               premium."Receipt", premium."PayDate"::date, payer."PayerName"
          FROM "tblPremium" premium
          JOIN "tblPolicy" policy ON policy."PolicyID" = premium."PolicyID"
          LEFT JOIN "tblPayer" payer ON payer."PayerID" = premium."PayerID"
         WHERE premium."ValidityTo" IS NULL
        """
    )


def test_claims(here, there):
    assert here(
        """
        SELECT claim.openimis_uuid, claim.code, facility.openimis_code,
               insuree.chf_id, claim.date_from, claim.date_processed,
               claim.claimed::numeric(18, 2)
          FROM openimis_claim claim
          JOIN res_partner facility ON facility.id = claim.health_facility_id
          LEFT JOIN openimis_insuree insuree ON insuree.id = claim.insuree_id
         WHERE claim.company_id = %(company)s
        """
    ) == there(
        """
        SELECT claim."ClaimUUID", claim."ClaimCode", facility."HFCode",
               insuree."CHFID", claim."DateFrom"::date, claim."ProcessStamp"::date,
               claim."Claimed"
          FROM "tblClaim" claim
          JOIN "tblHF" facility ON facility."HfID" = claim."HFID"
          JOIN "tblInsuree" insuree ON insuree."InsureeID" = claim."InsureeID"
         WHERE claim."ValidityTo" IS NULL
        """
    )


#: quantity and price as they were given: NULL where nobody gave them, zero is given
GIVEN = (
    ("qty_approved", "QtyApproved"),
    ("price_adjusted", "PriceAdjusted"),
    ("price_approved", "PriceApproved"),
)
LINES_THERE = """
    SELECT claim."ClaimCode" AS claim, claim."ClaimStatus" AS status,
           facility."HFCode" AS facility, claim."ProcessStamp"::date AS day,
           product."ProductCode" AS product, line.*
      FROM (
        SELECT item."ItemCode" AS code, line."ClaimID", line."ProdID",
               line."ClaimItemStatus" AS line_status, line."QtyProvided",
               line."QtyApproved", line."PriceAsked", line."PriceAdjusted",
               line."PriceApproved", line."PriceValuated", line."RemuneratedAmount",
               COALESCE(line."PriceOrigin", '') AS origin,
               COALESCE(line."RejectionReason", 0) AS reason
          FROM "tblClaimItems" line
          JOIN "tblItems" item ON item."ItemID" = line."ItemID"
         WHERE line."ValidityTo" IS NULL
        UNION ALL
        SELECT service."ServCode", line."ClaimID", line."ProdID",
               line."ClaimServiceStatus", line."QtyProvided", line."QtyApproved",
               line."PriceAsked", line."PriceAdjusted", line."PriceApproved",
               line."PriceValuated", line."RemuneratedAmount",
               COALESCE(line."PriceOrigin", ''), COALESCE(line."RejectionReason", 0)
          FROM "tblClaimServices" line
          JOIN "tblServices" service ON service."ServiceID" = line."ServiceID"
         WHERE line."ValidityTo" IS NULL
      ) line
      JOIN "tblClaim" claim ON claim."ClaimID" = line."ClaimID"
      JOIN "tblHF" facility ON facility."HfID" = claim."HFID"
      JOIN "tblProduct" product ON product."ProdID" = line."ProdID"
     WHERE claim."ValidityTo" IS NULL
"""


def test_claim_lines(here, there):
    given = ", ".join(
        f"CASE WHEN line.{ours}_given THEN line.{ours}::numeric(18, 2) END"
        for ours, _theirs in GIVEN
    )
    theirs = ", ".join(f'line."{name}"' for _ours, name in GIVEN)
    assert here(
        f"""
        SELECT claim.code, line.code, product.code, line.status,
               COALESCE(line.rejection_reason, 0), COALESCE(line.price_origin, ''),
               line.qty_provided::numeric(18, 2), line.price_asked::numeric(18, 2),
               {given}
          FROM openimis_claim_line line
          JOIN openimis_claim claim ON claim.id = line.claim_id
          JOIN openimis_product product ON product.id = line.product_id
         WHERE claim.company_id = %(company)s
        """
    ) == there(
        f"""
        SELECT line.claim, line.code, line.product, line.line_status::text,
               line.reason, line.origin, line."QtyProvided", line."PriceAsked",
               {theirs}
          FROM ({LINES_THERE}) line
        """
    )


# === OWED, PAID, TOLD === #


AMOUNTS = (
    "QtyProvided",
    "QtyApproved",
    "PriceAsked",
    "PriceAdjusted",
    "PriceApproved",
    "PriceValuated",
    "RemuneratedAmount",
)


def worth(line):
    """What a line is worth by openIMIS' tables; a relative price needs no index here:
    openIMIS has valuated it, or its claim is not closed."""
    if line["line_status"] == 2:
        return Decimal(0)
    if line["RemuneratedAmount"] is not None:
        return line["RemuneratedAmount"]
    stages = ("PriceValuated", "PriceApproved", "PriceAdjusted", "PriceAsked")
    price = next(line[name] for name in stages if line[name] is not None)
    quantity = line["QtyApproved"]
    quantity = line["QtyProvided"] if quantity is None else quantity
    return (quantity * price).quantize(CENT, ROUND_HALF_UP)


@pytest.fixture(scope="module")
def lines(there):
    """Lines of claims as dicts of columns."""
    names = ("claim", "status", "facility", "line_status", "origin", *AMOUNTS)
    columns = ", ".join(f'line."{name}"' for name in names)
    rows = there(f"SELECT {columns} FROM ({LINES_THERE}) line")
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_bills_are_what_the_tables_say(odoo, here, lines):
    """Bill by bill and claim by claim, but for claims that need an index of ours."""
    told = odoo[0]["closing"]
    assert told["state"] == "done"
    own = {"IV-SEVERAL", "IV-ONE"}
    reasons = Counter(told["left"].values())
    assert set(reasons) <= {"wrong_status", "billed"}, reasons
    wanted = defaultdict(Decimal)
    for line in lines:
        indexed = line["status"] == 8 and line["origin"] == "R"
        if line["status"] in (8, 16) and line["claim"] not in told["left"]:
            key = (line["facility"], line["claim"])
            wanted[key] += Decimal("NaN") if indexed else worth(line)
    billed = {
        (facility, claim): amount
        for facility, claim, amount, bill in here(
            """
            SELECT facility.openimis_code, claim.code,
                   SUM(line.amount_net)::numeric(18, 2), move.openimis_code
              FROM openimis_payable_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN res_partner facility ON facility.id = move.partner_id
              JOIN openimis_claim claim ON claim.id = line.claim_id
             WHERE move.company_id = %(company)s
               AND move.openimis_replaced_by_id IS NULL
             GROUP BY 1, 2, 4
            """
        )
        if bill not in own
    }
    plain = {key: amount for key, amount in wanted.items() if not amount.is_nan()}
    assert len(plain) > 30
    assert {k: v for k, v in plain.items() if v} == {
        k: v for k, v in billed.items() if v and k in plain
    }
    assert set(billed) <= set(wanted)


def test_an_amended_bill_is_replaced_and_asks_for_the_same(odoo):
    amended = {code: rest for code, *rest in odoo[0]["amended"]}
    assert len(amended) == 3 and {"IV-SEVERAL", "IV-ONE"} < amended.keys()
    for before, status, after in amended.values():
        assert (status, after) == ("3", before)


def test_a_claim_is_on_one_bill_in_force(here):
    rows = here(
        """
        SELECT claim.code, COUNT(DISTINCT line.move_id)
          FROM openimis_payable_line line
          JOIN openimis_claim claim ON claim.id = line.claim_id
          JOIN account_move move ON move.id = line.move_id
         WHERE claim.company_id = %(company)s
           AND move.openimis_replaced_by_id IS NULL
         GROUP BY 1
        """
    )
    assert {count for _code, count in rows} == {1}


def test_each_payment_is_told_once_and_of_the_right_amount(odoo, there):
    assert odoo[0]["booked"].keys() == {"IV-SEVERAL", "IV-ONE"}
    rows = there(
        """
        SELECT bill."Code", bill."AmountTotal", payment."AmountReceived",
               detail."Amount", bill."Status"
          FROM "tblBill" bill
          LEFT JOIN "tblDetailPaymentInvoice" detail
            ON detail."SubjectId" = bill."UUID"::text
          LEFT JOIN "tblPaymentInvoice" payment
            ON payment."UUID" = detail."PaymentUUID"
        """
    )
    assert [row[0] for row in rows] == ["IV-ONE", "IV-SEVERAL"]
    for _code, total, received, amount, _status in rows:
        assert total == received == amount
    # openIMIS counts a bill once a line: one of several lines it never shows as paid
    assert [row[4] for row in rows] == [2, 1]
    assert odoo[0]["reports"] == {"IV-ONE": "confirmed", "IV-SEVERAL": "open"}
