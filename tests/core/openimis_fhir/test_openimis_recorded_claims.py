"""Claims of a recorded openIMIS, by FHIR, against its tables, line by line."""

from collections import defaultdict
from decimal import Decimal as D

import pytest

from tests.simulators.openimis import recorded_fhir as recorded

from .openimis_samples import DOLLAR, client, fhir_read_claim

#: stages that FHIR shows filled with the asked price when they have none, or zero
STAGES = {
    "price_approved": "price_approved",
    "price_adjusted": "price_adjusted",
    "price_valuated": "price_valuated",
}


def exact(resource):
    """As the client reads it: numbers exact."""
    return client.loads(client.dumps(resource).encode())


def number(text):
    return D(text) if text else None


@pytest.fixture(scope="module")
def claims():
    answers = recorded.fresh("ClaimResponse")
    return {
        key: fhir_read_claim.read_claim(exact(claim), exact(answers[key]), DOLLAR)
        for key, claim in recorded.fresh("Claim").items()
    }


@pytest.fixture(scope="module")
def table():
    rows = [row for row in recorded.truth("claims") if not row["validity_to"]]
    current = {row["uuid"]: row for row in recorded.truth("claims")}
    return current | {row["uuid"]: row for row in rows}


@pytest.fixture(scope="module")
def pairs(claims):
    """(line as read, its row); the few lines a claim has twice are told by price."""
    rows = defaultdict(list)
    for row in recorded.truth("claim_lines"):
        if not row["line_validity_to"]:
            rows[row["claim_uuid"], row["kind"], row["code"]].append(row)
    found = []
    for key, claim in claims.items():
        for line in claim.lines:
            same = rows[key, line.kind, line.code]
            chosen = next(
                row for row in same if number(row["price_asked"]) == line.price_asked
            )
            same.remove(chosen)
            found.append((claim, line, chosen))
    return found


def test_all_claims_and_lines_are_there(claims, pairs):
    assert len(claims) == 312
    listed = [r for r in recorded.truth("claim_lines") if r["claim_uuid"] in claims]
    listed = [row for row in listed if not row["line_validity_to"]]
    assert len(pairs) == len(listed) > 900


def test_what_the_header_says(claims, table):
    for key, claim in claims.items():
        row = table[key]
        told = (claim.code, str(claim.status), claim.facility_code)
        assert told == (row["code"], row["status"], row["facility_code"])
        assert claim.claimed == number(row["claimed"])
        assert claim.date_from.isoformat() == row["date_from"]
        assert claim.date_claimed.isoformat() == row["date_claimed"]
        # what FHIR makes up: sums of asked prices, the day of the request
        assert (claim.approved, claim.valuated, claim.date_processed) == (None,) * 3


def test_a_claim_whose_lines_were_all_refused_is_not_a_rejected_claim(claims):
    refused = [
        claim
        for claim in claims.values()
        if claim.lines and all(line.rejection_reason for line in claim.lines)
    ]
    assert {claim.status for claim in refused} == {1, 16}


def test_refused_lines_are_refused_with_their_reason_and_no_others(pairs):
    for _claim, line, row in pairs:
        expected = int(row["rejection_reason"]) if row["line_status"] == "2" else 0
        assert line.rejection_reason == expected, row
    assert sum(1 for _c, line, _r in pairs if line.rejection_reason) > 160


def test_what_was_asked_is_exact(pairs):
    for _claim, line, row in pairs:
        asked = (line.qty_provided, line.price_asked)
        assert asked == (number(row["qty_provided"]), number(row["price_asked"]))


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_is_what_the_table_holds_or_not_told(pairs, name):
    """A stage FHIR repeats the asked price in is none, or zero, or just that price."""
    told = 0
    for claim, line, row in pairs:
        if line.rejection_reason or claim.status < 4:
            continue
        held = number(row[STAGES[name]])
        if getattr(line, name) is None:
            assert held in (None, 0, line.price_asked) or claim.status < 8, row
        else:
            assert getattr(line, name) == held, row
            told += 1
    assert told > 50


def test_an_approved_quantity_is_what_the_table_holds_or_not_told(pairs):
    told = 0
    for _claim, line, row in pairs:
        held = number(row["qty_approved"])
        if line.qty_approved is None:
            # zero is shown as the quantity provided: nobody can tell
            assert line.rejection_reason or held in (None, 0, line.qty_provided), row
        else:
            assert line.qty_approved == held, row
            told += 1
    assert told == 60


def test_a_price_origin_is_true_or_unknown(pairs):
    known = [(line, row) for _c, line, row in pairs if line.price_origin]
    assert all(line.price_origin == row["price_origin"] for line, row in known)
    assert len(known) == 306  # the last line of each claim, no other
    assert len(pairs) - len(known) > 600


def worth(quantity, prices, rejected):
    """What a line without relative price and reductions is paid with."""
    if rejected:
        return D(0)
    return quantity * next(price for price in prices if price is not None)


def test_every_line_that_is_worth_another_amount_than_told_is_marked(pairs):
    """The one promise: what FHIR cannot tell is not taken for told."""
    unmarked, marked = 0, 0
    for claim, line, row in pairs:
        if claim.status != 16:
            continue
        quantity = line.qty_approved if line.qty_approved is not None else None
        told = worth(
            line.qty_provided if quantity is None else quantity,
            (
                line.price_valuated,
                line.price_approved,
                line.price_adjusted,
                line.price_asked,
            ),
            line.rejection_reason,
        )
        held = number(row["qty_approved"])
        true = worth(
            number(row["qty_provided"]) if held is None else held,
            (
                number(row["price_valuated"]),
                number(row["price_approved"]),
                number(row["price_adjusted"]),
                number(row["price_asked"]),
            ),
            row["line_status"] == "2",
        )
        if told != true:
            assert claim.untold, row
            marked += 1
        elif not claim.untold:
            unmarked += 1
    assert marked > 40  # valuated zero, approved quantity zero
    assert unmarked > 100
